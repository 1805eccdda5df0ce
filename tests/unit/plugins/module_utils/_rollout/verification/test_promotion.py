# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine still needs after its account was moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import causal_order, promotion
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.verified_machines import (
    BROKEN,
    STAGING,
    Case,
    put,
    registry,
)

BEFORE_POLICY = causal_order.IDS[: causal_order.IDS.index("organizational_unit") + 1]
OLD = registry({"name": "Distinguished-Name"}, f"CN=BER-PC-001,{STAGING}")


@pytest.mark.parametrize("check_id", BROKEN)
def test_only_what_stands_is_restarted(check_id: str) -> None:
    case = Case()
    BROKEN[check_id][0](case)
    outcome = case.outcome()
    assert promotion.needs_policy(outcome, case.subject, moved=True) is (check_id not in BEFORE_POLICY)
    assert promotion.waits_for_start(outcome) is (check_id in ("policy", "policy_values"))


def test_nothing_waits_for_a_start_where_something_earlier_is_broken() -> None:
    case = Case()
    for check_id in ("organizational_unit", "policy"):
        BROKEN[check_id][0](case)
    outcome = case.outcome()
    assert outcome.stops_at(["policy"])
    assert not promotion.waits_for_start(outcome)


def test_what_an_earlier_run_moved_is_finished() -> None:
    case = Case()
    assert not promotion.needs_policy(case.outcome(), case.subject, moved=False)
    OLD(case)
    assert promotion.needs_policy(case.outcome(), case.subject, moved=False)
    registry({"name": "Distinguished-Name"}, None)(case)
    assert not promotion.needs_policy(case.outcome(), case.subject, moved=False)
    assert promotion.needs_policy(case.outcome(), case.subject, moved=True)


@pytest.mark.parametrize(
    ("trouble", "policy", "restart"),
    [
        (OLD, True, True),
        (put("machine.restart.policy_refresh", True), True, True),
        (put("domain.policy.core.status", 1355), True, False),
        (put("domain.policy.core", None), False, False),
    ],
    ids=["outdated", "no restart", "failed", "never processed"],
)
def test_what_a_run_that_broke_left_behind(trouble: Callable[[Case], None], policy: bool, restart: bool) -> None:
    """A restart that is missing is made up for; a policy that failed is only processed again."""
    case = Case()
    trouble(case)
    assert promotion.needs_policy(case.outcome(), case.subject, moved=False) is policy
    assert promotion.needs_restart(case.subject, moved=False) is restart
