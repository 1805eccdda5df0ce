# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The acceptance report as data: reading machines, numbers, tables and words, whatever the texts are."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import numbers, pictures, plain, tables
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import ReportError, read_all
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.numbers import Scope
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.texts import LANGUAGES, number
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = st.text(max_size=60) | st.sampled_from(["=1+1", "\t@SUM(A1)", "\uff1dx", "a;=2", "\u202egnp.exe", "\ud800"])


def machine(name: str = "PC-1", state: str = "done", **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, **more}


def check(verdict: str, **more: Any) -> dict[str, Any]:
    return {"id": "clock", "verdict": verdict, "evidence": "412 s off", "remedy": "set it", **more}


class TestReading:
    def test_names_stand_in_natural_order_from_either_form(self) -> None:
        names = ["PC-10", "PC-9", "pc-1"]
        as_list, _left = read_all([machine(name) for name in names])
        as_dict, _left = read_all({name: {"state": "done"} for name in names})
        assert [one.name for one in as_list] == ["pc-1", "PC-9", "PC-10"]
        assert as_dict == as_list

    @pytest.mark.parametrize(
        ("machines", "words"),
        [
            ("PC-1", "machines is no list"),
            ([{"state": "done"}], "machine 1: has no name"),
            ([machine(state="fine")], "PC-1: its state is 'fine'; give one of failed, pending, done, accepted"),
            ([machine(), machine("pc-1")], "pc-1: is given twice"),
            ({"PC-1": 5}, "PC-1: is no dictionary"),
            ([machine(checks=["clock"])], "PC-1: checks is no list of dictionaries"),
            ([machine(checks=[check("maybe")])], "PC-1: check clock has verdict 'maybe'"),
            ([machine(events=[{"who": "x"}])], "PC-1: an event has no kind"),
            ([machine(package="AAAA")], "PC-1: package is no dictionary"),
        ],
    )
    def test_faults_name_the_machine_and_the_next_step(self, machines: Any, words: str) -> None:
        with pytest.raises(ReportError) as caught:
            read_all(machines)
        assert words in str(caught.value)
        assert "; " in str(caught.value)

    def test_what_is_not_named_stays_out(self) -> None:
        secret = "pQ8-kV7_mT2+zR9"
        given = machine(password=secret, package={"issued": "2026-11-20T12:00:00Z", "content": secret})
        machines, left_out = read_all([given])
        assert left_out == ("password",)
        scope = Scope(machines)
        assert secret not in "".join((*tables.to_json(scope, "", ""), *tables.to_csv(scope)))

    def test_headline_is_the_first_broken_cause(self) -> None:
        checks = [check("pass"), check("fail", severity="warning", id="name"), check("fail"), check("fail", id="dns")]
        [one], _left = read_all([machine(state="failed", checks=checks)])
        assert one.headline == "412 s off; set it"
        assert numbers.cause(one) == "clock"

    def test_times_are_utc(self) -> None:
        [one], _left = read_all([machine(events=[{"kind": "issued", "time": "2026-11-20T13:30:00+01:30"}])])
        assert one.events[0].time == "2026-11-20 12:00"


class TestPlain:
    @given(st.text())
    def test_nothing_hides(self, text: str) -> None:
        shown = plain.visible(text)
        shown.encode()
        hidden = {sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")} - {"\n", "\t"}
        assert not hidden
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u061c]", shown)

    def test_marks_are_told(self) -> None:
        assert plain.visible("PC\u202e1") == "PC\u27e8U+202E\u27e91"
        assert plain.line("a\nb") == "a b"
        assert len(plain.visible("x" * 5000)) == 4001

    def test_words(self) -> None:
        said = plain.words({"applied": True, "objects": ["a", "b"], "empty": None})
        assert said == "applied: yes\nobjects: a / b"


