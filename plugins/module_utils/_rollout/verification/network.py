# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine's way to its domain: membership, address, DNS, domain controller, clock, name and secure channel."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from .. import secure_channel, status_codes
from ..checks import Check, failed, passed, skipped, warned
from ..clock import KERBEROS_TOLERANCE, POLICY_REMEDY, TICKS, in_words, other_source
from ..joining.offer import same
from ..joining.right_machine import DOMAIN_CONTROLLERS
from .subject import Expected, Subject, pending

IDENTITY, MEMBERSHIP, ADDRESS, DNS = "identity", "membership", "address", "dns_servers"
CONTROLLER, CLOCK, CLOCK_SOURCE, NAME = "domain_controller", "clock", "clock_source", "name"
SECURE_CHANNEL = "secure_channel"
BEFORE_ACCOUNT = (IDENTITY, MEMBERSHIP, ADDRESS, DNS, CONTROLLER, CLOCK, CLOCK_SOURCE, NAME)
CHANNEL = (SECURE_CHANNEL,)

_CLOSE = KERBEROS_TOLERANCE / 5
_TIME_SKEW = 1398
_BY_DOMAIN = "(role clock_sync, clock_sync_source: domain)"


def before_account(expected: Expected, subject: Subject) -> Iterator[Check]:
    yield _identity(expected, subject)
    yield _membership(expected, subject)
    yield _address(subject)
    yield _dns(expected, subject)
    yield _controller(expected, subject)
    yield _clock(subject)
    yield _clock_source(subject)
    yield _name(expected, subject)


def channel(_expected: Expected, subject: Subject) -> Iterator[Check]:
    if not subject.has_controller:
        yield skipped(SECURE_CHANNEL, "no domain controller was found")
        return
    fault = secure_channel.fault(subject.domain)
    if fault is None:
        yield passed(SECURE_CHANNEL, f"{subject.domain['channel']['domain_controller']} verified it")
        return
    cause = fault.cause
    said = f"{cause.meaning} ({cause.name}, {cause.number})"
    if fault.out_of_reach:
        yield pending(SECURE_CHANNEL, said, f"{cause.remedy}, then run again", cause.number)
    elif fault.of_secret:
        yield failed(SECURE_CHANNEL, f"it is broken: {said}", secure_channel.REPAIR, cause.number)
    else:
        yield failed(SECURE_CHANNEL, f"it cannot be verified: {said}", cause.remedy, cause.number)


def _identity(expected: Expected, subject: Subject) -> Check:
    serial_number = subject.machine["identity"]["serial_number"]
    if not expected.serial_number or not serial_number:
        return skipped(IDENTITY, "the inventory or the machine has no serial number")
    if same(expected.serial_number.strip(), serial_number.strip()):
        return passed(IDENTITY, f"its serial number is {serial_number}")
    said = f"its serial number is {serial_number}, the inventory says {expected.serial_number}"
    return failed(IDENTITY, said, "look which machine answers at this address")


def _membership(expected: Expected, subject: Subject) -> Check:
    seen = subject.machine["membership"]
    if seen["domain_role"] in DOMAIN_CONTROLLERS:
        return failed(MEMBERSHIP, "the machine is a domain controller", "take it out of the inventory", 2693)
    if not seen["part_of_domain"]:
        waiting = seen["pending_join"]
        if waiting and waiting["status"] is not None:
            said = "its package is applied, but it is no member yet"
            return failed(MEMBERSHIP, said, "restart it and look what became of the join (playbook join)", 2692)
        return failed(MEMBERSHIP, f"the machine is in {seen['domain']}", "join it first (playbook join)", 2692)
    if not same(seen["domain"], expected.domain):
        said = f"the machine is a member of {seen['domain']}, not of {expected.domain}"
        return failed(MEMBERSHIP, said, "look which machine it is")
    return passed(MEMBERSHIP, f"a member of {seen['domain']}")


def _address(subject: Subject) -> Check:
    addresses = [address for one in subject.machine["network"]["adapters"] for address in one["addresses"]]
    usable = [address for address in addresses if not _link_local(address)]
    if usable:
        return passed(ADDRESS, ", ".join(usable))
    said = f"it has no address but {', '.join(addresses)}" if addresses else "it has no address"
    return pending(ADDRESS, said, "look at cable, VLAN and DHCP, then run again")


