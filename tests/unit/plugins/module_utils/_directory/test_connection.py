# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What connecting says when there is nobody, or nobody who can be trusted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectError, SettingsError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import Settings

SECRET = "xQ7-vN2_kT9+wR4=hB6"


def settings(port: int, **given: Any) -> Settings:
    values = {
        "server": "127.0.0.1",
        "port": port,
        "tls_mode": "ldaps",
        "auth_protocol": "simple",
        "username": "issue",
        "password": SECRET,
        "ca_cert": None,
        "cert_validation": "always",
        "connection_timeout": 2,
        "allow_tier0": False,
    }
    return Settings(**(values | given))


@pytest.fixture
def listener() -> Iterator[tuple[int, bytearray]]:
    """A server that speaks no LDAP, hangs up after the first bytes, and remembers them."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve() -> None:
            client, _address = server.accept()
            with client:
                client.settimeout(5)
                heard.extend(client.recv(4096))

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join(timeout=10)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectError) as raised, connect(settings(port)):
        pass
    assert raised.value.act == f"connect to 127.0.0.1 port {port}"
    assert raised.value.remedy == "check server, port, tls_mode, DNS and the firewall"
    assert raised.value.result is None
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("tls_mode", ["ldaps", "start_tls"])
def test_nobody_who_speaks_ldap_hears_the_password(listener: tuple[int, bytearray], tls_mode: str) -> None:
    port, heard = listener
    with pytest.raises(ConnectError) as raised, connect(settings(port, tls_mode=tls_mode)):
        pass
    assert f"port {port}" in str(raised.value)
    assert heard, "we spoke first"
    assert SECRET.encode() not in heard
    assert b"issue" not in heard


def test_ca_that_cannot_be_read(tmp_path: Path) -> None:
    missing, junk = tmp_path / "missing.pem", tmp_path / "junk.pem"
    junk.write_text("no certificate")
    for file in (missing, junk):
        words = f"ca_cert {file} cannot be read as PEM certificates"
        with pytest.raises(SettingsError, match=words), connect(settings(1, ca_cert=str(file))):
            pass
