# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run reads once for all its machines must be the same for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.settings import (
    READ_ONCE,
    WITHOUT_EFFECT,
    fault,
)

GROUPS = {"BER-1": {"branch_BER", "type_pc"}, "BER-2": {"branch_BER", "type_till"}, "HAM-1": {"branch_HAM", "type_pc"}}
BER, HAM = {"offline_join_dest": "/srv/ber"}, {"offline_join_dest": "/srv/ham"}
NEXT = "and a run has one value for all machines; run the playbook once for each branch, with --limit"


def said(told: dict[str, dict[str, Any]], now: dict[str, Any] | None = None) -> str:
    return fault(told.items(), lambda host: now or told[host], lambda host: GROUPS.get(host, set()))


def test_each_is_named_once() -> None:
    assert len({*READ_ONCE, *WITHOUT_EFFECT}) == len(READ_ONCE) + len(WITHOUT_EFFECT)


@pytest.mark.parametrize("told", [{}, {"BER-1": BER}, {"BER-1": BER, "BER-2": dict(BER)}, {"BER-1": {}, "BER-2": {}}])
def test_alike(told: dict[str, dict[str, Any]]) -> None:
    assert said(told) == ""


def test_two_branches() -> None:
    expected = f"offline_join_dest: not the same for BER-1 and HAM-1, {NEXT} branch_HAM"
    assert said({"BER-1": BER, "BER-2": BER, "HAM-1": HAM}) == expected


@pytest.mark.parametrize(
    ("told", "limit"), [({"BER-1": BER, "BER-9": HAM}, "BER-9"), ({"x": BER, "HAM-1": HAM}, "branch_HAM")]
)
def test_next_step_is_for_a_host_of_no_other_group_its_own_name(told: dict[str, dict[str, Any]], limit: str) -> None:
    assert said(told).endswith(f" --limit {limit}")


def test_everything_that_differs_is_named() -> None:
    one, other = {**BER, "offline_join_seal": "cms"}, {**HAM, "offline_join_seal": "cms"}
    told = {"BER-1": one, "HAM-1": {**other, "offline_join_staging_ou": "OU=S"}}
    assert said(told).startswith("offline_join_staging_ou, offline_join_dest: not the same")


def test_a_variable_that_one_host_lacks() -> None:
    unresolved = {"offline_join_dest": None}
    for one, other in ((BER, {}), ({}, BER), (unresolved, {}), (BER, unresolved)):
        assert said({"BER-1": one, "HAM-1": other}).startswith("offline_join_dest: ")


def test_what_the_inventory_sets_without_effect_is_told_first() -> None:
    unheard = dict.fromkeys(["package_issue_lifetime", "name_check_reuse", "offline_join_hosts"])
    assert said({"BER-1": BER, "HAM-1": {**HAM, **unheard}}) == (
        "offline_join_hosts counts with -e only; package_issue_lifetime counts with -e only, "
        "in the inventory offline_join_lifetime does; name_check_reuse counts with -e only; nothing was touched"
    )


def test_the_time_in_a_value_goes_on() -> None:
    early, late = {**BER, "offline_join_title": "08:59:59"}, {**BER, "offline_join_title": "09:00:00"}
    assert said({"BER-1": early, "BER-2": early, "BER-3": late, "BER-4": late}, now=late) == ""
    assert said({"BER-1": early, "HAM-1": {**late, **HAM}}, now=late).startswith("offline_join_dest: ")
