# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Domain controllers that accept a connection and never say a word, asked together with one that answers."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator

import ldap3
import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import DirectoryConnection
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SearchError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.locator import Ping
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import Settings
from ansible_collections.adops.offline_join.plugins.module_utils._directory.survey import ask

HERE = "DC1.corp.example"
DOMAIN = Domain(
    "DC=corp,DC=example", "CN=Configuration,DC=corp,DC=example", "corp.example", "CORP", "corp.example",
    uuid.UUID(int=1), "S-1-5-21-1-2-3", 7, 7, 0,
    Ping(0, uuid.UUID(int=1), "corp.example", "corp.example", HERE, "", ""),
)  # fmt: skip


@pytest.fixture
def silent() -> Iterator[tuple[int, list[str]]]:
    """A port, and the addresses on which the kernel takes connections to it that nobody ever reads."""
    addresses = [f"127.0.0.{number}" for number in range(141, 149)]
    listeners = [socket.create_server((addresses[0], 0))]
    port = listeners[0].getsockname()[1]
    try:
        listeners += [socket.create_server((address, port)) for address in addresses[1:]]
        yield port, addresses
    finally:
        for listener in listeners:
            listener.close()


def connection(port: int) -> DirectoryConnection:
    settings = Settings(
        server=HERE, port=port, tls_mode="ldaps", auth_protocol="simple", username="issue", password="never-sent",
        ca_cert=None, cert_validation="always", connection_timeout=1, allow_tier0=False,
    )  # fmt: skip
    return DirectoryConnection(settings, ldap3.Connection(HERE))


def test_silent_controllers_cost_one_timeout_together(silent: tuple[int, list[str]]) -> None:
    port, addresses = silent
    hosts = [*addresses[:4], HERE.lower(), *addresses[4:]]
    started = time.monotonic()
    found = ask(connection(port), DOMAIN, hosts, lambda asked: asked.settings.server)
    assert 1 <= time.monotonic() - started < 2
    assert list(found) == hosts
    assert found == {**dict.fromkeys(addresses), HERE.lower(): HERE}


def test_controllers_known_to_be_silent_cost_nothing(silent: tuple[int, list[str]]) -> None:
    port, addresses = silent
    started = time.monotonic()
    found = ask(connection(port), DOMAIN, addresses, lambda asked: asked.settings.server, addresses)
    assert time.monotonic() - started < 0.5
    assert found == dict.fromkeys(addresses)


def test_refusal_of_the_own_controller_is_told() -> None:
    def refuse(asked: DirectoryConnection) -> str:
        raise SearchError("search", f"{asked.settings.server} refused", "ask again")

    with pytest.raises(SearchError, match=f"{HERE} refused"):
        ask(connection(636), DOMAIN, [HERE], refuse)
