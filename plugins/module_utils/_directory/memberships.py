# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which groups computer accounts are in: by themselves, through their primary group, and through groups in groups.

Read from ``memberOf``, which a domain controller computes for the groups of its own domain that the login may see.
Asking it for tokenGroups would cost one search for each account, and leave out groups that are for mail only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import computers
from .connection import DirectoryConnection, Entry
from .domain import Domain, number, text
from .errors import SearchError

_ACCOUNT_ATTRIBUTES = ["sAMAccountName", "distinguishedName", "memberOf", "primaryGroupID"]


@dataclass(frozen=True)
class Membership:
    """DNs of groups: ``direct`` without the primary group, ``primary`` None where it cannot be read."""

    direct: tuple[str, ...]
    primary: str | None


def find(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> dict[str, Membership]:
    """Of the accounts of these names, by name in lower case.

    :raises SearchError: the directory refused
    """
    found = computers.search(connection, domain, names, _ACCOUNT_ATTRIBUTES)
    identifiers = {identifier for _dn, entry in found.values() if (identifier := number(entry, "primaryGroupID"))}
    primary = {identifier: _primary(connection, domain, identifier) for identifier in identifiers}
    return {
        name: Membership(_member_of(entry), primary.get(number(entry, "primaryGroupID") or 0))
        for name, (_dn, entry) in found.items()
    }


class NestedGroups:
    """The groups that groups are in, each read once, however many accounts they are asked for."""

    def __init__(self, connection: DirectoryConnection) -> None:
        self._connection = connection
        self._above: dict[str, tuple[str, ...]] = {}

    def all_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """These groups and all that they are in, at any depth, sorted; groups that contain each other end no run."""
        found: dict[str, str] = {}
        waiting = list(groups)
        while waiting:
            dn = waiting.pop()
            if dn.lower() not in found:
                found[dn.lower()] = dn
                waiting += self._groups_above(dn)
        return tuple(sorted(found.values(), key=str.lower))

    def _groups_above(self, dn: str) -> tuple[str, ...]:
        if dn.lower() not in self._above:
            try:
                self._above[dn.lower()] = _member_of(self._connection.read(dn, ["memberOf"]))
            except SearchError:
                self._above[dn.lower()] = ()
        return self._above[dn.lower()]


def _primary(connection: DirectoryConnection, domain: Domain, identifier: int) -> str | None:
    try:
        return text(connection.read(f"<SID={domain.sid}-{identifier}>", ["distinguishedName"]), "distinguishedName")
    except SearchError:
        return None


def _member_of(entry: Entry) -> tuple[str, ...]:
    return tuple(sorted((value.decode("utf-8") for value in entry.get("memberOf", [])), key=str.lower))
