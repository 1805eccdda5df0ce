# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DNS records in a zone that the directory itself holds (MS-DNSP 2.3.2.2), read over LDAP."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable

from .connection import DirectoryConnection, Entry
from .domain import Domain, text
from .errors import SearchError
from .name_filters import any_of, chunks

_KINDS = {1: "A", 5: "CNAME", 16: "TXT", 28: "AAAA", 33: "SRV"}
_GONE = 0  # DNS_TYPE_ZERO: a record that was deleted and whose node is still there (MS-DNSP 2.2.2.1.1)
_APEX = "@"
_HEADER = struct.Struct("<HHBBHI")  # data length, type, version, rank, flags, serial
_HEADER_SIZE = 24

Records = dict[str, list[str]]  # "A 192.0.2.7" and the like, by machine name in lower case


def find(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> Records | None:
    """What the domain's zone has for these names; None where it is kept elsewhere or may not be read.

    Every zone has its apex, the node "@". Whoever does not see it among the answers cannot see the others either.

    :raises ConnectionLost: the domain controller stopped answering
    """
    names = list(names)
    for zone in _zones(domain):
        try:
            found = _search(connection, zone, names)
        except SearchError:
            continue
        if found.pop(_APEX, None) is not None:
            return {name: records for name, records in found.items() if records}
    return None


def _zones(domain: Domain) -> list[str]:
    """Where a zone can lie: in the domain's partition, in the forest's, or in the domain itself as Windows 2000 did."""
    forest = ",".join(f"DC={label}" for label in domain.forest_name.split("."))
    partitions = (f"DC=DomainDnsZones,{domain.base_dn}", f"DC=ForestDnsZones,{forest}", f"CN=System,{domain.base_dn}")
    return [f"DC={domain.dns_name},CN=MicrosoftDNS,{partition}" for partition in partitions]


def _search(connection: DirectoryConnection, zone: str, names: list[str]) -> Records:
    found: Records = {}
    for some in chunks([_APEX, *names]):
        asked = f"(&(objectClass=dnsNode){any_of(('dc', name) for name in some)})"
        for _dn, entry in connection.search(zone, asked, ["dc", "dnsRecord", "dNSTombstoned"]):
            if "dc" in entry:
                found[text(entry, "dc").lower()] = _live(entry)
    return found


def _live(entry: Entry) -> list[str]:
    if entry.get("dNSTombstoned", [b""])[0].upper() == b"TRUE":
        return []
    return [said for value in entry.get("dnsRecord", []) if (said := describe(value))]


def describe(record: bytes) -> str | None:
    """Kind and, of addresses, the address; None for what was deleted."""
    if len(record) < _HEADER_SIZE:
        return "a damaged record"
    length, kind, *_rest = _HEADER.unpack_from(record)
    data = record[_HEADER_SIZE : _HEADER_SIZE + length]
    if kind == _GONE:
        return None
    word = _KINDS.get(kind, f"type {kind}")
    if kind in (1, 28) and len(data) == (4 if kind == 1 else 16):
        return f"{word} {ipaddress.ip_address(data)}"
    return word
