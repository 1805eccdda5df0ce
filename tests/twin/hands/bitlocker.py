# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_bitlocker_backup: the machine writes its recovery objects into the real directory, with its own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..member import SUCCESS
from ..protocol import ModuleCall

if TYPE_CHECKING:
    from ..machine import TwinMachine

_NO_SUCH_DOMAIN = 0x8007054B


def win_bitlocker_backup(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """One backup for each protector that one of the volumes has."""
    wanted = {one.casefold() for one in call.parameters["protectors"]}
    protectors = [one["id"] for volume in machine.state.bitlocker or () for one in volume["protectors"]]
    found = [one for one in protectors if one.casefold() in wanted]
    backups = [{"id": one, "status": SUCCESS if call.check_mode else _back_up(machine, one)} for one in found]
    return {"backups": backups, "changed": any(one["status"] == SUCCESS for one in backups)}


def _back_up(machine: TwinMachine, protector: str) -> int:
    if machine.member is None or not machine.state.network:
        return _NO_SUCH_DOMAIN
    return machine.state.bitlocker_backup_status or machine.member.escrow(protector)
