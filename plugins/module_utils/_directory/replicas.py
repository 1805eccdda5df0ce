# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every domain controller has of a list of accounts: a machine reads its own one, which may lag behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from . import account_details, computers
from .connection import DirectoryConnection, Entry, connect
from .containers import split
from .domain import Domain, guid, number, text
from .errors import DirectoryError
from .libraries import escape_filter_chars

_ATTRIBUTES = ["sAMAccountName", "objectGUID", "pwdLastSet", "memberOf"]
# A server's settings object, by class, with the attribute that lists the domains it has a whole copy of.
_COPIES = (("nTDSDSA", "msDS-hasMasterNCs"), ("nTDSDSARO", "msDS-hasFullReplicaNCs"))


@dataclass(frozen=True)
class Replica:
    """An account as one domain controller has it; ``password_last_set`` is a FILETIME, ``groups`` the direct ones."""

    distinguished_name: str
    object_guid: str
    password_last_set: int
    groups: tuple[str, ...]


def hosts(connection: DirectoryConnection, domain: Domain) -> list[str]:
    """The host names of all domain controllers of the domain, read-only ones too, sorted.

    :raises SearchError: the sites cannot be read
    """
    sites = f"CN=Sites,{domain.configuration_dn}"
    partition = escape_filter_chars(domain.base_dn)
    anyone = "".join(f"(&(objectClass={kind})({copies}={partition}))" for kind, copies in _COPIES)
    servers = {split(dn)[1].lower() for dn, _entry in connection.search(sites, f"(|{anyone})", ["objectGUID"])}
    everyone = connection.search(sites, "(objectClass=server)", ["dNSHostName"])
    names = [text(entry, "dNSHostName") for dn, entry in everyone if dn.lower() in servers and "dNSHostName" in entry]
    return sorted(names, key=str.lower)


def survey(
    connection: DirectoryConnection, domain: Domain, names: Iterable[str], silent: Collection[str] = ()
) -> dict[str, dict[str, Replica] | None]:
    """By host name, and below by machine name in lower case; None where a domain controller does not answer.

    ``silent`` are those known not to answer, which are not waited for again. The same login is used everywhere.
    """
    names, mute = list(names), {host.lower() for host in silent}
    found: dict[str, dict[str, Replica] | None] = {}
    for host in hosts(connection, domain):
        if host.lower() == domain.controller.host_name.lower():
            found[host] = _read(connection, domain, names)
            continue
        try:
            if host.lower() in mute:
                found[host] = None
                continue
            with connect(dataclasses.replace(connection.settings, server=host)) as other:
                found[host] = _read(other, domain, names)
        except DirectoryError:
            found[host] = None
    return found


def _read(connection: DirectoryConnection, domain: Domain, names: list[str]) -> dict[str, Replica]:
    found = computers.search(connection, domain, names, _ATTRIBUTES)
    return {name: _replica(dn, entry) for name, (dn, entry) in found.items()}


def _replica(dn: str, entry: Entry) -> Replica:
    return Replica(dn, str(guid(entry, "objectGUID")), number(entry, "pwdLastSet") or 0, account_details.groups(entry))
