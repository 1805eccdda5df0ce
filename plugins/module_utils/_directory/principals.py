# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and groups that options name, as security identifiers."""

from __future__ import annotations

from collections.abc import Iterable

from .connection import DirectoryConnection
from .domain import Domain, sid
from .errors import SearchError
from .libraries import escape_filter_chars


def identifiers(connection: DirectoryConnection, domain: Domain, principals: Iterable[str]) -> list[str]:
    """The SIDs of principals given as SID or as account name, with or without the domain before it.

    :raises SearchError: a name is not in the domain
    """
    return [one if one.startswith("S-1-") else _identifier(connection, domain, one) for one in principals]


def _identifier(connection: DirectoryConnection, domain: Domain, principal: str) -> str:
    name = escape_filter_chars(principal.rpartition("\\")[2])
    found = connection.search(domain.base_dn, f"(sAMAccountName={name})", ["objectSid"])
    if not found:
        raise SearchError(f"look up {principal}", "there is no such account or group", "check the name or give its SID")
    return sid(found[0][1], "objectSid")
