# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Computer accounts written the way Windows does it: create, take over with a new password, change, move, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .connection import DirectoryConnection, Entry
from .distinguished_name import split
from .domain import Domain
from .errors import AddError, DeleteError, ExistsError, ModifyError, MoveError, ResetError
from .libraries import escape_rdn, ldap3_exceptions
from .name_filters import any_of
from .protection import DISABLED, ENABLED
from .refusals import Causes, Refusal, told


def start_add(
    connection: DirectoryConnection, domain: Domain, name: str, container: str, password: str
) -> Callable[[], None]:
    """Send the creation of an account with the six attributes that Windows writes, in one operation.

    The function that is returned waits for the answer. An account without a password would be open to anybody, so
    there is no way to leave it out.

    :raises AddError: nothing was created
    :raises ConnectionLost: it may or may not have been created
    """
    dn = distinguished_name(name, container)
    wait = connection.start_add(dn, "computer", _attributes(domain, name) | {"unicodePwd": password_value(password)})

    def answer() -> None:
        act, causes = f"create the computer account {name}", _add_causes(container)
        with told(AddError, act, dn, causes):
            try:
                wait()
            except ldap3_exceptions.LDAPEntryAlreadyExistsResult as error:
                cause, remedy = "there is an object of this name", "choose another name, or look at what it is"
                raise ExistsError(act, cause, remedy, dn=dn, result=error.result) from None
            except ldap3_exceptions.LDAPConstraintViolationResult as error:
                if taken := _taken_names(connection, domain, name):
                    raise AddError(act, *taken, dn=dn, result=error.result) from None
                raise

    return answer


def distinguished_name(name: str, container: str) -> str:
    return f"CN={escape_rdn(name)},{container}"


def start_reset(
    connection: DirectoryConnection, domain: Domain, name: str, dn: str, now: Entry, password: str
) -> Callable[[], None]:
    """Send a new password for an account that exists, and what else Windows writes where it differs from ``now``.

    The function that is returned waits for the answer.

    :raises ResetError: nothing was changed
    :raises ConnectionLost: the password may or may not have been changed
    """
    changes: dict[str, Any] = {
        attribute: value if isinstance(value, list) else [value]
        for attribute, value in _attributes(domain, name).items()
        if not _equal(now.get(attribute, []), value)
    }
    wait = connection.start_replace(dn, changes | {"unicodePwd": [password_value(password)]})
    causes: Causes = {
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            "the login may not reset its password or write its names",
            "delegate it Reset Password and the validated writes to DNS host name and SPN on this account's OU",
        ),
    }

    def answer() -> None:
        with told(ResetError, f"reset the password of {dn}", dn, causes):
            wait()

    return answer


def modify(
    connection: DirectoryConnection, dn: str, *, enabled: bool | None = None, description: str | None = None
) -> None:
    """Write what is not None, in one operation; an empty description removes it.

    ``enabled`` writes userAccountControl as a whole: only for an account that ``protection`` does not refuse.

    :raises ModifyError: nothing was changed
    """
    changes: dict[str, list[Any]] = {}
    if enabled is not None:
        changes["userAccountControl"] = [str(ENABLED if enabled else DISABLED)]
    if description is not None:
        changes["description"] = [description] if description else []
    causes: Causes = {
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            f"the login may not write {' and '.join(changes)}",
            "delegate it the right to write these attributes on this account's OU",
        ),
        ldap3_exceptions.LDAPConstraintViolationResult: Refusal(
            "the directory does not accept the value",
            "shorten the description to at most 1024 characters",
        ),
    }
    with told(ModifyError, f"change {dn}", dn, causes):
        connection.replace(dn, changes)


def move(connection: DirectoryConnection, dn: str, container: str) -> None:
    """Move an account into another organizational unit, under the name that it has.

    :raises MoveError: it is where it was
    """
    causes: Causes = {
        ldap3_exceptions.LDAPEntryAlreadyExistsResult: Refusal(
            "there is an object of this name",
            "look at what it is, and move or delete it",
        ),
        ldap3_exceptions.LDAPNoSuchObjectResult: Refusal(
            "the account or the organizational unit is not there any more",
            "look who else works on them, and run again",
        ),
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            "the login may not delete it here, write its name and cn, or create computers there",
            "delegate it the right to delete computers and to write name and cn on the OU where the account is, "
            "and to create computers on the OU where it is to go",
        ),
    }
    with told(MoveError, f"move {dn} to {container}", dn, causes):
        connection.move(dn, split(dn)[0], container)


def moved(dn: str, container: str) -> str:
    """The DN of an account after its move."""
    return f"{split(dn)[0]},{container}"


def delete(connection: DirectoryConnection, dn: str) -> None:
    """
    :raises DeleteError: it is still there
    """
    with told(DeleteError, f"delete {dn}", dn, remedy="delete it by hand"):
        connection.delete(dn)


def password_value(password: str) -> bytes:
    """The only form that unicodePwd takes (MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le")


def _attributes(domain: Domain, name: str) -> dict[str, Any]:
    """What a Windows client writes at a join besides the password, servicePrincipalName in its order."""
    netbios_name, dns_name = name.upper(), f"{name.lower()}.{domain.dns_name}"
    return {
        "sAMAccountName": f"{netbios_name}$",
        "userAccountControl": str(ENABLED),
        "dNSHostName": dns_name,
        "servicePrincipalName": [
            f"{service}/{host}" for host in (dns_name, netbios_name) for service in ("HOST", "RestrictedKrbHost")
        ],
    }


def _equal(now: list[bytes], wanted: str | list[str]) -> bool:
    """Names are equal whatever their case, and an account may have more SPNs than it needs."""
    there = {value.decode("utf-8").lower() for value in now}
    return {value.lower() for value in ([wanted] if isinstance(wanted, str) else wanted)} <= there


def _add_causes(container: str) -> Causes:
    return {
        ldap3_exceptions.LDAPNoSuchObjectResult: Refusal(
            f"the organizational unit {container} is not there",
            "create it, or correct path",
        ),
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            f"the login may not create computers in {container}",
            "delegate it the right to create computer objects there",
        ),
    }


def _taken_names(connection: DirectoryConnection, domain: Domain, name: str) -> Refusal | None:
    """Who holds a service principal name of ours: the directory says only that somebody does."""
    anyone = any_of(("servicePrincipalName", spn) for spn in _attributes(domain, name)["servicePrincipalName"])
    holders = [dn for dn, _entry in connection.search(domain.base_dn, anyone, ["objectGUID"])]
    if not holders:
        return None
    return Refusal(
        f"its service principal name is taken by {', '.join(holders)}",
        "remove it there (setspn -D) or choose another name",
    )
