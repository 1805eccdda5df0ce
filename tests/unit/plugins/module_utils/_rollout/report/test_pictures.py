# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labels that do not cover each other, and round times below a chart."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import pictures
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.numbers import Curve

START = datetime(2026, 11, 21, 3, 23, tzinfo=UTC)


def chart(totals: list[int], span: timedelta, machines: int = 100) -> pictures.Chart:
    kinds = ("issued", "applied", "verified", "promoted")
    curves = [Curve(kind, ((START, 1), (START + span, total))) for kind, total in zip(kinds, totals, strict=False)]
    made = pictures.chart(curves, machines)
    assert made is not None
    return made


@pytest.mark.parametrize("totals", [[100, 100, 100, 100], [3, 2, 2, 1], [50, 51, 50, 100], [1, 99]])
def test_labels_keep_their_distance_inside_the_picture(totals: list[int]) -> None:
    labels = [line.label_y for line in chart(totals, timedelta(hours=2)).lines]
    ordered = sorted(labels)
    assert all(below - above >= 19 for above, below in itertools.pairwise(ordered))
    assert ordered[0] >= pictures.TOP
    assert ordered[-1] <= pictures.BOTTOM


def test_equal_curves_have_their_labels_from_the_last_down_to_the_first() -> None:
    """What comes later on the road ends above, as it is drawn over the others."""
    labels = [line.label_y for line in chart([40, 40, 40], timedelta(hours=2)).lines]
    assert labels == sorted(labels, reverse=True)


def test_alone_a_label_stands_at_its_end() -> None:
    [line] = chart([40], timedelta(hours=2)).lines
    assert line.path.endswith(f"V{line.label_y}")


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (timedelta(minutes=3), ["03:23", "03:24", "03:25", "03:26"]),
        (timedelta(minutes=50), ["03:30", "03:45", "04:00"]),
        (timedelta(hours=10), ["06:00", "09:00", "12:00"]),
        (timedelta(hours=30), ["11-21 12:00", "11-22 00:00"]),
        (timedelta(days=12), ["11-24", "11-27", "11-30", "12-03"]),
    ],
)
def test_round_times_inside_the_span(span: timedelta, labels: list[str]) -> None:
    assert [tick.label for tick in chart([40], span).across] == labels
