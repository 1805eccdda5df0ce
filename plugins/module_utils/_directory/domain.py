# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of the domain and of the domain controller that answers, read once for a whole list of machines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from .connection import DirectoryConnection, Entry
from .libraries import escape_filter_chars, format_sid
from .locator import Ping, ping

_DOMAIN_COMPUTERS = 515  # MS-DTYP 2.4.2.4
_COMPUTERS_CONTAINER = "<WKGUID=AA312825768811D1ADED00C04FD8D5CD,{}>"  # MS-ADTS 6.1.1.4


@dataclass(frozen=True)
class Domain:
    """``machine_account_quota`` is None where it cannot be read; levels are the numbers of MS-ADTS 6.1.4.2."""

    base_dn: str
    configuration_dn: str
    dns_name: str
    netbios_name: str
    forest_name: str
    guid: uuid.UUID
    sid: str
    functional_level: int | None
    forest_functional_level: int | None
    machine_account_quota: int | None
    controller: Ping

    @classmethod
    def read(cls, connection: DirectoryConnection) -> Domain:
        """
        :raises SearchError: what every authenticated user can read cannot be read
        """
        root = connection.read(
            "",
            [
                "defaultNamingContext",
                "configurationNamingContext",
                "rootDomainNamingContext",
                "domainFunctionality",
                "forestFunctionality",
            ],
        )
        base_dn, configuration_dn = (
            text(root, "defaultNamingContext"),
            text(root, "configurationNamingContext"),
        )
        head = connection.read(base_dn, ["objectGUID", "objectSid", "ms-DS-MachineAccountQuota"])
        partition = f"(&(objectClass=crossRef)(nCName={escape_filter_chars(base_dn)}))"
        [(_dn, cross_reference)] = connection.search(f"CN=Partitions,{configuration_dn}", partition, ["nETBIOSName"])
        dns_name = _dns_name(base_dn)
        return cls(
            base_dn=base_dn,
            configuration_dn=configuration_dn,
            dns_name=dns_name,
            netbios_name=text(cross_reference, "nETBIOSName"),
            forest_name=_dns_name(text(root, "rootDomainNamingContext")),
            guid=guid(head, "objectGUID"),
            sid=sid(head, "objectSid"),
            functional_level=number(root, "domainFunctionality"),
            forest_functional_level=number(root, "forestFunctionality"),
            machine_account_quota=number(head, "ms-DS-MachineAccountQuota"),
            controller=ping(connection, dns_name),
        )

    @property
    def computers_container(self) -> str:
        """Where accounts go when nobody says where, addressed so that redircmp's choice is honoured."""
        return _COMPUTERS_CONTAINER.format(self.base_dn)

    @property
    def computers_group_sid(self) -> str:
        """Domain Computers: the primary group of every computer, which is no member of it otherwise."""
        return f"{self.sid}-{_DOMAIN_COMPUTERS}"


def text(entry: Entry, attribute: str) -> str:
    return entry[attribute][0].decode("utf-8")


def number(entry: Entry, attribute: str) -> int | None:
    return int(entry[attribute][0]) if attribute in entry else None


def guid(entry: Entry, attribute: str) -> uuid.UUID:
    return uuid.UUID(bytes_le=entry[attribute][0])


def sid(entry: Entry, attribute: str) -> str:
    return sid_text(entry[attribute][0])


def sid_text(value: bytes) -> str:
    """The text form of a binary security identifier."""
    return str(format_sid(value))  # type: ignore[no-untyped-call]  # the stubs leave it untyped


def _dns_name(dn: str) -> str:
    return ".".join(part.partition("=")[2] for part in dn.split(",")).lower()
