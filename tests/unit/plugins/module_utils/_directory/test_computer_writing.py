# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written to accounts, and a refusal of the directory as cause and next step. Passwords are never told."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import computer_writing
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import (
    AddError,
    DeleteError,
    DirectoryError,
    ExistsError,
    ModifyError,
    MoveError,
    ResetError,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions

UNIT = "OU=Staging,DC=corp,DC=example"
DN = f"CN=PC-1,{UNIT}"
PASSWORD = "xQ7-vN2_kT9+wR4=hB6"
DOMAIN: Any = SimpleNamespace(base_dn="DC=corp,DC=example", dns_name="corp.example")
SPNS = [b"HOST/pc-1.corp.example", b"RestrictedKrbHost/pc-1.corp.example", b"HOST/PC-1", b"RestrictedKrbHost/PC-1"]
NOW = {
    "sAMAccountName": [b"PC-1$"],
    "userAccountControl": [b"4096"],
    "dNSHostName": [b"PC-1.CORP.example"],
    "servicePrincipalName": [*SPNS, b"WSMAN/PC-1"],
}


class Directory:
    """Notes every write, and ends it with ``failure``; ``holders`` are the DNs that a search finds."""

    def __init__(self, failure: Exception | None = None, holders: tuple[str, ...] = ()) -> None:
        self._failure = failure
        self._holders = holders
        self.asked = ""
        self.writes: list[Any] = []

    def __getattr__(self, act: str) -> Callable[..., Any]:
        def answer() -> None:
            if self._failure:
                raise self._failure

        def write(*what: Any) -> Callable[[], None] | None:
            self.writes.append((act, *what))
            return answer if act.startswith("start_") else answer()

        return write

    def search(self, _base: str, asked: str, _attributes: list[str]) -> list[tuple[str, dict[str, Any]]]:
        self.asked = asked
        return [(holder, {}) for holder in self._holders]


def act(name: str, directory: Any) -> None:
    if name == "add":
        computer_writing.start_add(directory, DOMAIN, "PC-1", UNIT, PASSWORD)()
        return
    if name == "reset":
        computer_writing.start_reset(directory, DOMAIN, "PC-1", DN, NOW, PASSWORD)()
        return
    {
        "modify": lambda: computer_writing.modify(directory, DN, enabled=False, description="x"),
        "move": lambda: computer_writing.move(directory, DN, "OU=Berlin,DC=corp"),
        "delete": lambda: computer_writing.delete(directory, DN),
    }[name]()


EXISTS = ldap3_exceptions.LDAPEntryAlreadyExistsResult(result=68, description="entryAlreadyExists")
NOWHERE = ldap3_exceptions.LDAPNoSuchObjectResult(result=32, description="noSuchObject", message="")
FORBIDDEN = ldap3_exceptions.LDAPInsufficientAccessRightsResult(result=50, description="insufficientAccessRights")
CONSTRAINT = ldap3_exceptions.LDAPConstraintViolationResult(
    result=19, description="constraintViolation", message=f"0000202F: quoting {PASSWORD}"
)
UNWILLING = ldap3_exceptions.LDAPUnwillingToPerformResult(
    result=53, description="unwillingToPerform", message="0000216D: SvcErr"
)


@pytest.mark.parametrize(
    ("name", "failure", "kind", "cause", "remedy"),
    [
        ("add", EXISTS, ExistsError, "there is an object of this name", "choose another name"),
        ("add", NOWHERE, AddError, f"the organizational unit {UNIT} is not there", "create it, or correct path"),
        ("add", FORBIDDEN, AddError, f"the login may not create computers in {UNIT}", "delegate it the right"),
        (
            "add",
            CONSTRAINT,
            AddError,
            "the directory refused: constraintViolation",
            "the diagnostic number up: 0000202F",
        ),
        ("reset", FORBIDDEN, ResetError, "the login may not reset its password", "delegate it Reset Password"),
        ("reset", CONSTRAINT, ResetError, "the directory refused: constraintViolation", "up: 0000202F"),
        ("modify", FORBIDDEN, ModifyError, "may not write userAccountControl and description", "delegate it the right"),
        ("modify", CONSTRAINT, ModifyError, "does not accept the value", "at most 1024 characters"),
        ("modify", NOWHERE, ModifyError, "the directory refused: noSuchObject", "up: none given"),
        ("move", EXISTS, MoveError, "there is an object of this name", "look at what it is, and move or delete it"),
        ("move", NOWHERE, MoveError, "is not there any more", "run again"),
        ("move", FORBIDDEN, MoveError, "the login may not delete it here", "create computers on the OU"),
        ("move", CONSTRAINT, MoveError, "the directory refused: constraintViolation", "up: 0000202F"),
        ("delete", FORBIDDEN, DeleteError, "refused: insufficientAccessRights", "delete it by hand"),
    ],
)
def test_a_refusal_tells_cause_and_next_step(
    name: str, failure: Any, kind: type[DirectoryError], cause: str, remedy: str
) -> None:
    with pytest.raises(kind) as raised:
        act(name, Directory(failure))
    assert cause in raised.value.cause
    assert remedy in raised.value.remedy
    assert (raised.value.dn, raised.value.result) == (DN, failure.result)
    assert PASSWORD not in str(raised.value)


def test_who_has_taken_a_service_principal_name_is_named() -> None:
    """The directory says only that somebody has."""
    directory = Directory(CONSTRAINT, ("CN=svc,DC=corp,DC=example", "CN=old,DC=corp,DC=example"))
    with pytest.raises(AddError) as raised:
        act("add", directory)
    said = "its service principal name is taken by CN=svc,DC=corp,DC=example, CN=old,DC=corp,DC=example"
    assert raised.value.cause == said
    assert "setspn -D" in raised.value.remedy
    assert all(f"(servicePrincipalName={spn.decode()})" in directory.asked for spn in SPNS)


def test_nobody_is_searched_for_who_could_not_have_taken_a_name() -> None:
    directory = Directory(UNWILLING, ("CN=svc,DC=corp,DC=example",))
    with pytest.raises(AddError, match="machine account quota"):
        act("add", directory)
    assert not directory.asked


def test_a_new_account_never_is_without_its_password() -> None:
    directory: Any = Directory()
    computer_writing.start_add(directory, DOMAIN, "pc-1", UNIT, PASSWORD)()
    [(_add, dn, _kind, attributes)] = directory.writes
    assert dn == f"CN=pc-1,{UNIT}"
    assert attributes["unicodePwd"] == f'"{PASSWORD}"'.encode("utf-16-le")
    assert (attributes["sAMAccountName"], attributes["dNSHostName"]) == ("PC-1$", "pc-1.corp.example")
    assert attributes["servicePrincipalName"] == [spn.decode() for spn in SPNS]


def test_a_reset_writes_beside_the_password_only_what_differs() -> None:
    directory = Directory()
    act("reset", directory)
    [(_replace, _dn, changes)] = directory.writes
    assert [*changes] == ["unicodePwd"], "names are equal whatever their case, and more service names may be there"


@pytest.mark.parametrize(
    ("wanted", "written"),
    [
        ({"enabled": True}, {"userAccountControl": ["4096"]}),
        ({"enabled": False}, {"userAccountControl": ["4098"]}),
        ({"description": "Berlin"}, {"description": ["Berlin"]}),
        ({"description": ""}, {"description": []}),
    ],
)
def test_only_what_is_wanted_is_written(wanted: dict[str, Any], written: dict[str, list[str]]) -> None:
    directory: Any = Directory()
    computer_writing.modify(directory, DN, **wanted)
    assert directory.writes == [("replace", DN, written)]
