# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operators ask of a computer account besides its identity. Secrets that others keep there are not asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from . import computers, protection
from .connection import DirectoryConnection, Entry
from .domain import Domain, text

_ATTRIBUTES = ["sAMAccountName", "userAccountControl", "description", "memberOf", "whenCreated"]


@dataclass(frozen=True)
class AccountDetails:
    """``groups`` are the DNs of those it is a direct member of; the primary group is never among them.

    ``created`` is an ISO 8601 time in UTC. None: not set, or not readable.
    """

    enabled: bool | None
    description: str | None
    groups: tuple[str, ...]
    created: str | None


def find(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> dict[str, AccountDetails]:
    """The details of the accounts of these names, by name in lower case.

    :raises SearchError: the directory refused
    """
    found = computers.search(connection, domain, names, _ATTRIBUTES)
    return {name: _details(entry) for name, (_dn, entry) in found.items()}


def groups(entry: Entry) -> tuple[str, ...]:
    """Direct memberships. The values are back links, which a domain controller computes for its own domain."""
    return tuple(sorted(value.decode("utf-8") for value in entry.get("memberOf", [])))


def description(entry: Entry) -> str | None:
    return text(entry, "description") if "description" in entry else None


def _details(entry: Entry) -> AccountDetails:
    created = text(entry, "whenCreated") if "whenCreated" in entry else None
    return AccountDetails(
        enabled=not protection.disabled(entry) if "userAccountControl" in entry else None,
        description=description(entry),
        groups=groups(entry),
        created=created and _iso_time(created),
    )


def _iso_time(generalized: str) -> str:
    """From GeneralizedTime as the directory writes it, for example 20261121042331.0Z (MS-ADTS 3.1.1.2.2.2)."""
    return datetime.strptime(generalized, "%Y%m%d%H%M%S.0Z").replace(tzinfo=UTC).isoformat()
