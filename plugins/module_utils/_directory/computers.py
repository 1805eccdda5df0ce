# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Computer accounts as they are: find them, read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .connection import Control, DirectoryConnection, Entry
from .domain import Domain, guid, number, sid, text
from .name_filters import any_account, chunks

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
    """Traces of use, as one domain controller shows them; 0 and None mean: never.

    ``last_logon`` and ``last_logon_timestamp`` are FILETIMEs: 100 ns since 1601, UTC (MS-DTYP 2.3.3).
    """

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
    return {name: _account(dn, entry) for name, dn, entry in _search(connection, domain, names, _ATTRIBUTES)}


def search(
    connection: DirectoryConnection,
    domain: Domain,
    names: Iterable[str],
    attributes: list[str],
    controls: list[Control] | None = None,
) -> dict[str, tuple[str, Entry]]:
    """DN and attributes, ``sAMAccountName`` among them, of the accounts of these names, by name in lower case."""
    return {name: (dn, entry) for name, dn, entry in _search(connection, domain, names, attributes, controls)}


def _search(
    connection: DirectoryConnection,
    domain: Domain,
    names: Iterable[str],
    attributes: list[str],
    controls: list[Control] | None = None,
) -> Iterator[tuple[str, str, Entry]]:
    """Name in lower case, DN and attributes, with no more entries in memory than one search has."""
    for some in chunks(names):
        for dn, entry in connection.search(domain.base_dn, any_account(some), attributes, controls):
            yield text(entry, "sAMAccountName").removesuffix("$").lower(), dn, entry


def objects_below(connection: DirectoryConnection, dn: str) -> list[str]:
    """The DNs of what lies below an account, as far as the login sees it; whoever deletes the account loses it.

    :raises SearchError: it is not there
    """
    return [found for found, _entry in connection.search(dn, "(objectClass=*)", ["objectGUID"]) if found != dn]


def read(connection: DirectoryConnection, dn: str) -> ComputerAccount:
    """
    :raises SearchError: it is not there
    """
    return _account(dn, connection.read(dn, _ATTRIBUTES))


def _account(dn: str, entry: Entry) -> ComputerAccount:
    return ComputerAccount(
        distinguished_name=dn,
        name=text(entry, "sAMAccountName").removesuffix("$"),
        sid=sid(entry, "objectSid"),
        object_guid=guid(entry, "objectGUID"),
        password_last_set=number(entry, "pwdLastSet") or 0,
        key_version=number(entry, "msDS-KeyVersionNumber") or 0,
        evidence=Evidence(
            last_logon=number(entry, "lastLogon") or 0,
            logon_count=number(entry, "logonCount") or 0,
            last_logon_timestamp=number(entry, "lastLogonTimestamp") or 0,
            operating_system=text(entry, "operatingSystem") if "operatingSystem" in entry else None,
        ),
    )
