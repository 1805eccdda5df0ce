# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels and packing lists as data."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.label import read_labels
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import ReportError


def test_machines_go_by_branch_in_natural_order() -> None:
    given = {"PC-10": {"branch": "B10"}, "PC-9": {"branch": "B10"}, "PC-1": {"branch": "B9"}, "PC-2": {}}
    loads, left_out = read_labels(given, "inventory_tag")
    told = [(load.branch, [one.name for one in load.labels]) for load in loads]
    assert told == [("B9", ["PC-1"]), ("B10", ["PC-9", "PC-10"]), ("", ["PC-2"])]
    assert left_out == ()


@pytest.mark.parametrize(
    ("code", "tag", "said"),
    [("inventory_tag", "INV-1", "INV-1"), ("inventory_tag", "", "PC-1"), ("name", "INV-1", "PC-1")],
)
def test_code(code: str, tag: str, said: str) -> None:
    [load], _left_out = read_labels([{"name": "PC-1", "inventory_tag": tag}], code)
    assert load.labels[0].code == said


def test_ten_labels_fill_a_sheet() -> None:
    [load], _left_out = read_labels([{"name": f"PC-{number}"} for number in range(21)], "name")
    assert [len(sheet) for sheet in load.sheets(10)] == [10, 10, 1]


def test_what_is_known_to_reports_is_not_told_as_left_out() -> None:
    _loads, left_out = read_labels([{"name": "PC-1", "state": "done", "checks": [], "password": "x"}], "name")
    assert left_out == ("password",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("PC-1", "machines is no list"),
        ([{"branch": "BER"}], "machine 1: has no name; give it one"),
        ([{"name": "PC-1"}, {"name": "pc-1"}], "pc-1: is given twice"),
        ([{"name": "PC-1", "inventory_tag": "x" * 101}], "PC-1: its code has 101 characters; shorten"),
    ],
)
def test_refusals(given: Any, words: str) -> None:
    with pytest.raises(ReportError, match=words):
        read_labels(given, "inventory_tag")
