# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Principals by SID, by name, and by none that the domain knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import principals
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectionLost, SearchError

SID = "S-1-5-21-1-2-3-1104"
BINARY = bytes.fromhex("010500000000000515000000010000000200000003000000") + (1104).to_bytes(4, "little")
DOMAIN: Any = SimpleNamespace(base_dn="DC=corp,DC=example")
LOST = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")


class Directory:
    """Knows one account, and whether it still answers; ``asked`` are the filters."""

    def __init__(self, lost: ConnectionLost | None = None) -> None:
        self._lost = lost
        self.asked: list[str] = []

    def search(self, _base: str, asked: str, _attributes: list[str]) -> list[tuple[str, dict[str, list[bytes]]]]:
        self.asked.append(asked)
        if self._lost:
            raise self._lost
        return [("CN=issue", {"objectSid": [BINARY]})] if asked == "(sAMAccountName=issue)" else []


def test_each_by_the_name_given_and_asked_once() -> None:
    directory: Any = Directory()
    found = principals.sids(directory, DOMAIN, [r"CORP\issue", "issue", "S-1-5-18", "no*one", "no*one"])
    unknown = found.pop("no*one")
    assert found == {r"CORP\issue": SID, "issue": SID, "S-1-5-18": "S-1-5-18"}
    assert isinstance(unknown, SearchError)
    assert "look up no*one: there is no such account or group" in str(unknown)
    assert sorted(directory.asked) == ["(sAMAccountName=issue)"] * 2 + [r"(sAMAccountName=no\2aone)"]


def test_a_lost_connection_is_no_answer() -> None:
    directory: Any = Directory(LOST)
    with pytest.raises(ConnectionLost):
        principals.sids(directory, DOMAIN, ["issue"])
