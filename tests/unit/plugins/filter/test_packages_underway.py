# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger remembers against ending packages, in the entries of a list of machines."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.filter.packages_underway import FilterModule, packages_underway

APPLIED = {"state": "applied", "times": {"applied": "2026-11-20T09:00:02.250000+00:00"}, "problems": []}
CARRIED = {"state": "carried", "times": {"carried": "2026-11-19T09:00:02.250000+00:00"}, "problems": []}
ISSUED = {"state": "issued", "times": {"issued": "2026-11-18T09:00:02.250000+00:00"}, "problems": []}
UNHEARD: dict[str, Any] = {"state": "not_issued", "times": {}, "problems": []}
REMEMBERED = {"machines": {"PC-1": APPLIED, "PC-2": CARRIED, "PC-3": ISSUED, "PC-4": UNHEARD}}
MACHINES = [{"name": name, "path": "OU=Staging"} for name in REMEMBERED["machines"]]
WAS_APPLIED = "it was applied on 2026-11-20 by the ledger and may wait for its network"
WAS_CARRIED = "it was carried on 2026-11-19 by the ledger and may wait for its network"


def told(key: str = "underway", **how: bool) -> list[Any]:
    return [one.get(key) for one in packages_underway(MACHINES, REMEMBERED, **how)]


def test_it_is_found_by_its_name() -> None:
    assert FilterModule().filters() == {"packages_underway": packages_underway}


def test_every_entry_is_told_what_is_known_of_its_machine() -> None:
    assert told() == [WAS_APPLIED, WAS_CARRIED, "", None]
    assert told(carried=False) == [WAS_APPLIED, "", "", None]
    assert told("path") == ["OU=Staging"] * 4
    assert told("applied") == [None] * 4
    assert told("applied", applied=True) == [True, False, False, False]


def test_what_its_inventory_says_goes_before_it() -> None:
    machines = [{"name": "PC-1", "underway": ""}, {"name": "PC-3", "underway": "it is on a stick"}]
    assert [one["underway"] for one in packages_underway(machines, REMEMBERED)] == ["", "it is on a stick"]


def test_a_ledger_that_cannot_be_read_speaks_against_every_machine() -> None:
    unread = {"failed": True, "msg": "open the ledger: it is not there"}
    assert {one["underway"] for one in packages_underway(MACHINES, unread)} == {"open the ledger: it is not there"}


@pytest.mark.parametrize("remembered", [{"skipped": True, "changed": False}, {"machines": {}}, {"msg": ""}])
def test_where_nobody_was_asked_nobody_knows(remembered: dict[str, Any]) -> None:
    assert packages_underway(MACHINES, remembered, applied=True) == MACHINES
