# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract notices what a hand must not answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin import contract

REFRESHED = {"changed": True, "exit_code": 0, "purge_status": None}


def test_an_answer_as_agreed_is_accepted() -> None:
    contract.check("win_policy_refresh", REFRESHED)
    contract.check("win_policy_refresh", REFRESHED | {"purge_status": 0})


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"exit_code": 0, "purge_status": None}, "changed is no bool"),
        ({"changed": True, "exit_code": 0}, "purge_status is missing"),
        (REFRESHED | {"more": 1}, "more not in the contract"),
        (REFRESHED | {"exit_code": None}, "exit_code: NoneType instead of int"),
        (REFRESHED | {"exit_code": True}, "exit_code: bool instead of int"),
        (REFRESHED | {"purge_status": "0"}, "purge_status: str instead of int"),
    ],
)
def test_a_breach_names_the_key(answer: dict[str, Any], complaint: str) -> None:
    with pytest.raises(contract.Breach, match=complaint):
        contract.check("win_policy_refresh", answer)


def test_a_subset_may_be_missing_but_none_of_its_keys() -> None:
    contract.check("win_machine_info", {"changed": False})
    contract.check("win_machine_info", {"changed": False, "edition": {"sku": 48, "product_type": 1, "build": 26100}})
    with pytest.raises(contract.Breach, match=r"win_machine_info\.edition: build is missing"):
        contract.check("win_machine_info", {"changed": False, "edition": {"sku": 48, "product_type": 1}})


def test_each_item_of_a_list_is_looked_at() -> None:
    events = [{"id": 4098, "time": 1, "status": None}, {"id": 4099, "time": 2}]
    with pytest.raises(contract.Breach, match=r"events\[1\]: status is missing"):
        contract.check("win_domain_info", {"changed": False, "events": events})


def policy_with(value: dict[str, Any]) -> dict[str, Any]:
    return {"changed": False, "policy": {"core": None, "applied": [], "registry_values": [value]}}


@pytest.mark.parametrize("data", [1, "text", ["a", "b"], None])
def test_registry_data_has_four_types(data: Any) -> None:
    value = {"key": "SOFTWARE", "name": "A", "type": "DWord", "data": data}
    contract.check("win_domain_info", policy_with(value))


def test_registry_data_has_no_other_type() -> None:
    value = {"key": "SOFTWARE", "name": "A", "type": "DWord", "data": 1.5}
    with pytest.raises(contract.Breach, match="float is none of the types"):
        contract.check(
            "win_domain_info", {"changed": False, "policy": {"core": None, "applied": [], "registry_values": [value]}}
        )


def test_paths_name_every_key_once() -> None:
    found = list(contract.paths(contract.SHAPES["win_clock"]))
    assert len(found) == len(set(found))
    assert {"w32time", "w32time.before.peers", "exit_codes.resync", "utc_after"} <= set(found)
    assert "restart.file_renames" in contract.paths(contract.SHAPES["win_machine_info"])
    assert "security.bitlocker.protectors.type" in contract.paths(contract.SHAPES["win_machine_info"])
