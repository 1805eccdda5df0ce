# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine says of its domain, and what it does with it: locator, secure channel, policy, password."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ..member import NO_LOGON_SERVERS, NO_SUCH_DOMAIN, SUCCESS, Location
from ..protocol import ModuleCall, ModuleFailed

if TYPE_CHECKING:
    from ..machine import TwinMachine

_UNITS_PER_SECOND = 10_000_000
_NOT_JOINED = 2692
# RPC_S_UNKNOWN_IF: the Netlogon service does not run in a workgroup.
_NO_NETLOGON = 1717
# What Netlogon of the machine itself answers to a session that is not elevated.
_ACCESS_DENIED = 5
_TIME_SKEW = 1398
# Kerberos accepts five minutes (MaxClockSkew).
_ACCEPTED_SKEW = 300
# lmaccess.h: NETLOGON_HAS_IP, NETLOGON_HAS_TIMESERV, NETLOGON_VERIFY_STATUS_RETURNED
_VERIFIED, _HAS_CONTROLLER = 0x80, 0x30
_GPUPDATE_FAILED = 1
_MOST_EVENTS = 10


def win_domain_info(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """One key for each subset asked for; without ``subsets`` all of them."""
    subsets = call.parameters.get("subsets") or list(_LOOKS)
    look = _Look(machine, call.parameters)
    return {"changed": False, **{subset: _LOOKS[subset](look) for subset in subsets}}


def win_policy_refresh(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """gpupdate /target:computer; afterwards the machine has the policies that the directory lists to it."""
    purge = SUCCESS if call.parameters.get("purge_machine_tickets") else None
    if call.parameters.get("restart_follows") and not call.check_mode:
        machine.state.policy_refresh = True
    worked = call.check_mode or refresh_policy(machine)
    return {"changed": True, "exit_code": 0 if worked else _GPUPDATE_FAILED, "purge_status": purge}


def win_machine_password(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """The machine changes its own password, or somebody's credentials repair it."""
    options = call.parameters
    if bool(options.get("username")) != bool(options.get("password")):
        remedy = "give both, or neither to use its secure channel."
        raise ModuleFailed(f"{machine.state.active_name} was given only one of username and password; {remedy}")
    status = SUCCESS if call.check_mode else _change_password(machine, options)
    return {"changed": status == SUCCESS, "status": status}


def refresh_policy(machine: TwinMachine) -> bool:
    """Process computer policy, as at a start with a network; False when it could not."""
    state, member = machine.state, machine.member
    if member is None:
        return False
    started = state.now()
    status, policies = _obstacle(machine), list[dict[str, str]]()
    if status == SUCCESS:
        status, policies = member.policies()
    if status == SUCCESS:
        state.policies = policies
        state.registry |= state.policy_registry
    state.policy_core = {"status": status, "started": started, "ended": state.now()}
    return status == SUCCESS


def _change_password(machine: TwinMachine, options: dict[str, Any]) -> int:
    member = machine.member
    if member is None:
        return _NOT_JOINED if options.get("username") else _NO_NETLOGON
    if not machine.state.network:
        return NO_LOGON_SERVERS
    if not options.get("username"):
        return member.change_password()
    repaired = machine.behind.repair(member, options["username"], options["password"])
    machine.member = repaired.member or member
    return repaired.status


def _channel_status(machine: TwinMachine) -> int:
    if machine.member is None:
        return _NO_NETLOGON
    return _obstacle(machine) or machine.member.channel_status()


def _obstacle(machine: TwinMachine) -> int:
    """What keeps the machine from its domain before anybody there is asked."""
    if not machine.state.network:
        return NO_LOGON_SERVERS
    return _TIME_SKEW if abs(machine.state.clock_offset) > _ACCEPTED_SKEW else SUCCESS


class _Look:
    """One call of win_domain_info; the domain controller is looked for once, as Windows keeps what it located."""

    def __init__(self, machine: TwinMachine, parameters: dict[str, Any]) -> None:
        self.machine = machine
        self.domain: str = parameters["domain"].casefold()
        self.policy_values: list[dict[str, str]] = parameters.get("policy_values") or []

    @functools.cached_property
    def location(self) -> Location | None:
        """The domain controller that the machine finds for the domain asked for."""
        if not self.machine.state.network:
            return None
        seeker = self.machine.member or self.machine.behind.stranger()
        return seeker.locate() if seeker.domain == self.domain else None


def _locator(look: _Look) -> dict[str, Any]:
    found = look.location
    if found is None:
        names = ("domain_controller", "address", "forest", "controller_site", "client_site")
        return {"status": NO_SUCH_DOMAIN, **dict.fromkeys(names), "flags": 0}
    return {
        "status": SUCCESS,
        "domain_controller": found.domain_controller,
        "address": found.address,
        "forest": found.forest,
        "controller_site": found.controller_site,
        "client_site": found.client_site,
        # DS_DNS_CONTROLLER_FLAG, DS_DNS_DOMAIN_FLAG, DS_DNS_FOREST_FLAG: the names are DNS names.
        "flags": found.flags | 0xE0000000,
    }


def _channel(look: _Look) -> dict[str, Any]:
    """I_NetLogonControl2: rediscovery says itself what is wrong, verification in what it returns."""
    if not look.machine.state.elevated:
        return _channel_answer(_ACCESS_DENIED, _ACCESS_DENIED, 0, 0, None)
    member = look.machine.member
    if member is None or member.domain != look.domain:
        status = _NO_NETLOGON if member is None else NO_SUCH_DOMAIN
        return _channel_answer(status, status, 0, 0, None)
    status = _channel_status(look.machine)
    if status != SUCCESS:
        return _channel_answer(status, SUCCESS, _VERIFIED, status, None)
    name = None if look.location is None else look.location.domain_controller
    return _channel_answer(SUCCESS, SUCCESS, _VERIFIED | _HAS_CONTROLLER, SUCCESS, name)


def _channel_answer(rediscover: int, verify: int, flags: int, status: int, controller: str | None) -> dict[str, Any]:
    return {
        "rediscover_status": rediscover,
        "verify_status": verify,
        "flags": flags,
        "connection_status": status,
        "channel_status": status,
        "domain_controller": controller,
    }


def _clock(look: _Look) -> dict[str, Any]:
    state, found = look.machine.state, look.location
    if found is None:
        return {"status": NO_SUCH_DOMAIN, "server": None, "offset": 0, "round_trip": 0}
    if state.sntp_status != SUCCESS:
        return {"status": state.sntp_status, "server": found.domain_controller, "offset": 0, "round_trip": 0}
    offset = round(-state.clock_offset * _UNITS_PER_SECOND)
    return {"status": SUCCESS, "server": found.domain_controller, "offset": offset, "round_trip": 8_000}


def _policy(look: _Look) -> dict[str, Any]:
    state = look.machine.state
    # The registry knows no difference between upper and lower case.
    registry = {(key.casefold(), name.casefold()): value for (key, name), value in state.registry.items()}
    values = []
    for wanted in look.policy_values:
        key, name = wanted["key"], wanted["name"]
        kind, data = registry.get((key.casefold(), name.casefold()), (None, None))
        values.append({"key": key, "name": name, "type": kind, "data": data})
    return {"core": state.policy_core, "applied": state.policies, "registry_values": values}


def _certificates(look: _Look) -> list[dict[str, Any]]:
    return look.machine.state.certificates


def _directaccess(look: _Look) -> dict[str, int] | None:
    return look.machine.state.directaccess


def _events(look: _Look) -> list[dict[str, Any]]:
    return look.machine.state.events[:_MOST_EVENTS]


_LOOKS = {
    "locator": _locator,
    "channel": _channel,
    "clock": _clock,
    "policy": _policy,
    "certificates": _certificates,
    "directaccess": _directaccess,
    "events": _events,
}
