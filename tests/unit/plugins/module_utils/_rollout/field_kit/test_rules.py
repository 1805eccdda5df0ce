# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers that the kit judges by are those of the rules, whatever happens to those."""

from __future__ import annotations

import json

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import rules
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import editions, right_machine


def test_editions_are_those_that_the_join_refuses() -> None:
    listed = {*rules.table()["editions_that_cannot_join"]}
    assert {2, 98, 101, 123} < listed
    for sku in range(300):
        for product_type in (1, 2, 3):
            assert (editions.can_join(sku, product_type) is False) is (sku in listed), sku


def test_a_change_of_the_rules_changes_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_HOME", frozenset({7}))
    monkeypatch.setattr(right_machine, "DOMAIN_CONTROLLERS", (9,))
    told = rules.table()
    assert (told["editions_that_cannot_join"], told["domain_controller_roles"]) == ([7], [9])


def test_json_keeps_it() -> None:
    assert json.loads(json.dumps(rules.table())) == rules.table()
