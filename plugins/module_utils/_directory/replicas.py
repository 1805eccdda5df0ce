# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every domain controller has of a list of accounts: a machine reads its own one, which may lag behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from . import account_details, computers, controllers
from .connection import DirectoryConnection, Entry
from .domain import Domain, guid, number
from .survey import ask

_ATTRIBUTES = ["sAMAccountName", "objectGUID", "pwdLastSet", "memberOf"]


@dataclass(frozen=True)
class Replica:
    """An account as one domain controller has it; ``password_last_set`` is a FILETIME, ``groups`` the direct ones."""

    distinguished_name: str
    object_guid: str
    password_last_set: int
    groups: tuple[str, ...]


def survey(
    connection: DirectoryConnection, domain: Domain, names: Iterable[str], silent: Collection[str] = ()
) -> dict[str, dict[str, Replica] | None]:
    """By host name, read-only ones too, and below by machine name in lower case; None where one does not answer.

    ``silent`` are those known not to answer.

    :raises SearchError: the sites cannot be read
    """
    names = list(names)
    hosts = controllers.everyone(connection, domain)
    return ask(connection, domain, hosts, lambda controller: _read(controller, domain, names), silent)


def _read(connection: DirectoryConnection, domain: Domain, names: list[str]) -> dict[str, Replica]:
    found = computers.search(connection, domain, names, _ATTRIBUTES)
    return {name: _replica(dn, entry) for name, (dn, entry) in found.items()}


def _replica(dn: str, entry: Entry) -> Replica:
    return Replica(dn, str(guid(entry, "objectGUID")), number(entry, "pwdLastSet") or 0, account_details.groups(entry))
