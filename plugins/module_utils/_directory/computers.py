# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Computer accounts: find them, create one the way Windows does, read back what the directory made of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .connection import DirectoryConnection, Entry
from .domain import Domain, guid, number, sid, text
from .errors import AddError, DeleteError
from .libraries import escape_filter_chars, escape_rdn, ldap3_exceptions

_WORKSTATION_TRUST_ACCOUNT = 0x1000
_NAMES_IN_ONE_SEARCH = 200
_ATTRIBUTES = [
    "sAMAccountName",
    "objectSid",
    "objectGUID",
    "pwdLastSet",
    "msDS-KeyVersionNumber",
    "lastLogon",
    "logonCount",
    "lastLogonTimestamp",
    "operatingSystem",
]


@dataclass(frozen=True)
class Evidence:
    """Traces of use, as the one domain controller named shows them; 0 and None mean: never.

    ``last_logon`` and ``last_logon_timestamp`` are FILETIMEs: 100 ns since 1601, UTC (MS-DTYP 2.3.3).
    """

    controller: str
    last_logon: int
    logon_count: int
    last_logon_timestamp: int
    operating_system: str | None


@dataclass(frozen=True)
class ComputerAccount:
    """``password_last_set`` is a FILETIME."""

    distinguished_name: str
    name: str
    sid: str
    object_guid: uuid.UUID
    password_last_set: int
    key_version: int
    evidence: Evidence


def find(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> dict[str, ComputerAccount]:
    """The accounts of these names anywhere in the domain, by name in lower case."""
    accounts: dict[str, ComputerAccount] = {}
    for some in _chunks(sorted({name.lower() for name in names})):
        anyone = "".join(f"(sAMAccountName={escape_filter_chars(name)}$)" for name in some)
        for dn, entry in connection.search(domain.base_dn, f"(|{anyone})", _ATTRIBUTES):
            account = _account(dn, entry, domain)
            accounts[account.name.lower()] = account
    return accounts


def read(connection: DirectoryConnection, domain: Domain, dn: str) -> ComputerAccount:
    """
    :raises SearchError: it is not there
    """
    return _account(dn, connection.read(dn, _ATTRIBUTES), domain)


def add(connection: DirectoryConnection, domain: Domain, name: str, container: str, password: str) -> str:
    """Create an account with the six attributes that Windows writes, in one operation, and return its DN.

    An account without a password would be open to anybody, so there is no way to leave it out.

    :raises AddError: nothing was created
    :raises ConnectionLost: it may or may not have been created
    """
    dn = f"CN={escape_rdn(name)},{container}"
    try:
        connection.add(dn, "computer", _attributes(domain, name, password))
    except ldap3_exceptions.LDAPOperationResult as error:
        raise _add_error(connection, domain, name, dn, container, error) from None
    return dn


def delete(connection: DirectoryConnection, dn: str) -> None:
    """
    :raises DeleteError: it is still there
    """
    try:
        connection.delete(dn)
    except ldap3_exceptions.LDAPOperationResult as error:
        remedy = f"delete it by hand ({error.description})"
        raise DeleteError(f"delete {dn}", "the directory refused", remedy, dn=dn, result=error.result) from None


def _attributes(domain: Domain, name: str, password: str) -> dict[str, Any]:
    """What a Windows client writes at a join, servicePrincipalName in its order."""
    netbios_name, dns_name = name.upper(), f"{name.lower()}.{domain.dns_name}"
    return {
        "sAMAccountName": f"{netbios_name}$",
        "userAccountControl": _WORKSTATION_TRUST_ACCOUNT,
        "dNSHostName": dns_name,
        "servicePrincipalName": [
            f"{service}/{host}" for host in (dns_name, netbios_name) for service in ("HOST", "RestrictedKrbHost")
        ],
        "unicodePwd": f'"{password}"'.encode("utf-16-le"),  # MS-ADTS 3.1.1.3.1.5.1
    }


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
    cause, remedy = causes.get(type(error)) or (
        _taken_names(connection, domain, name)
        or (
            f"the directory refused: {error.description}",
            "look the diagnostic number up: " + _diagnostic(error),
        )
    )
    return AddError(f"create the computer account {name}", cause, remedy, dn=dn, result=error.result)


def _taken_names(connection: DirectoryConnection, domain: Domain, name: str) -> tuple[str, str] | None:
    """Who holds a service principal name of ours: the directory says only that somebody does."""
    names = _attributes(domain, name, "")["servicePrincipalName"]
    anyone = "".join(f"(servicePrincipalName={escape_filter_chars(spn)})" for spn in names)
    holders = [dn for dn, _entry in connection.search(domain.base_dn, f"(|{anyone})", ["objectGUID"])]
    if not holders:
        return None
    return (
        f"its service principal name is taken by {', '.join(holders)}",
        "remove it there (setspn -D) or choose another name",
    )


def _diagnostic(error: Any) -> str:
    return str(error.message).partition(":")[0].strip() or "none given"


def _account(dn: str, entry: Entry, domain: Domain) -> ComputerAccount:
    return ComputerAccount(
        distinguished_name=dn,
        name=text(entry, "sAMAccountName").removesuffix("$"),
        sid=sid(entry, "objectSid"),
        object_guid=guid(entry, "objectGUID"),
        password_last_set=number(entry, "pwdLastSet") or 0,
        key_version=number(entry, "msDS-KeyVersionNumber") or 0,
        evidence=Evidence(
            controller=domain.controller.host_name,
            last_logon=number(entry, "lastLogon") or 0,
            logon_count=number(entry, "logonCount") or 0,
            last_logon_timestamp=number(entry, "lastLogonTimestamp") or 0,
            operating_system=text(entry, "operatingSystem") if "operatingSystem" in entry else None,
        ),
    )


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _NAMES_IN_ONE_SEARCH):
        yield names[start : start + _NAMES_IN_ONE_SEARCH]
