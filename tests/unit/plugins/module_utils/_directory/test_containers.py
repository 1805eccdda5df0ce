# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers that many machines ask for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.computer_writing import moved
from ansible_collections.adops.offline_join.plugins.module_utils._directory.containers import Containers
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import (
    ConnectionLost,
    DirectoryError,
    SearchError,
)


class Answering:
    """A directory that answers every question so, and counts them."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.asked: list[str] = []

    def read(self, dn: str, _attributes: list[str]) -> Any:
        self.asked.append(dn)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def containers(directory: Answering) -> Containers:
    connection: Any = directory
    domain: Any = SimpleNamespace(computers_container="<WKGUID=AA,DC=corp>")
    return Containers(connection, domain)


OPEN = {"distinguishedName": [b"OU=Staging,DC=corp"], "allowedChildClassesEffective": [b"user", b"Computer"]}
CLOSED = OPEN | {"allowedChildClassesEffective": [b"user"]}


def test_asked_once_and_named_as_the_directory_writes_it() -> None:
    directory = Answering(OPEN)
    known = containers(directory)
    assert {known.open_to_computers("ou=staging,dc=corp") for _machine in range(3)} == {"OU=Staging,DC=corp"}
    known.find(None)
    assert directory.asked == ["ou=staging,dc=corp", "<WKGUID=AA,DC=corp>"]


@pytest.mark.parametrize("entry", [CLOSED, {"distinguishedName": [b"OU=Staging,DC=corp"]}])
def test_a_login_that_may_create_no_computers_there(entry: dict[str, list[bytes]]) -> None:
    known = containers(Answering(entry))
    assert known.find("OU=Staging,DC=corp").dn == "OU=Staging,DC=corp", "looking is allowed"
    with pytest.raises(DirectoryError, match=r"create a computer in OU=Staging,DC=corp: the login may not .* delegate"):
        known.open_to_computers("OU=Staging,DC=corp")


@pytest.mark.parametrize(
    ("result", "words"),
    [(32, "it is not there"), (34, "this is no distinguished name"), (50, "the directory refused"), (None, "refused")],
)
def test_what_is_no_container_stays_none_for_all_machines(result: int | None, words: str) -> None:
    directory = Answering(SearchError("read OU=X", "the directory refused", "give the right", result=result))
    known = containers(directory)
    for _machine in range(2):
        with pytest.raises(SearchError, match=words):
            known.find("OU=X")
    assert directory.asked == ["OU=X"]


def test_a_lost_connection_is_asked_again() -> None:
    directory = Answering(ConnectionLost("ask dc1", "it stopped answering", "look at it"))
    known = containers(directory)
    for _machine in range(2):
        with pytest.raises(ConnectionLost):
            known.find("OU=X")
    assert len(directory.asked) == 2


def test_a_moved_account_keeps_its_name() -> None:
    assert moved(r"CN=PC\,1,OU=Staging,DC=corp", "OU=Berlin,DC=corp") == r"CN=PC\,1,OU=Berlin,DC=corp"
