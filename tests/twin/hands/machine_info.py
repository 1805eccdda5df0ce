# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_machine_info: what a machine says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..protocol import ModuleCall
from ..state import State
from . import package_files

if TYPE_CHECKING:
    from ..machine import TwinMachine


def win_machine_info(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """One key for each subset asked for; without ``subsets`` all of them."""
    subsets = call.parameters.get("subsets") or list(_LOOKS)
    return {"changed": False, **{subset: _LOOKS[subset](machine, call) for subset in subsets}}


def _identity(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    return _fields(machine.state, "active_name", "pending_name", "serial_number", "chassis_types", "machine_sid")


def _membership(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    shown = _fields(machine.state, "domain_role", "part_of_domain", "domain", "entra_join_type")
    return shown | {"pending_join": _pending_join(machine)}


def _pending_join(machine: TwinMachine) -> dict[str, Any] | None:
    """The marker; a volatile key beside it says whether the machine was started since, whatever its clock did."""
    if machine.state.marker is None:
        return None
    marker = {"status": None, **machine.state.marker}
    if marker.pop("boot") == machine.boots:
        marker["last_boot"] = machine.last_boot
    return marker


def _edition(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    return _fields(machine.state, "sku", "product_type", "build")


def _clock(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    return {"utc": machine.state.now(), **_fields(machine.state, "time_zone", "w32time")}


def _restart(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    reasons = _fields(machine.state, "component_servicing", "windows_update", "file_renames", "policy_refresh")
    return {"last_boot": machine.last_boot, **reasons}


def _security(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    shown = _fields(machine.state, "elevated", "tpm", "bitlocker", "bitlocker_status", "administrators")
    return shown | ({"bitlocker": None} if machine.state.bitlocker_status else {})


def _network(machine: TwinMachine, _call: ModuleCall) -> dict[str, Any]:
    return _fields(machine.state, "adapters", "default_gateway")


def _remains(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    state, patterns = machine.state, call.parameters.get("remains_paths") or []
    return {"files": package_files.remains(state.files, patterns, state.unreadable_files)}


_LOOKS = {
    "identity": _identity,
    "membership": _membership,
    "edition": _edition,
    "clock": _clock,
    "restart": _restart,
    "security": _security,
    "network": _network,
    "remains": _remains,
}


def _fields(state: State, *names: str) -> dict[str, Any]:
    return {name: getattr(state, name) for name in names}
