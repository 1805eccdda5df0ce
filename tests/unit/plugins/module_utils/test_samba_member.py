# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hands' own file and their way to run a tool."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils import _samba_member

MARKER = {"package_sha256": "a" * 64, "join_time": "Sat Nov 21 03:23:26 2026 UTC"}
NAME = "offline_join.json"


def test_marker_there_and_back(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert _samba_member.read_marker(str(tmp_path)) == MARKER
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_newer_marker_replaces_the_older(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER | {"more": "x" * 1000})
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert _samba_member.read_marker(str(tmp_path)) == MARKER


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"null", b"\xff", b'"text"'])
def test_what_is_no_marker(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    assert _samba_member.read_marker(str(tmp_path)) is None


def test_marker_is_json(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert json.loads((tmp_path / NAME).read_text()) == MARKER


def test_missing_tool_is_named() -> None:
    with pytest.raises(_samba_member.ToolError) as raised:
        _samba_member.run(["no-such-tool-of-samba", "x"])
    assert str(raised.value) == "'no-such-tool-of-samba' is not installed; install Samba's client tools"


def test_tool_speaks_english_and_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    done = _samba_member.run(["sh", "-c", "echo $LC_ALL; cat; echo wrong >&2; exit 3"])
    assert (done.stdout, done.stderr, done.returncode) == ("C\n", "wrong\n", 3)


def test_tool_gets_the_descriptors_named_and_no_other() -> None:
    given, kept = (os.memfd_create(name) for name in ("given", "kept"))
    try:
        os.write(given, b"content")
        listing = f"cat /proc/self/fd/{given}; test -e /proc/self/fd/{kept} || echo ' alone'"
        done: subprocess.CompletedProcess[str] = _samba_member.run(["sh", "-c", listing], (given,))
    finally:
        os.close(given)
        os.close(kept)
    assert done.stdout == "content alone\n"
