# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_join_package and win_domain_leave: the two that change a machine's membership."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from .. import faults
from ..member import SUCCESS, Applied
from ..protocol import ModuleCall, ModuleFailed
from ..state import WORKGROUP
from .power import PowerLoss

if TYPE_CHECKING:
    from ..machine import TwinMachine

_ELEVATION_REQUIRED = 740
_ALREADY_JOINED = 2691
_NOT_JOINED = 2692
_MUST_RESTART = 2713
_DONE = (SUCCESS, _MUST_RESTART)
_DOMAIN_CONTROLLER_ROLES = (4, 5)
# The first with NetRequestProvisioningPackageInstall.
_WINDOWS_8 = 9200


def win_join_package(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """Hand the package to the API; a success is complete after the next start only."""
    state, options = machine.state, call.parameters
    if state.domain_role in _DOMAIN_CONTROLLER_ROLES:
        remedy = "a package would destroy it. Run this on the machine to be joined."
        raise ModuleFailed(f"{state.active_name} is a domain controller: {remedy}")
    answer = {"function": "NetRequestProvisioningPackageInstall"}
    if call.check_mode:
        return answer | {"changed": True, "status": SUCCESS}
    if state.build < _WINDOWS_8:
        answer = {"function": "NetRequestOfflineDomainJoin"}
    package = _binary(state.active_name, options["package"])
    offline_image = options.get("windows_path")
    if offline_image:
        status = _install_in_image(machine, package, offline_image)
    else:
        status = _install(machine, package, options)
    return answer | {"changed": status in _DONE, "status": status}


def win_domain_leave(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """Forget the domain; the account in the directory stays as it is."""
    state = machine.state
    left = state.part_of_domain
    if left and not call.check_mode:
        # Only then: a machine that is no member yet may still wait for the restart that makes it one.
        state.marker = None
        state.update({"part_of_domain": False, "domain": WORKGROUP, "domain_role": state.domain_role - 1})
        state.w32time = state.w32time | {"type": "NTP"}
        machine.member = None
    return {"changed": left, "status": SUCCESS if left else _NOT_JOINED, "restart_required": left}


def _install(machine: TwinMachine, package: bytes, options: dict[str, Any]) -> int:
    """The marker, the API, the marker: as the hand does it on the Windows that runs."""
    state = machine.state
    earlier = state.marker
    state.marker = {
        "package_sha256": options["package_sha256"],
        "machine_name": options["machine_name"],
        "domain": options["domain"],
        "applied": state.now(),
        "last_boot": machine.last_boot,
        "boot": machine.boots,
    }
    if machine.faults.take(faults.POWER_LOSS, when=faults.BEFORE):
        raise PowerLoss
    applied = _api(machine, package)
    if applied.member is not None:
        machine.pending = applied.member
    if machine.faults.take(faults.POWER_LOSS, when=faults.AFTER):
        raise PowerLoss
    state.marker = state.marker | {"status": applied.status} if applied.status in _DONE else earlier
    return applied.status


def _install_in_image(machine: TwinMachine, package: bytes, path: str) -> int:
    if path.casefold() not in {one.casefold() for one in machine.state.offline_images}:
        return 2  # ERROR_FILE_NOT_FOUND
    return _forced(machine) or machine.behind.apply(package).status


def _api(machine: TwinMachine, package: bytes) -> Applied:
    forced = _forced(machine)
    if forced is not None and forced not in _DONE:
        return Applied(forced)
    if not machine.state.elevated:
        return Applied(_ELEVATION_REQUIRED)
    if machine.state.part_of_domain:
        return Applied(_ALREADY_JOINED)
    if machine.faults.take(faults.HOLLOW):
        return Applied(SUCCESS)
    applied = machine.behind.apply(package)
    if forced is not None and applied.member is not None:
        return Applied(forced, applied.member)
    return applied


def _forced(machine: TwinMachine) -> int | None:
    fault = machine.faults.take(faults.STATUS)
    return None if fault is None else fault.status


def _binary(active_name: str, text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        remedy = "give the text that the packages module wrote."
        raise ModuleFailed(f"{active_name}: the package is not base64; {remedy}") from None
