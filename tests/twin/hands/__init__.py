# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handler of each Windows hand: what the .ps1 would answer on a machine in this state, and what it would change.

Nothing is judged here. Every answer is checked against the contract.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from .. import contract
from ..protocol import ModuleCall, ModuleFailed
from . import bitlocker, clock, domain, join, machine_info, package_files, provisioning, winrm_teardown
from .power import PowerLoss

if TYPE_CHECKING:
    from ..machine import TwinMachine

__all__ = ["PowerLoss", "run"]

_HANDS = {
    "win_machine_info": machine_info.win_machine_info,
    "win_package_wipe": package_files.win_package_wipe,
    "win_clock": clock.win_clock,
    "win_winrm_teardown": winrm_teardown.win_winrm_teardown,
}

# These run Samba's programs, each in a thread.
_BLOCKING_HANDS = {
    "win_join_package": join.win_join_package,
    "win_domain_leave": join.win_domain_leave,
    "win_provision_package": provisioning.win_provision_package,
    "win_domain_info": domain.win_domain_info,
    "win_policy_refresh": domain.win_policy_refresh,
    "win_machine_password": domain.win_machine_password,
    "win_bitlocker_backup": bitlocker.win_bitlocker_backup,
}


async def run(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """The result of a module, ours or one of ansible.windows."""
    collection, _dot, name = call.name.rpartition(".")
    if call.name == "ansible.windows.win_ping":
        return {"changed": False, "ping": call.parameters.get("data") or "pong"}
    if collection != contract.COLLECTION or name not in contract.SHAPES:
        raise ModuleFailed(f"the twin has no module {call.name}")
    if name in _BLOCKING_HANDS:
        result = await asyncio.to_thread(_BLOCKING_HANDS[name], machine, call)
    else:
        result = _HANDS[name](machine, call)
    contract.check(name, result)
    return result
