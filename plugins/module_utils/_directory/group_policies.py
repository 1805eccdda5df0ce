# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which group policy objects reach an organizational unit: links, enforcement, blocked inheritance (MS-GPOL 3.2.5.1).

Links only: whether a policy's own permissions or its WMI filter leave a machine out is not looked at, and neither are
the links of sites.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .connection import DirectoryConnection, Entry
from .distinguished_name import split
from .domain import Domain, number, text
from .errors import SearchError

_LINK = re.compile(r"\[LDAP://([^;\]]+);(\d+)\]", re.IGNORECASE)
_LINK_DISABLED, _LINK_ENFORCED = 1, 2  # gPLink options
_INHERITANCE_BLOCKED = 1  # gPOptions
_COMPUTER_PART_DISABLED = 2  # flags of the groupPolicyContainer
_ATTRIBUTES = ["displayName", "flags", "gPCFileSysPath", "gPCMachineExtensionNames", "versionNumber"]
_SECURITY = "{827d319e-6eac-11d2-a4ea-00c04f79f83a}"
_REGISTRY = "{35378eac-683f-11d2-a89a-00c04fbbcfa2}"


@dataclass(frozen=True)
class PolicyObject:
    """``security`` and ``registry``: whether its computer part has settings of these kinds, whatever they are.

    A policy that is deleted looks like one that the login may not see: it is not ``readable``, and may have any.
    ``folder`` is where its files lie in SYSVOL.
    """

    dn: str
    display_name: str
    security: bool
    registry: bool
    readable: bool = True
    folder: str = ""


@dataclass(frozen=True)
class PolicyLink:
    """A policy object that reaches the unit, and where it is linked."""

    policy: PolicyObject
    linked_to: str
    enforced: bool


class GroupPolicies:
    """The policies of many units, with each container and each policy object read once."""

    def __init__(self, connection: DirectoryConnection, domain: Domain) -> None:
        self._connection = connection
        self._domain = domain
        self._containers: dict[str, Entry] = {}
        self._objects: dict[str, PolicyObject | None] = {}

    def reaching(self, dn: str) -> list[PolicyLink]:
        """What applies to computers below this unit, the nearest container first.

        :raises SearchError: the unit or a container above it cannot be read
        """
        found, blocked = [], False
        for container in self._upwards(dn):
            entry = self._container(container)
            for policy_dn, options in _links(entry):
                enforced = bool(options & _LINK_ENFORCED)
                policy = None if options & _LINK_DISABLED or (blocked and not enforced) else self._object(policy_dn)
                if policy:
                    found.append(PolicyLink(policy, container, enforced))
            blocked = blocked or _blocks(entry)
        return found

    def inheritance_blocked(self, dn: str) -> bool:
        """Whether this very unit keeps out what is linked above it and not enforced."""
        return _blocks(self._container(dn))

    def _upwards(self, dn: str) -> list[str]:
        containers = [dn]
        while containers[-1].lower() != self._domain.base_dn.lower():
            parent = split(containers[-1])[1]
            if not parent:
                break
            containers.append(parent)
        return containers

    def _container(self, dn: str) -> Entry:
        if dn.lower() not in self._containers:
            self._containers[dn.lower()] = self._connection.read(dn, ["gPLink", "gPOptions"])
        return self._containers[dn.lower()]

    def _object(self, dn: str) -> PolicyObject | None:
        """None for a policy whose computer part is turned off or empty: clients leave it out (MS-GPOL 3.2.5.1.6)."""
        if dn.lower() not in self._objects:
            self._objects[dn.lower()] = self._read_object(dn)
        return self._objects[dn.lower()]

    def _read_object(self, dn: str) -> PolicyObject | None:
        try:
            entry = self._connection.read(dn, _ATTRIBUTES)
        except SearchError:
            entry = {}
        if "versionNumber" not in entry:
            return PolicyObject(dn, f"{split(dn)[0]} (deleted, or not readable)", True, True, readable=False)
        if (number(entry, "flags") or 0) & _COMPUTER_PART_DISABLED or "gPCMachineExtensionNames" not in entry:
            return None
        extensions = text(entry, "gPCMachineExtensionNames").lower()
        name = text(entry, "displayName") if "displayName" in entry else split(dn)[0]
        folder = text(entry, "gPCFileSysPath") if "gPCFileSysPath" in entry else ""
        return PolicyObject(dn, name, _SECURITY in extensions, _REGISTRY in extensions, folder=folder)


def _links(entry: Entry) -> list[tuple[str, int]]:
    """DN and options of each link, as they stand."""
    value = text(entry, "gPLink") if "gPLink" in entry else ""
    return [(dn, int(options)) for dn, options in _LINK.findall(value)]


def _blocks(entry: Entry) -> bool:
    return bool((number(entry, "gPOptions") or 0) & _INHERITANCE_BLOCKED)
