# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a package is worthless because its machine changed the password, and what keeps it from doing so."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import retirement


def account(**more: Any) -> dict[str, Any]:
    return {"exists": True, "password_last_set": 5, "issue_record": {"password_last_set": 5}} | more


@pytest.mark.parametrize(
    ("seen", "done"),
    [
        (account(), False),
        (account(password_last_set=6), True),
        (account(evidence={"dc1": {"password_last_set": 5}, "dc2": {"password_last_set": 6}, "dc3": None}), True),
        (account(replicas={"dc2": {"exists": True, "password_last_set": 9}, "dc3": {"exists": False}}), True),
        (account(replicas={"dc2": None}), False),
        (account(issue_record=None, password_last_set=6), False),
        (account(issue_record={"password_last_set": None}, password_last_set=6), False),
    ],
)
def test_retired(seen: dict[str, Any], done: bool) -> None:
    assert retirement.done(seen) is done
    assert retirement.refusal("PC", seen) is None


def test_retirement_is_refused() -> None:
    assert "no account PC$" in (retirement.refusal("PC", {"exists": False}) or "")
    assert "no way" in (retirement.refusal("PC", {"error": "no way"}) or "")


@pytest.mark.parametrize(("status", "out_of_reach"), [(1311, True), (1789, False)])
def test_what_keeps_a_machine_from_changing_its_password(status: int, out_of_reach: bool) -> None:
    cause = status_codes.explain(status)
    assert retirement.obstacle(cause) == retirement.Obstacle(cause.sentence, out_of_reach)
    assert not retirement.Obstacle("anything else").out_of_reach


def test_a_new_password_has_arrived() -> None:
    assert not retirement.arrived(account(), 5)
    assert retirement.arrived(account(evidence={"dc1": {"password_last_set": 6}}), 5)
    assert not retirement.arrived({"exists": False}, 5)
    assert not retirement.arrived({"error": "no way"}, 5)
    assert not retirement.arrived({}, 5)