class TestNumbers:
    @pytest.mark.parametrize(
        ("part", "whole", "shown"), [(0, 9, 0), (1, 1000, 1), (999, 1000, 99), (5, 5, 100), (0, 0, 0)]
    )
    def test_percent(self, part: int, whole: int, shown: int) -> None:
        assert numbers.percent(part, whole) == shown

    def test_groups_and_causes(self) -> None:
        machines, _left = read_all(
            [
                machine("A", "failed", branch="B10", stage="join", headline="no"),
                machine("B", "accepted", branch="B9"),
                machine("C", "pending", stage="join", headline="off"),
                machine("D", "failed", branch="B9", checks=[check("fail")]),
            ]
        )
        found = numbers.groups(machines, "branch")
        assert [(one.name, one.total, one.percent) for one in found] == [("B9", 2, 50), ("B10", 1, 0), ("", 1, 0)]
        assert [(one.name, one.machines, one.example) for one in numbers.causes(machines)] == [
            ("join", 2, "no"),
            ("clock", 1, "412 s off; set it"),
        ]
        assert [one.branch for one in Scope(machines).branches()] == ["B9", "B10"]

    def test_curves_count_each_machine_once_at_its_first_time(self) -> None:
        events = [{"kind": "issued", "time": f"2026-11-{day}T00:00:00Z"} for day in (12, 10, 14)]
        machines, _left = read_all([machine(events=events), machine("PC-2", events=events[:1])])
        [curve] = numbers.curves(machines)
        assert [(when.day, count) for when, count in curve.points] == [(10, 1), (12, 2)]
        assert numbers.curves(machines[:1]) == ()

    @given(st.lists(st.integers(0, 10**7), min_size=1, max_size=400))
    def test_curves_end_with_all_and_never_fall(self, seconds: list[int]) -> None:
        times = [plain.moment("2026-01-01").timestamp() + one for one in seconds]  # type: ignore[union-attr]
        given = [
            machine(f"PC-{index}", events=[{"kind": "issued", "time": plain.datetime.fromtimestamp(one, plain.UTC)}])
            for index, one in enumerate(times)
        ]
        machines, _left = read_all(given)
        for curve in numbers.curves(machines):
            reached = [count for _when, count in curve.points]
            assert reached == sorted(reached)
            assert (curve.total, len(curve.points) <= numbers.MOST_POINTS + 1) == (len(seconds), True)
            chart = pictures.chart([curve], len(seconds))
            assert chart is not None
            assert all(pictures.LEFT <= tick.position <= pictures.RIGHT for tick in chart.across)

    def test_bar_shows_what_is_there_and_fills_its_width(self) -> None:
        segments = pictures.state_bar({"failed": 1, "pending": 0, "done": 0, "accepted": 9999})
        assert [one.state for one in segments] == ["accepted", "failed"]
        assert segments[1].width > 3
        assert segments[1].x + segments[1].width == pytest.approx(pictures.BAR_WIDTH, abs=0.2)


class TestTables:
    @given(st.lists(HOSTILE, min_size=4, max_size=4))
    def test_csv_has_no_formula_and_no_second_line(self, texts: list[str]) -> None:
        keys = ("branch", "headline", "responsible", "serial_number")
        machines, _left = read_all([machine(**dict(zip(keys, texts, strict=True)))])
        written = "".join(tables.to_csv(Scope(machines))).removeprefix("\ufeff")
        head, row = csv.reader(io.StringIO(written, newline=""))
        assert head == [*tables.COLUMNS]
        assert len(row) == len(head)
        for cell in row:
            assert not re.match(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell)
            assert len(cell.splitlines()) <= 1

    @given(HOSTILE, HOSTILE)
    def test_json_is_json_and_ascii(self, title: str, text: str) -> None:
        machines, _left = read_all([machine(headline=text, checks=[check("fail", evidence=text)]), machine("PC-2")])
        written = "".join(tables.to_json(Scope(machines), title, ""))
        assert written.isascii()
        read = json.loads(written)
        assert [one["headline"] for one in read["machines"]] == [plain.visible(text), ""]
        assert read["states"] == {"failed": 0, "pending": 0, "done": 2, "accepted": 0}

    @given(st.lists(st.text(min_size=1), min_size=2, max_size=5, unique=True))
    def test_names_of_files_are_safe_and_different(self, branches: list[str]) -> None:
        branches = list(dict.fromkeys(plain.line(one) for one in branches))
        stems = [tables.stem(one) for one in branches if one]
        assert len({one.lower() for one in stems}) == len(stems)
        for one in stems:
            assert re.fullmatch(r"acceptance-[A-Za-z0-9_-]+", one)


class TestTexts:
    def test_every_language_says_everything_with_the_same_places(self) -> None:
        english = LANGUAGES["en"]
        for texts in LANGUAGES.values():
            assert texts.keys() == english.keys()
            for key, text in texts.items():
                assert {*re.findall(r"\{\w+\}", text)} == {*re.findall(r"\{\w+\}", english[key])}, key

    def test_numbers(self) -> None:
        assert (number(10000, "en"), number(10000, "ru")) == ("10,000", "10\u00a0000")
