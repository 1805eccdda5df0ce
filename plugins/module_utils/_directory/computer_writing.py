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
from .errors import AddError, DeleteError, DirectoryError, ExistsError, ModifyError, MoveError, ResetError
from .libraries import escape_filter_chars, escape_rdn, ldap3_exceptions
from .refusals import explain

_WORKSTATION_TRUST_ACCOUNT, _ACCOUNT_DISABLED = 0x1000, 0x1002


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
    wait = connection.start_add(dn, "computer", _attributes(domain, name) | {"unicodePwd": _quoted(password)})
    return _explained(wait, lambda error: _add_error(connection, domain, name, dn, container, error))


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
    wait = connection.start_replace(dn, changes | {"unicodePwd": [_quoted(password)]})
    return _explained(wait, lambda error: _reset_error(dn, error))


def modify(
    connection: DirectoryConnection, dn: str, *, enabled: bool | None = None, description: str | None = None
) -> None:
    """Write what is not None, in one operation; an empty description removes it.

    ``enabled`` writes userAccountControl as a whole: only for an account that ``protection`` does not refuse.

    :raises ModifyError: nothing was changed
    """
    changes: dict[str, list[Any]] = {}
    if enabled is not None:
        changes["userAccountControl"] = [str(_WORKSTATION_TRUST_ACCOUNT if enabled else _ACCOUNT_DISABLED)]
    if description is not None:
        changes["description"] = [description] if description else []
    try:
        connection.replace(dn, changes)
    except ldap3_exceptions.LDAPOperationResult as error:
        causes: dict[type, tuple[str, str]] = {
            ldap3_exceptions.LDAPInsufficientAccessRightsResult: (
                f"the login may not write {' and '.join(changes)}",
                "delegate it the right to write these attributes on this account's OU",
            ),
            ldap3_exceptions.LDAPConstraintViolationResult: (
                "the directory does not accept the value",
                "shorten the description to at most 1024 characters",
            ),
        }
        cause, remedy = causes.get(type(error)) or explain(error)
        raise ModifyError(f"change {dn}", cause, remedy, dn=dn, result=error.result) from None


def move(connection: DirectoryConnection, dn: str, container: str) -> None:
    """Move an account into another organizational unit, under the name that it has.

    :raises MoveError: it is where it was
    """
    try:
        connection.move(dn, split(dn)[0], container)
    except ldap3_exceptions.LDAPOperationResult as error:
        causes: dict[type, tuple[str, str]] = {
            ldap3_exceptions.LDAPEntryAlreadyExistsResult: (
                "there is an object of this name",
                "look at what it is, and move or delete it",
            ),
            ldap3_exceptions.LDAPNoSuchObjectResult: (
                "the account or the organizational unit is not there any more",
                "look who else works on them, and run again",
            ),
            ldap3_exceptions.LDAPInsufficientAccessRightsResult: (
                "the login may not delete it here, write its name and cn, or create computers there",
                "delegate it the right to delete computers and to write name and cn on the OU where the account is, "
                "and to create computers on the OU where it is to go",
            ),
        }
        cause, remedy = causes.get(type(error)) or explain(error)
        raise MoveError(f"move {dn} to {container}", cause, remedy, dn=dn, result=error.result) from None


def moved(dn: str, container: str) -> str:
    """The DN of an account after its move."""
    return f"{split(dn)[0]},{container}"


def delete(connection: DirectoryConnection, dn: str) -> None:
    """
    :raises DeleteError: it is still there
    """
    try:
        connection.delete(dn)
    except ldap3_exceptions.LDAPOperationResult as error:
        remedy = f"delete it by hand ({error.description})"
        raise DeleteError(f"delete {dn}", "the directory refused", remedy, dn=dn, result=error.result) from None


def _attributes(domain: Domain, name: str) -> dict[str, Any]:
    """What a Windows client writes at a join besides the password, servicePrincipalName in its order."""
    netbios_name, dns_name = name.upper(), f"{name.lower()}.{domain.dns_name}"
    return {
        "sAMAccountName": f"{netbios_name}$",
        "userAccountControl": str(_WORKSTATION_TRUST_ACCOUNT),
        "dNSHostName": dns_name,
        "servicePrincipalName": [
            f"{service}/{host}" for host in (dns_name, netbios_name) for service in ("HOST", "RestrictedKrbHost")
        ],
    }


def _quoted(password: str) -> bytes:
    """The only form that unicodePwd takes (MS-ADTS 3.1.1.3.1.5.1)."""
    return f'"{password}"'.encode("utf-16-le")


def _equal(now: list[bytes], wanted: str | list[str]) -> bool:
    """Names are equal whatever their case, and an account may have more SPNs than it needs."""
    there = {value.decode("utf-8").lower() for value in now}
    return {value.lower() for value in ([wanted] if isinstance(wanted, str) else wanted)} <= there


def _explained(wait: Callable[[], None], explained: Callable[[Any], DirectoryError]) -> Callable[[], None]:
    """``wait``, with what the directory's refusal means."""

    def answer() -> None:
        try:
            wait()
        except ldap3_exceptions.LDAPOperationResult as error:
            raise explained(error) from None

    return answer


def _add_error(
    connection: DirectoryConnection, domain: Domain, name: str, dn: str, container: str, error: Any
) -> AddError:
    causes: dict[type, tuple[str, str]] = {
        ldap3_exceptions.LDAPEntryAlreadyExistsResult: (
            "there is an object of this name",
            "choose another name, or look at what it is",
        ),
        ldap3_exceptions.LDAPNoSuchObjectResult: (
            f"the organizational unit {container} is not there",
            "create it, or correct path",
        ),
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: (
            f"the login may not create computers in {container}",
            "delegate it the right to create computer objects there",
        ),
    }
    cause, remedy = causes.get(type(error)) or (_taken_names(connection, domain, name) or explain(error))
    exists = isinstance(error, ldap3_exceptions.LDAPEntryAlreadyExistsResult)
    kind = ExistsError if exists else AddError
    return kind(f"create the computer account {name}", cause, remedy, dn=dn, result=error.result)


def _reset_error(dn: str, error: Any) -> ResetError:
    causes: dict[type, tuple[str, str]] = {
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: (
            "the login may not reset its password or write its names",
            "delegate it Reset Password and the validated writes to DNS host name and SPN on this account's OU",
        ),
    }
    cause, remedy = causes.get(type(error)) or explain(error)
    return ResetError(f"reset the password of {dn}", cause, remedy, dn=dn, result=error.result)


def _taken_names(connection: DirectoryConnection, domain: Domain, name: str) -> tuple[str, str] | None:
    """Who holds a service principal name of ours: the directory says only that somebody does."""
    names = _attributes(domain, name)["servicePrincipalName"]
    anyone = "".join(f"(servicePrincipalName={escape_filter_chars(spn)})" for spn in names)
    holders = [dn for dn, _entry in connection.search(domain.base_dn, f"(|{anyone})", ["objectGUID"])]
    if not holders:
        return None
    return (
        f"its service principal name is taken by {', '.join(holders)}",
        "remove it there (setspn -D) or choose another name",
    )
