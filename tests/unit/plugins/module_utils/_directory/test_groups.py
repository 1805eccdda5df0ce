# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups by either of their names, each asked for once, and a change of members as directories refuse it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import groups
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import (
    ConnectionLost,
    MemberError,
    SearchError,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.groups import Groups
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions

DN = "CN=DirectAccess,OU=Groups,DC=corp,DC=example"
MACHINE, OTHER = "CN=PC-1,DC=corp,DC=example", "CN=PC-2,DC=corp,DC=example"
ENTRY = {
    "distinguishedName": [DN.encode()],
    "objectClass": [b"top", b"group"],
    "objectSid": [bytes.fromhex("010500000000000515000000010000000200000003000000500400 00".replace(" ", ""))],
    "allowedAttributesEffective": [b"member"],
}


class Directory:
    """Answers every question with this entry, or raises it; ``asked`` counts."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.asked: list[str] = []

    def read(self, dn: str, *_more: Any, **_how: Any) -> Any:
        self.asked.append(dn)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def search(self, _base: str, asked: str, *_more: Any) -> list[tuple[str, Any]]:
        answer = self.read(asked)
        return [(DN, answer)] if answer else []


def known_to(directory: Directory) -> Groups:
    connection: Any = directory
    domain: Any = SimpleNamespace(base_dn="DC=corp,DC=example")
    return Groups(connection, domain, frozenset())


@pytest.mark.parametrize("name", [DN, "DirectAccess", r"CORP\DirectAccess"])
def test_by_every_name_and_read_once(name: str) -> None:
    directory = Directory(ENTRY)
    known = known_to(directory)
    one, again = known.find(name), known.find(name.upper())
    assert one is again
    assert (one.dn, one.sid) == (DN, "S-1-5-21-1-2-3-1104")
    assert directory.asked == [name if "=" in name else "(sAMAccountName=DirectAccess)"]


@pytest.mark.parametrize(
    ("name", "answer", "cause"),
    [
        ("DirectAccess", None, "there is no such group"),
        (DN, SearchError("read", "it is not there", "look", result=32), "there is no such group"),
        ("CN=", SearchError("read", "the directory refused", "look", result=34), "there is no such group"),
        (DN, {**ENTRY, "objectClass": [b"top", b"person"]}, "it is not a group"),
        (DN, SearchError("read", "the directory refused", "look", result=50), "the directory refused"),
    ],
)
def test_what_is_no_group_stays_none_for_all_machines(name: str, answer: Any, cause: str) -> None:
    directory = Directory(answer)
    known = known_to(directory)
    for _machine in range(2):
        with pytest.raises(SearchError) as raised:
            known.find(name)
        assert raised.value.cause == cause
    assert len(directory.asked) == 1


def test_a_lost_connection_is_no_answer_to_be_remembered() -> None:
    directory = Directory(ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it"))
    known = known_to(directory)
    for _machine in range(2):
        with pytest.raises(ConnectionLost):
            known.find(DN)
    assert len(directory.asked) == 2


class Refusing:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def change_values(self, *_change: Any) -> None:
        raise self._error


EXISTS = ldap3_exceptions.LDAPEntryAlreadyExistsResult(result=68, description="entryAlreadyExists")
UNWILLING = ldap3_exceptions.LDAPUnwillingToPerformResult(result=53, description="unwillingToPerform")
FORBIDDEN = ldap3_exceptions.LDAPInsufficientAccessRightsResult(result=50, description="insufficientAccessRights")


def change(error: Exception, joining: list[str], leaving: list[str]) -> None:
    connection: Any = Refusing(error)
    groups.change_members(connection, DN, joining, leaving)


def test_one_that_is_in_already_is_no_error() -> None:
    change(EXISTS, [MACHINE], [])


@pytest.mark.parametrize(
    ("error", "joining", "leaving", "cause"),
    [
        (EXISTS, [MACHINE, OTHER], [], "the directory refused: entryAlreadyExists"),
        (EXISTS, [MACHINE], [OTHER], "the directory refused: entryAlreadyExists"),
        (UNWILLING, [MACHINE], [], "the directory refused: unwillingToPerform"),
        (FORBIDDEN, [MACHINE], [], "the login may not write its members"),
    ],
)
def test_nothing_was_changed_and_why(error: Exception, joining: list[str], leaving: list[str], cause: str) -> None:
    with pytest.raises(MemberError) as raised:
        change(error, joining, leaving)
    assert raised.value.cause == cause
    assert raised.value.dn == DN
