# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger says against ending a package, derived from real events by the ledger itself."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Event
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import State, derive
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import remembered

ROAD = ["issued", "sealed", "carried", "delivered", "applied", "verified", "retired", "promoted", "accepted"]
NEVER_SEEN: dict[str, Any] = {"state": "not_issued", "times": {}, "problems": [], "serial_number": None}


def entry(*kinds: str, sha256: str = "a" * 64) -> dict[str, Any]:
    """As ``ledger_info`` tells it, after these events, one each day."""
    events = [
        Event(
            kind=kind, machine="BER-PC-001", time=f"2026-11-{number:02}T09:00:00.000000+00:00", sha256=sha256,
            writer="control", sequence=number,
        )
        for number, kind in enumerate(kinds, start=1)
    ]  # fmt: skip
    return dataclasses.asdict(derive(events))


def underway(*kinds: str, carried: bool = True) -> str | None:
    return remembered.underway(entry(*kinds), carried=carried)


@pytest.mark.parametrize("kinds", [ROAD[:number] for number in range(3, len(ROAD) + 1)], ids=lambda kinds: kinds[-1])
def test_the_furthest_step_speaks(kinds: list[str]) -> None:
    told = f"it was {kinds[-1]} on 2026-11-{len(kinds):02} by the ledger and may wait for its network"
    assert underway(*kinds) == told
    assert underway(*kinds, carried=False) == ("" if kinds[-1] == "carried" else told)
    assert remembered.applied(entry(*kinds)) is (kinds[-1] not in ("carried", "delivered"))
    assert remembered.holds_its_name(entry(*kinds))


@pytest.mark.parametrize("kinds", [["issued"], ["issued", "sealed"]])
def test_what_only_lies_here_is_known_not_to_be_underway(kinds: list[str]) -> None:
    assert underway(*kinds) == ""
    assert not remembered.applied(entry(*kinds))
    assert remembered.holds_its_name(entry(*kinds))


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_what_was_ended_on_purpose_frees_name_and_account(end: str) -> None:
    assert underway("issued", "applied", end) == ""
    assert not remembered.applied(entry("issued", "applied", end))
    assert not remembered.holds_its_name(entry("issued", "applied", end))


@pytest.mark.parametrize("known", [NEVER_SEEN, entry("planned")])
def test_without_a_package_nobody_knows(known: dict[str, Any]) -> None:
    assert known["state"] == State.NOT_ISSUED
    assert remembered.underway(known) is None
    assert not remembered.applied(known)
    assert not remembered.holds_its_name(known)


def test_a_new_package_was_not_applied_because_the_old_one_was() -> None:
    old, new = entry("issued", "applied"), entry("issued", sha256="b" * 64)
    assert remembered.underway(old)
    assert remembered.underway(new) == ""


def test_a_conflict_speaks_against_every_act() -> None:
    """Whose membership it is, somebody has to find out."""
    assert underway("issued", "conflict") == "the ledger has a conflict: a conflict was recorded"
    used = entry("issued", "applied", "conflict")
    assert remembered.underway(used) == "it was applied on 2026-11-02 by the ledger and may wait for its network"
    assert not remembered.applied(used)
    assert remembered.holds_its_name(used)