def _link_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_link_local
    except ValueError:
        return False


def _dns(expected: Expected, subject: Subject) -> Check:
    if not expected.dns_servers:
        return skipped(DNS, "nobody said which DNS servers are the domain's")
    wanted = {one.lower() for one in expected.dns_servers}
    adapters = [
        {server.partition("%")[0].lower() for server in one["dns_servers"]}
        for one in subject.machine["network"]["adapters"]
        if one["dns_servers"]
    ]
    said = ", ".join(sorted({server for servers in adapters for server in servers})) or "none at all"
    remedy = f"hand out {', '.join(expected.dns_servers)} by DHCP or set them on the adapter"
    of_domain = [servers for servers in adapters if servers & wanted]
    if not of_domain:
        return failed(DNS, f"its DNS servers are {said}, none of them the domain's", remedy, 1355)
    if all(servers <= wanted for servers in of_domain):
        return passed(DNS, f"its DNS servers are {said}")
    return warned(DNS, f"its DNS servers are {said}, not all of them the domain's", remedy, 1355)


def _controller(expected: Expected, subject: Subject) -> Check:
    found = subject.domain["locator"]
    if found["status"]:
        cause = status_codes.explain(found["status"])
        said = f"it finds no domain controller of {expected.domain}: {cause.meaning} ({cause.name}, {cause.number})"
        remedy = "look at its network, its VPN and its DNS servers, then run again"
        if secure_channel.out_of_reach(cause):
            return pending(CONTROLLER, said, remedy, cause.number)
        return failed(CONTROLLER, said, remedy, cause.number)
    said = f"it finds {found['domain_controller']} ({found['address']}) in site {found['controller_site']}"
    if found["client_site"] is None:
        return warned(CONTROLLER, f"{said}, but its own subnet is in no site", "add the subnet to a site")
    if found["controller_site"] and not same(found["controller_site"], found["client_site"]):
        said += f", but is itself in site {found['client_site']}"
        return warned(CONTROLLER, said, "look why no domain controller of its own site answers")
    return passed(CONTROLLER, said)


def _clock(subject: Subject) -> Check:
    measured = subject.domain["clock"]
    if subject.has_controller and measured["status"] == 0:
        ahead, whose = -measured["offset"] / TICKS, measured["server"]
        beyond = abs(ahead) - measured["round_trip"] / TICKS / 2 > KERBEROS_TOLERANCE
    else:
        ahead, whose = subject.reading.offset, "the control node"
        beyond = subject.reading.beyond(KERBEROS_TOLERANCE)
    said = f"its clock is {in_words(ahead)} of that of {whose}"
    if beyond:
        remedy = f"set it {_BY_DOMAIN} and look at what sets it wrong: the battery, or a virtual machine's host"
        return failed(CLOCK, f"{said}, more than Kerberos accepts", remedy, _TIME_SKEW)
    if abs(ahead) > _CLOSE:
        return warned(CLOCK, said, f"set it {_BY_DOMAIN}, Kerberos accepts five minutes", _TIME_SKEW)
    return passed(CLOCK, said)


def _clock_source(subject: Subject) -> Check:
    service = subject.machine["clock"]["w32time"]
    remedy = f"let it follow the domain {_BY_DOMAIN}"
    if said := other_source(service):
        return warned(CLOCK_SOURCE, said, POLICY_REMEDY if service["type_from_policy"] else remedy)
    if not service["running"]:
        return warned(CLOCK_SOURCE, "W32Time does not run", remedy)
    return passed(CLOCK_SOURCE, "W32Time follows the domain")


def _name(expected: Expected, subject: Subject) -> Check:
    active, waiting = subject.machine["identity"]["active_name"], subject.machine["identity"]["pending_name"]
    if not same(active, expected.name):
        said = f"the machine is called {active}, the inventory says {expected.name}"
        return failed(NAME, said, "look which machine answers at this address, and who renamed it")
    if not same(waiting, active):
        return failed(NAME, f"its new name {waiting} waits for a restart", "find out who renames it, and why")
    return passed(NAME, f"it is called {active}")
