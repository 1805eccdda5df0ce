# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of a host after each stage of the road, as the roles register them."""

from __future__ import annotations

from typing import Any

NAME = "BER-PC-001"
SHA256 = "8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a"
INVENTORY = {"machine_branch": "BER", "machine_inventory_tag": "INV-1", "machine_serial_number": "5CG1"}
PASSED = {"id": "policy", "severity": "error", "verdict": "pass", "evidence": "3 policies apply", "remedy": ""}
BROKEN = {"id": "clock", "severity": "error", "verdict": "fail", "evidence": "1 h ahead", "remedy": "set it"}


def of_all(entry: dict[str, Any]) -> dict[str, Any]:
    """The result of a bulk module, which every host has registered."""
    return {"machines": {NAME: entry, "BER-PC-002": {"error": "BER-PC-002: no"}}}


ISSUED = {
    "__package_issue_call": of_all({
        "package": f"/srv/berlin/{NAME}.sealed",
        "package_sha256": SHA256,
        "issue_record": f"/srv/berlin/{NAME}.issue.json",
    })
}  # fmt: skip
CARRIED = {"__field_kit_call": {**of_all({"package_sha256": SHA256}), "kit": {"id": "2f6c"}}}
APPLIED = {"__package_apply_result": {"package_sha256": SHA256, "serial_number": "5CG1", "changed": True}}
VERIFIED = {"__membership_verify_result": {"checks": [PASSED], "changed": False}}
RETIRED = {"__package_retire_result": {"changed": True, "password_last_set": 134082000000000000}}
PROMOTED = {
    "__computer_promote_move": of_all({"distinguished_name": f"CN={NAME},OU=Berlin,DC=corp,DC=example"}),
    "__computer_promote_result": {"checks": [PASSED], "restarts": 1, "changed": True},
}
WHOLE_ROAD = {**INVENTORY, **ISSUED, **APPLIED, **VERIFIED, **RETIRED, **PROMOTED}


def noted(stage: str, state: str = "failed") -> dict[str, Any]:
    return {"offline_join_note": {"stage": stage, "state": state, "headline": f"{NAME}: look at it"}}


def failed(register: str, **result: Any) -> dict[str, Any]:
    return {register: {"failed": True, "msg": "no", **result}}
