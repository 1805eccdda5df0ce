# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine may have its name by the rules: of NetBIOS and DNS, of the template, of the lists it stands in.

The ids of all checks of a name stand here in causal order: a name that breaks the rules is not looked for, and one
that stands twice in the inventory explains what ``doubles`` finds twice in the directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..checks import Check, failed, passed, skipped, unknown
from . import computer_name
from .template import NameTemplate

INVENTORY, RULES, TEMPLATE, DOUBLE, ELSEWHERE = "inventory", "name_rules", "name_template", "name_double", "name_known"
ACCOUNT, COMMON_NAME, HOST_NAME, SERVICE = "account", "common_name", "dns_host_name", "service_principal_name"
DELETED, DNS = "deleted_account", "dns_record"
OF_DIRECTORY = (ACCOUNT, COMMON_NAME, HOST_NAME, SERVICE, DELETED, DNS)
IDS = (INVENTORY, RULES, TEMPLATE, DOUBLE, ELSEWHERE, *OF_DIRECTORY)
_SWAPPED = f"choose another name, or tolerate {ELSEWHERE} once where the device was swapped"


@dataclass(frozen=True)
class Machine:
    """``values`` are those of its line, by column, for the template.

    ``organizational_units`` are where its account is to lie, now and later. ``object_guid`` is that of its own account
    where one was issued; an empty text says that one may have been.
    """

    name: str
    serial_number: str | None = None
    organizational_units: tuple[str, ...] = ()
    object_guid: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """A name that is in use elsewhere: in the ledger, in another inventory. ``where`` completes "it stands in"."""

    name: str
    where: str
    serial_number: str | None = None


@dataclass(frozen=True)
class Lists:
    """What all machines of a call are held against.

    ``inventory`` are all names of the inventory source, hosts that are no part of the play among them.
    """

    machines: tuple[str, ...]
    inventory: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    template: NameTemplate | None = None


class NameRules:
    """Counts the names once for a whole list."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._asked = computer_name.times(lists.machines)
        self._listed = computer_name.times(lists.inventory)
        self._known: dict[str, list[Known]] = {}
        for known in lists.known:
            self._known.setdefault(known.name.lower(), []).append(known)

    def check(self, machine: Machine, domain_netbios_name: str) -> list[Check]:
        return [
            self._possible(machine, domain_netbios_name),
            self._template(machine),
            self._double(machine),
            self._elsewhere(machine),
        ]

    def _possible(self, machine: Machine, domain_netbios_name: str) -> Check:
        if machine.name.lower() == domain_netbios_name.lower():
            return failed(RULES, "the name is that of the domain", "choose another name")
        if fault := computer_name.fault(machine.name):
            return failed(RULES, *fault)
        return passed(RULES, "the name is one for NetBIOS and for DNS, and nobody reserves it")

    def _template(self, machine: Machine) -> Check:
        template = self._lists.template
        if template is None:
            return skipped(TEMPLATE, "no template is given")
        if template.fits(machine.name, machine.values):
            return passed(TEMPLATE, f"the name is made by {template.text}")
        return failed(TEMPLATE, f"the name is not made by {template.text}", "correct the name, or what it is made of")

    def _double(self, machine: Machine) -> Check:
        key = machine.name.lower()
        times = max(self._asked[key], self._listed[key])
        if times > 1:
            evidence = f"{times} machines of the inventory have this name; case does not tell names apart"
            return failed(DOUBLE, evidence, "give each machine its own name")
        return passed(DOUBLE, f"one machine of {max(len(self._lists.inventory), len(self._lists.machines))} has it")

    def _elsewhere(self, machine: Machine) -> Check:
        known = self._known.get(machine.name.lower(), [])
        strangers = [one for one in known if _differs(one.serial_number, machine.serial_number)]
        if strangers:
            where = ", ".join(f"{one.where} (serial number {one.serial_number})" for one in strangers)
            return failed(ELSEWHERE, f"another machine of this name stands in {where}", _SWAPPED)
        unsure = [one.where for one in known if not (one.serial_number and machine.serial_number)]
        if unsure:
            evidence = f"a machine of this name stands in {', '.join(unsure)}, and serial numbers do not tell which"
            return unknown(ELSEWHERE, evidence, "give every machine its serial number")
        return passed(ELSEWHERE, "no other machine of this name is known" if known else "the name is new")


def _differs(one: str | None, other: str | None) -> bool:
    return bool(one and other and one.casefold() != other.casefold())
