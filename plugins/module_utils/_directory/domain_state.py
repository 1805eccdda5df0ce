# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the whole domain has in store for new accounts: relative identifiers, its clock, its heuristics."""

from __future__ import annotations

from datetime import UTC, datetime

from .connection import DirectoryConnection
from .domain import Domain, number, text
from .errors import SearchError
from .libraries import escape_filter_chars

_OWNER_RIGHTS = 29  # a digit of dSHeuristics, counted from 1 (MS-ADTS 6.1.1.2.4.1.2, KB5008383)


def owner_rights(connection: DirectoryConnection, domain: Domain) -> str | None:
    """The digit of KB5008383 for owners as it stands, "" where it is not set; None where nothing can be read.

    An attribute that is not set and one that may not be read look the same; by default everybody may read it.
    """
    dn = f"CN=Directory Service,CN=Windows NT,CN=Services,{domain.configuration_dn}"
    try:
        entry = connection.read(dn, ["dSHeuristics"])
    except SearchError:
        return None
    digits = text(entry, "dSHeuristics") if "dSHeuristics" in entry else ""
    return digits[_OWNER_RIGHTS - 1 : _OWNER_RIGHTS]


def identifiers_left(connection: DirectoryConnection, domain: Domain) -> int | None:
    """How many relative identifiers the domain can still give out (rIDAvailablePool); None where it is unreadable."""
    try:
        pool = number(
            connection.read(f"CN=RID Manager$,CN=System,{domain.base_dn}", ["rIDAvailablePool"]), "rIDAvailablePool"
        )
    except SearchError:
        return None
    return None if pool is None else (pool >> 32) - (pool & 0xFFFFFFFF)


def identifiers_at_hand(connection: DirectoryConnection, domain: Domain) -> int | None:
    """How many the domain controller that answers can give out before it needs the RID master; None if unreadable.

    That is what is left of its block in use, whose last one given is rIDNextRID, and the next block where it has
    fetched that already (rIDAllocationPool).
    """
    host = escape_filter_chars(domain.controller.host_name)
    found = connection.search(domain.base_dn, f"(&(objectClass=computer)(dNSHostName={host}))", ["rIDSetReferences"])
    try:
        [reference] = [text(entry, "rIDSetReferences") for _dn, entry in found if "rIDSetReferences" in entry]
        block = connection.read(reference, ["rIDPreviousAllocationPool", "rIDAllocationPool", "rIDNextRID"])
    except (SearchError, ValueError):
        return None
    following, used = number(block, "rIDAllocationPool"), number(block, "rIDPreviousAllocationPool") or 0
    if following is None:
        return None
    left = (used >> 32) - (number(block, "rIDNextRID") or 0)
    return left if following == used else left + (following >> 32) - (following & 0xFFFFFFFF) + 1


def clock(connection: DirectoryConnection) -> datetime:
    """What time it is for the domain controller, to the second (rootDSE currentTime).

    :raises SearchError: it does not tell
    """
    told = text(connection.read("", ["currentTime"]), "currentTime")
    return datetime.strptime(told[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
