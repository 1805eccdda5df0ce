# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a machine from its events: the road, its ends, and what contradicts itself."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import repetition, timeline
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Entry, Event, Kind
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import (
    MachineState,
    State,
    states,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    TWO,
    at,
    entry,
    event,
)

ROAD = ["planned", "issued", "sealed", "carried", "delivered", "applied", "verified", "retired", "promoted", "accepted"]
NAMES = ["not_issued", "issued", "issued", "carried", "carried", "applied", "verified", "retired", "promoted"]


def derived(*entries: Entry, writer: str = "control") -> MachineState:
    numbered = [event(one, number, writer) for number, one in enumerate(entries, 1)]
    return only(numbered)


def only(some: list[Event]) -> MachineState:
    [state] = states(some).values()
    return state


def road(to: str, sha256: str = ONE, start: int = 0) -> list[Entry]:
    kinds = ROAD[: ROAD.index(to) + 1]
    return [
        entry(kind, minute=start + number, sha256="" if kind == "planned" else sha256)
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(("kind", "state"), [*zip(ROAD, [*NAMES, "accepted"], strict=True)])
def test_the_road(kind: str, state: str) -> None:
    found = derived(*road(kind))
    assert found.state == state
    assert found.sha256 == ("" if kind == "planned" else ONE)
    assert [*found.times] == ROAD[: ROAD.index(kind) + 1]
    assert found.events == len(found.times)
    assert not found.problems


def test_every_state_and_every_kind_is_tried_here() -> None:
    assert {*NAMES, "accepted", "revoked", "expired", "conflict"} == {*State}
    assert {*ROAD, "repaired", "revoked", "expired", "conflict", "imported"} == {*Kind}


def test_who_came_further_does_not_fall_back() -> None:
    assert derived(*road("verified"), entry("carried", minute=30, sha256=ONE)).state == "verified"
    assert derived(*road("verified"), entry("repaired", minute=31)).state == "verified"


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_the_end_of_a_package_and_a_new_one(end: str) -> None:
    ended = [*road("carried"), entry(end, minute=20, sha256=ONE)]
    assert derived(*ended).state == end
    again = derived(*ended, entry("issued", minute=21, sha256=TWO))
    assert (again.state, again.sha256) == ("issued", TWO)
    assert [*again.times] == ["planned", "issued"]
    assert again.times["issued"] == at(21)
    late = derived(*ended, entry("issued", minute=21, sha256=TWO), entry(end, minute=22, sha256=ONE))
    assert late.state == "issued"


@pytest.mark.parametrize("use", ["applied", "verified"])
@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_use_after_the_end(end: str, use: str) -> None:
    found = derived(*road("carried"), entry(end, minute=20, sha256=ONE), entry(use, minute=30, sha256=ONE))
    assert found.state == "conflict"
    assert found.problems == (f"control {use} it at {at(30)}, after it was {end}",)


def test_used_twice_by_two_writers() -> None:
    issued = [event(one, number) for number, one in enumerate(road("applied"), 1)]
    elsewhere = event(entry("applied", minute=40, sha256=ONE), 1, "laptop")
    found = only([*issued, elsewhere])
    assert found.state == "conflict"
    assert found.used_twice
    assert found.problems == (
        f"package {ONE[:12]} was used twice: applied by control at {at(5)}, and applied by laptop at {at(40)}",
    )
    revoked = only([*issued, elsewhere, event(entry("revoked", minute=50, sha256=ONE), 7)])
    assert (revoked.state, revoked.used_twice) == ("revoked", True)


def test_used_twice_on_two_machines() -> None:
    twice = [entry("applied", minute=20 + number, sha256=ONE, serial_number=f"S{number}") for number in (1, 2)]
    assert derived(*road("issued"), *twice).used_twice
    same = [entry("applied", minute=20 + number, sha256=ONE, serial_number="S1") for number in (1, 2)]
    assert derived(*road("issued"), *same).state == "applied"


def test_another_serial_number_than_issued_for() -> None:
    issued = entry("issued", sha256=ONE, serial_number="5cg1")
    assert derived(issued, entry("applied", minute=1, sha256=ONE, serial_number="5CG1")).state == "applied"
    found = derived(issued, entry("applied", minute=1, sha256=ONE, serial_number="5CG2"))
    assert found.state == "conflict"
    assert found.problems == ("it was applied to serial number 5CG2, but issued for 5cg1",)


def test_a_package_that_was_replaced_is_applied() -> None:
    found = derived(*road("carried"), entry("issued", minute=20, sha256=TWO), entry("applied", minute=30, sha256=ONE))
    assert found.state == "conflict"
    assert found.problems == (f"control applied package {ONE[:12]} at {at(30)}, after {TWO[:12]} replaced it",)


def test_a_site_whose_clock_is_slow() -> None:
    """It applied before the package was issued, as its clock says; the fingerprint tells otherwise."""
    issued = event(entry("issued", minute=100, sha256=ONE), 1)
    assert only([issued, event(entry("applied", minute=5, sha256=ONE), 1, "laptop")]).state == "applied"
    assert only([issued, event(entry("applied", minute=5, sha256=TWO), 1, "laptop")]).state == "issued"


def test_a_clock_that_jumps_back_keeps_the_order_of_its_chain() -> None:
    found = derived(entry("issued", minute=100, sha256=ONE), entry("issued", minute=10, sha256=TWO))
    assert (found.state, found.sha256) == ("issued", TWO)
    jumped = [event(entry(kind, minute=minute), number) for number, (kind, minute) in enumerate(
        [("planned", 50), ("issued", 10), ("sealed", 60)], 1
    )]  # fmt: skip
    between = event(entry("repaired", minute=55), 1, "laptop")
    order = [one.kind for one in timeline.ordered([between, *reversed(jumped)])]
    assert order == ["planned", "issued", "repaired", "sealed"]


def test_recorded_conflict() -> None:
    found = derived(*road("applied"), entry("conflict", minute=20, sha256=ONE, why="two of them answer"))
    assert (found.state, found.problems) == ("conflict", ("two of them answer",))


def test_events_without_a_fingerprint_belong_to_what_was_current() -> None:
    first = [entry("issued", minute=0), entry("applied", minute=1)]
    assert derived(*first).state == "applied"
    assert derived(*first, entry("issued", minute=2)).state == "issued"


def test_a_kind_of_a_newer_version_is_no_obstacle() -> None:
    assert derived(*road("applied"), entry("teleported", minute=30, sha256=ONE)).state == "applied"


def test_what_was_said_last_describes_the_machine() -> None:
    found = derived(
        entry("planned", branch="berlin", inventory_tag="I1", serial_number="S1"),
        entry("promoted", "ber-pc-001", minute=1, organizational_unit="OU=P"),
    )
    assert (found.branch, found.inventory_tag, found.serial_number) == ("berlin", "I1", "S1")
    assert (found.organizational_unit, found.machine) == ("OU=P", "ber-pc-001")


def test_machines_are_told_apart_without_regard_to_case() -> None:
    found = states([
        event(entry("issued", "PC-1"), 1),
        event(entry("applied", "pc-1", minute=1), 2),
        event(entry("planned", "PC-2"), 3),
        event(entry("imported", ""), 4),
    ])  # fmt: skip
    assert {name: one.state for name, one in found.items()} == {"pc-1": "applied", "pc-2": "not_issued"}


class TestRepetition:
    RECORDED = (event(entry("promoted", organizational_unit="OU=A"), 1), event(entry("issued", sha256=ONE), 2))

    def new(self, *entries: Entry) -> list[bool]:
        return repetition.new(entries, self.RECORDED)

    def test_the_same_at_another_time_by_another_person(self) -> None:
        assert self.new(entry("issued", "ber-pc-001", minute=99, sha256=ONE, who="b")) == [False]

    def test_anything_else_is_new(self) -> None:
        assert self.new(entry("issued", "BER-PC-002", sha256=ONE)) == [True]
        for change in (
            {"sha256": TWO},
            {"why": "x"},
            {"branch": "x"},
            {"inventory_tag": "x"},
            {"serial_number": "x"},
            {"organizational_unit": "x"},
            {"details": {"x": 1}},
        ):
            assert self.new(entry("issued", **{"sha256": ONE, **change})) == [True], change

    def test_there_and_back_is_no_repetition(self) -> None:
        moves = [entry("promoted", organizational_unit=unit) for unit in ("OU=A", "OU=B", "OU=B", "OU=A")]
        assert self.new(*moves) == [False, True, False, True]
