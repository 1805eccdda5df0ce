# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SYSVOL that is not there, and paths of policies that lead out of it; the rest is proved against a real one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import sysvol
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SysvolError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings

SECRET = "xQ7-vN2_kT9+wR4=hB6"


def settings(**options: object) -> Settings:
    defaults = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()}
    return Settings.from_options(defaults | {"server": "dc1", "username": "issue", "password": SECRET} | options)


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "C:\\Windows",
        "\\\\corp.example",
        "\\\\corp.example\\sysvol",
        "\\\\corp.example\\sysvol\\",
        "\\\\corp.example\\netlogon\\corp.example\\Policies",
        "\\\\corp.example\\sysvol\\corp.example\\..\\..\\secrets",
        "\\\\corp.example\\sysvol\\corp.example\\. .\\secrets",
        "\\\\corp.example\\sysvol\\corp.example/../secrets",
        "\\\\corp.example\\sysvol\\corp.example\\Policies:stream",
        "\\\\corp.example\\sysvol\\corp.example\\\\Policies",
        "sysvol\\corp.example\\Policies",
    ],
)
def test_path_that_leads_out_of_sysvol(folder: str) -> None:
    """Nothing is asked: there is no connection here."""
    with pytest.raises(SysvolError, match="repair gPCFileSysPath"):
        sysvol.Sysvol(None, "dc1", None).read(folder, "Machine\\Registry.pol", 1)  # type: ignore[arg-type]


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(sysvol, "_PORT", server.getsockname()[1])
        yield server


def opened(**options: object) -> str:
    with (
        pytest.raises(SysvolError) as refused,
        sysvol.open_sysvol(settings(**options), "127.0.0.1", "dc1.corp.example"),
    ):
        pass
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch):
        pass
    said = opened()
    assert said.startswith("open SYSVOL on dc1.corp.example (127.0.0.1 port ")
    assert "Connection refused" in said


def test_somebody_listens_and_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(monkeypatch):
        started = time.monotonic()
        assert "no answer within 1 seconds; open port " in opened(connection_timeout=1)
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("answer", "said"), [(b"", "SMB socket was closed"), (b"\0\0\0\x40" + b"HTTP" * 16, "Invalid flag")]
)
def test_somebody_else_answers(monkeypatch: pytest.MonkeyPatch, answer: bytes, said: str) -> None:
    with listening(monkeypatch) as server:

        def serve() -> None:
            with server.accept()[0] as connection:
                connection.sendall(answer)
                connection.recv(4096 if answer else 1)

        serving = threading.Thread(target=serve)
        serving.start()
        assert said in opened(connection_timeout=5)
        serving.join()


def test_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysvol, "smbprotocol", None)
    assert "pip install smbprotocol" in opened()
