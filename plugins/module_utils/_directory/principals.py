# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and groups that options name, as security identifiers."""

from __future__ import annotations

from collections.abc import Iterable

from .connection import DirectoryConnection
from .domain import Domain, sid_text
from .errors import SearchError
from .libraries import escape_filter_chars


def sid(connection: DirectoryConnection, domain: Domain, principal: str) -> str:
    """The SID of a principal given as SID or as account name, with or without the domain before it.

    :raises SearchError: the name is not in the domain
    """
    if principal.startswith("S-1-"):
        return principal
    name = escape_filter_chars(principal.rpartition("\\")[2])
    found = connection.search(domain.base_dn, f"(sAMAccountName={name})", ["objectSid"])
    if not found:
        raise SearchError(f"look up {principal}", "there is no such account or group", "check the name or give its SID")
    return sid_text(found[0][1]["objectSid"][0])


def sids(connection: DirectoryConnection, domain: Domain, principals: Iterable[str]) -> dict[str, str | SearchError]:
    """The same of many, each by the name given, or why there is none."""
    found: dict[str, str | SearchError] = {}
    for principal in sorted(set(principals)):
        try:
            found[principal] = sid(connection, domain, principal)
        except SearchError as unknown:
            found[principal] = unknown
    return found
