# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_clock: the clock, the time zone and the time service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..protocol import ModuleCall, ModuleFailed
from ..state import State

if TYPE_CHECKING:
    from ..machine import TwinMachine

_UNITS_PER_SECOND = 10_000_000
_PEER = re.compile(r"[A-Za-z0-9._:-]+(,0x[0-9A-Fa-f]+)?")
_TIME_ZONE = re.compile(r"UTC|.+ Standard Time")
# HRESULT of ERROR_TIMEOUT, as an exit code: the time service got no answer from its source.
_NO_ANSWER = 0x800705B4 - 2**32


def win_clock(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """Set what was asked for; in check mode say what it would become."""
    state, options = machine.state, call.parameters
    shift = _required(state, options)
    utc_before, zone_before, service_before = state.now(), state.time_zone, _source(state.w32time)
    service = _configured(state.w32time, options)
    zone = options.get("time_zone") or state.time_zone
    configure, resync = options.get("source") is not None, bool(options.get("resync"))
    answer: dict[str, Any] = {
        "time_zone": {"before": zone_before, "after": zone},
        "w32time": {"before": service_before, "after": _source(service)},
        "exit_codes": {"config": 0 if configure else None, "resync": 0 if resync else None},
        "changed": bool(shift or resync or zone != zone_before or _source(service) != service_before),
    }
    if call.check_mode:
        return answer | {"utc_before": utc_before, "utc_after": state.now() + shift}
    state.clock_offset += shift / _UNITS_PER_SECOND
    state.time_zone, state.w32time = zone, service
    if configure or resync:
        state.w32time = state.w32time | {"running": True}
    if resync:
        answer["exit_codes"]["resync"] = _resync(state)
    return answer | {"utc_before": utc_before, "utc_after": state.now()}


def _required(state: State, options: dict[str, Any]) -> int:
    """The shift, when every option is one that Windows could be given."""
    peers = options.get("peers") or []
    if options.get("source") == "manual" and not peers:
        raise ModuleFailed(
            f"{state.active_name}: source is manual but no peers are given; give their names or addresses."
        )
    for peer in peers:
        if not _PEER.fullmatch(peer):
            remedy = "is no name or address, with flags such as ,0x8 or without."
            raise ModuleFailed(f"{state.active_name}: peers: {peer} {remedy}")
    if options.get("time_zone") and not _TIME_ZONE.fullmatch(options["time_zone"]):
        raise ModuleFailed(f"the clock of {state.active_name} cannot be set: no such time zone")
    try:
        return int(options.get("shift") or 0)
    except (TypeError, ValueError):
        raise ModuleFailed(f"{state.active_name}: shift is no integer; give it in units of 100 ns.") from None


def _configured(service: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    if service["type_from_policy"]:
        # what is configured beside a policy does not count
        return service
    if options.get("source") == "domain":
        return service | {"type": "NT5DS"}
    if options.get("source") == "manual":
        return service | {"type": "NTP", "peers": " ".join(options["peers"])}
    return service


def _resync(state: State) -> int:
    """w32tm /resync: its exit code; where the source answers, the clock is right afterwards."""
    if not state.network or (state.w32time["type"] == "NT5DS" and not state.part_of_domain):
        return _NO_ANSWER
    state.clock_offset = 0.0
    return 0


def _source(service: dict[str, Any]) -> dict[str, str]:
    return {"type": service["type"], "peers": service["peers"]}
