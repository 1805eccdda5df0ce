# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clones among hosts of which some were not reached, and some were stopped by something else."""

from __future__ import annotations

from typing import Any

from ansible_collections.adops.offline_join.plugins.filter.rollout_clones import FilterModule, rollout_clones


def verified(**result: Any) -> dict[str, Any]:
    return {"__membership_verify_result": result}


HOSTS: dict[str, dict[str, Any]] = {
    "fine": verified(machine_sid="S-1"),
    "stopped": verified(machine_sid="S-1", msg="stopped: its clock is wrong"),
    "other": verified(machine_sid="S-2"),
    "off": verified(msg="off: cannot be reached", pending=True),
    "away": verified(msg="away: cannot be reached", pending=True),
    "left out": {},
}


def test_clones() -> None:
    assert FilterModule().filters() == {"rollout_clones": rollout_clones}
    [told] = rollout_clones(list(HOSTS), HOSTS)
    assert told.startswith("fine, stopped have one machine SID (S-1); ")
    assert rollout_clones(["fine", "other", "off"], HOSTS) == []
