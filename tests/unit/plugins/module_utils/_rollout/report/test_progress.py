# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run tells while it goes on and in its end, from the events that Ansible tells."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.progress import (
    FAILED,
    PENDING,
    Progress,
)

BRANCHES = {"BER-1": "BER", "BER-2": "BER", "HAM-1": "HAM"}


def begun(plan: tuple[int, ...] = (), branches: dict[str, str] | None = None) -> Progress:
    progress = Progress(0.0, plan)
    assert list(progress.play("Join", branches or BRANCHES, 0.0)) == []
    assert list(progress.task("package_apply", 0.0)) == []
    return progress


def answer(progress: Progress, machine: str, now: float = 1.0, interval: float = 0, acted: bool = True) -> list[str]:
    return list(progress.answer(machine, now, interval, acted=acted))


def end(progress: Progress, now: float = 60.0) -> list[str]:
    return progress.end(now)[1]


class TestSteps:
    def test_a_step_is_told_once_when_the_next_begins(self) -> None:
        progress = begun()
        for machine in BRANCHES:
            answer(progress, machine)
        assert list(progress.task("package_apply", 5.0)) == [], "another task of the same step"
        progress.stop("BER-2", FAILED, "no disk")
        progress.stop("HAM-1", PENDING, "is off")
        told = list(progress.task("membership_verify", 75.0))
        assert told == ["Join, package_apply: BER 1 ok, 1 failed; HAM 1 pending (0:01:15)"]

    def test_a_step_where_nothing_ran_is_not_told(self) -> None:
        progress = begun()
        answer(progress, "BER-1", acted=False)
        assert list(progress.task("next", 1.0)) == []
        assert progress.end(2.0)[0] == []

    def test_a_long_step_tells_how_far_it_is(self) -> None:
        progress = begun()
        assert answer(progress, "BER-1", 59.0, 60) == []
        assert answer(progress, "BER-2", 61.0, 60) == ["Join, package_apply: 2 of 3; BER 2 ok; HAM 1 ok (0:01:01)"]
        assert answer(progress, "HAM-1", 100.0, 60) == []
        assert answer(progress, "HAM-1", 1000.0, 0) == [], "an interval of 0 is silent"

    def test_time_left_follows_the_share_of_the_plan(self) -> None:
        progress = begun(plan=(2, 2))
        for machine in BRANCHES:
            answer(progress, machine)
        assert list(progress.task("verify", 100.0)) == [
            "Join, package_apply: BER 2 ok; HAM 1 ok (0:01:40, about 0:05:00 left)"
        ]

    def test_a_play_that_began_leaves_those_before_behind(self) -> None:
        """Its tasks may have run for nobody."""
        progress = begun(plan=(10, 10))
        list(progress.play("Report", BRANCHES, 100.0))
        list(progress.task("write", 100.0, once=True))
        answer(progress, "BER-1")
        [told] = progress.task("tell", 110.0)
        assert told.endswith("(0:01:50, about 0:01:30 left)"), "eleven of twenty tasks"

    def test_no_time_left_is_told_too_early_nor_past_the_plan_nor_in_the_end(self) -> None:
        early, past, last = begun(plan=(4,)), begun(plan=(1,)), begun(plan=(4,))
        for progress in (early, past, last):
            for machine in BRANCHES:
                answer(progress, machine)
        assert "left" not in "".join(early.task("verify", 5.0))
        assert "left" not in "".join(past.task("verify", 100.0))
        assert "left" not in last.end(100.0)[0][0]

    def test_many_branches_are_summed_up(self) -> None:
        progress = begun(branches={f"PC-{number}": f"B{number}" for number in range(1, 41)})
        answer(progress, "PC-1")
        progress.stop("PC-40", FAILED, "x")
        [told] = progress.task("next", 1.0)
        assert "B5 1 ok; 35 more branches 34 ok, 1 failed" in told

    def test_machines_without_branches_are_only_counted(self) -> None:
        progress = begun(branches={"a": "", "b": ""})
        answer(progress, "a")
        assert list(progress.task("next", 1.0)) == ["Join, package_apply: 2 ok (0:00:01)"]


class TestStops:
    def test_causes_are_grouped_without_the_names_of_their_machines(self) -> None:
        progress = begun()
        for machine in ("BER-2", "BER-1"):
            progress.note(machine, {"stage": "join", "state": "pending", "headline": f"{machine}: cannot be reached"})
        progress.note("HAM-1", {"stage": "verify", "state": "failed", "headline": "the clock is 412 s ahead"})
        progress.report = "/srv/acceptance.html"
        assert end(progress) == [
            "3 machines in 0:01:00: BER 2 pending; HAM 1 failed",
            "What stops machines:",
            "  join: cannot be reached",
            "    2 pending: BER-1, BER-2",
            "  verify: the clock is 412 s ahead",
            "    1 failed: HAM-1",
            "Report: /srv/acceptance.html",
        ]

    def test_who_goes_on_was_rescued_but_a_note_stays(self) -> None:
        progress = begun()
        progress.stop("BER-1", FAILED, "failed in: x")
        progress.stop("BER-2", FAILED, "failed in: x")
        progress.note("BER-2", {"stage": "join", "state": "failed", "headline": "no"})
        for machine in ("BER-1", "BER-2"):
            answer(progress, machine)
        progress.stop("BER-2", FAILED, "failed in: Tell what became of the machine")
        assert end(progress)[0] == "3 machines in 0:01:00: BER 1 ok, 1 failed; HAM 1 ok"
        assert end(progress)[2] == "  join: no"

    @pytest.mark.parametrize("note", [{}, {"state": "done"}, {"state": ["failed"]}, {"headline": "x"}])
    def test_a_note_of_nothing_stops_nothing(self, note: dict[str, Any]) -> None:
        progress = begun()
        progress.note("BER-1", note)
        assert end(progress) == ["3 machines in 0:01:00: BER 2 ok; HAM 1 ok"]

    def test_texts_stay_lines_that_everybody_can_see(self) -> None:
        progress = begun(branches={"PC\x1b[2J": "B\u202eX"})
        progress.stop("PC\x1b[2J", FAILED, "one\ntwo \x1b[31m" + "x" * 1000)
        told = end(progress)
        assert told[0].endswith("B\u27e8U+202E\u27e9X 1 failed")
        assert told[2].startswith("  one two \u27e8U+001B\u27e9[31mxxx")
        assert len(told[2]) < 310
        assert told[3] == "    1 failed: PC\u27e8U+001B\u27e9[2J"

    def test_ten_names_are_enough(self) -> None:
        progress = begun(branches={f"PC-{number}": "" for number in range(1, 13)})
        for number in range(1, 13):
            progress.stop(f"PC-{number}", PENDING, "off")
        assert end(progress)[-1].endswith("PC-9, PC-10 and 2 more")
