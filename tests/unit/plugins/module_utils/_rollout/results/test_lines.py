# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the acceptance report shows: now goes before what was once reached, and a made good attempt leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import KNOWN, read_all
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.lines import line
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import Results
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known

REMEMBERED = {
    "state": "accepted",
    "branch": "lyon",
    "organizational_unit": "OU=Berlin,DC=corp,DC=example",
    "package_sha256": known.SHA256,
    "times": {"issued": "2026-11-21T04:23:31.000000+00:00"},
    "events": [{"time": "2026-11-21T04:23:31.000000+00:00", "kind": "issued", "who": "anna", "why": ""}],
}


def shown(variables: dict[str, Any], remembered: dict[str, Any] | None = None, promote: bool = True) -> dict[str, Any]:
    return line(Results.read(known.NAME, variables), remembered or {}, promote=promote)


@pytest.mark.parametrize(
    ("variables", "remembered", "state"),
    [
        (known.ISSUED, {}, "done"),
        (known.WHOLE_ROAD, {}, "accepted"),
        (known.ISSUED, REMEMBERED, "accepted"),
        ({**known.WHOLE_ROAD, **known.noted("promote")}, REMEMBERED, "failed"),
        ({**known.ISSUED, **known.noted("verify", "pending")}, {}, "pending"),
        ({"offline_join_note": {"stage": "audit", "state": "done", "headline": "retired"}}, REMEMBERED, "accepted"),
    ],
)
def test_state(variables: dict[str, Any], remembered: dict[str, Any], state: str) -> None:
    assert shown(variables, remembered)["state"] == state


def test_the_inventory_goes_before_the_ledger() -> None:
    assert shown(known.INVENTORY, REMEMBERED)["branch"] == "BER"
    assert shown({}, REMEMBERED)["branch"] == "lyon"
    assert shown({}, REMEMBERED)["organizational_unit"] == "OU=Berlin,DC=corp,DC=example"


def test_the_life_of_the_package() -> None:
    assert shown({}, REMEMBERED)["package"] == {**REMEMBERED["times"], "sha256": known.SHA256}  # type: ignore[dict-item]
    assert shown(known.ISSUED)["package"] == {"sha256": known.SHA256}


def test_evidence_of_policy_and_escrow() -> None:
    escrow = {**known.PASSED, "id": "bitlocker", "evidence": "C: is in the directory"}
    checks = {"__membership_verify_result": {"checks": [known.PASSED, escrow]}}
    assert shown(checks)["policy"] == "3 policies apply"
    assert shown(checks)["escrow"] == "C: is in the directory"


def test_the_report_takes_every_line() -> None:
    """Nothing is left out of it with a warning, and nothing is refused."""
    one = shown({**known.WHOLE_ROAD, **known.noted("promote")}, REMEMBERED)
    assert set(one) < KNOWN
    [machine], left_out = read_all({known.NAME: one})
    assert left_out == ()
    assert (machine.state, machine.stage, machine.branch) == ("failed", "promote", "BER")
