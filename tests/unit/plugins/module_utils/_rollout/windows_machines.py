# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Windows machine as it is seen before a join, with everything right, and the package that is offered to it."""

from __future__ import annotations

from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import TICKS, Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer

OFFER = Offer(
    machine_name="ber-pc-001",
    package_machine_name="BER-PC-001",
    dns_domain="corp.example",
    netbios_domain="CORP",
    domain_guid="641b88f4-0000-4000-8000-000000000000",
    package_sha256="a" * 64,
    serial_number="5CG1234XYZ",
)
STARTED = 134_397_360_000_000_000
APPLIED = STARTED - 10**10
EARLIER = {"last_boot": STARTED - 6 * 10**11}  # applied before the last start
PENDING = {
    "package_sha256": OFFER.package_sha256,
    "machine_name": "BER-PC-001",
    "domain": "corp.example",
    "applied": APPLIED,
    "status": 0,
    "last_boot": STARTED,
}
OTHERS = {"package_sha256": "b" * 64, "machine_name": "BER-PC-009", "domain": "other.example"}
MACHINE: dict[str, dict[str, Any]] = {
    "identity": {"active_name": "BER-PC-001", "pending_name": "BER-PC-001", "serial_number": "5CG1234XYZ"},
    "membership": {
        "domain_role": 0,
        "part_of_domain": False,
        "domain": "WORKGROUP",
        "entra_join_type": 0,
        "pending_join": None,
    },
    "edition": {"sku": 48, "product_type": 1},
    "restart": {"last_boot": STARTED},
    "security": {"elevated": True},
}
MEMBER = {"domain_role": 1, "part_of_domain": True, "domain": "corp.example"}
NOON = 1_795_262_400


def seen(**changes: Any) -> dict[str, Any]:
    """The machine of the tests, with other values for keys of any subset."""
    machine = {
        subset: {key: changes.pop(key, value) for key, value in values.items()} for subset, values in MACHINE.items()
    }
    assert not changes
    return machine


def clock(ahead: float = 0.0, round_trip: float = 0.0) -> Reading:
    utc = round((NOON + ahead + 11_644_473_600) * TICKS)
    return Reading(utc, NOON - round_trip / 2, NOON + round_trip / 2)
