# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The geometry of the report's pictures, in the units of their SVG view boxes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .machine import STATES
from .numbers import Curve

BAR_WIDTH = 1000
# What is reached stands on the left.
_ORDER = tuple(reversed(STATES))
WIDTH, HEIGHT = 600, 336
LEFT, RIGHT, TOP, BOTTOM = 52, 440, 16, 298
_BETWEEN_LABELS = 19
_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
    *(timedelta(days=days) for days in (1, 2, 3, 7, 14, 28, 91, 182, 364)),
)


@dataclass(frozen=True, slots=True)
class Segment:
    state: str
    x: float
    width: float
    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """``path`` is an SVG path; ``label_y`` keeps its distance from the other labels."""

    kind: str
    path: str
    area: str
    label_y: float
    total: int


@dataclass(frozen=True, slots=True)
class Chart:
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def state_bar(counts: Mapping[str, int]) -> tuple[Segment, ...]:
    """A bar of `BAR_WIDTH`; what is there at all is at least 4 wide."""
    whole = sum(counts.values())
    present = [state for state in _ORDER if counts[state]]
    widths = [max(4.0, counts[state] * BAR_WIDTH / whole) for state in present]
    scale = BAR_WIDTH / sum(widths) if widths else 1
    segments, x = [], 0.0
    for state, width in zip(present, widths, strict=True):
        segments.append(Segment(state, round(x, 1), round(width * scale, 1), counts[state]))
        x += width * scale
    return tuple(segments)


def chart(curves: Sequence[Curve], machines: int) -> Chart | None:
    """Rising steps over time, up to the number of machines; None without curves."""
    if not curves:
        return None
    start = min(curve.points[0][0] for curve in curves)
    end = max(curve.points[-1][0] for curve in curves)

    def across(moment: datetime) -> float:
        return round(LEFT + (moment - start) / (end - start) * (RIGHT - LEFT), 1)

    def up(count: float) -> float:
        return round(BOTTOM - count / machines * (BOTTOM - TOP), 1)

    ends = _apart([up(curve.total) for curve in curves])
    lines = []
    for curve, label_y in zip(curves, ends, strict=True):
        first = across(curve.points[0][0])
        path = f"M{first} {up(0)}" + "".join(f"H{across(when)}V{up(count)}" for when, count in curve.points)
        area = f"{path}V{up(0)}Z"
        lines.append(Line(curve.kind, path, area, label_y, curve.total))
    marks = sorted({0, machines // 2, machines})
    return Chart(tuple(lines), _dates(start, end, across), tuple(Tick(up(count), str(count)) for count in marks))


def _apart(positions: Sequence[float]) -> list[float]:
    """Labels moved just so far that none covers another: downwards, then all up from the bottom."""
    order = sorted(range(len(positions)), key=lambda index: (positions[index], -index))
    placed = dict(enumerate(positions))
    for above, below in itertools.pairwise(order):
        placed[below] = max(placed[below], placed[above] + _BETWEEN_LABELS)
    floor = float(BOTTOM)
    for index in reversed(order):
        placed[index] = min(placed[index], floor)
        floor = placed[index] - _BETWEEN_LABELS
    return [round(placed[index], 1) for index in range(len(positions))]


def _dates(start: datetime, end: datetime, across: Callable[[datetime], float]) -> tuple[Tick, ...]:
    """At most five round times of the span."""
    step = next((step for step in _STEPS if (end - start) / step <= 4), (end - start) / 4)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + -((midnight - start) // step) * step
    moments = [first + number * step for number in range(5) if first + number * step <= end] or [start]
    form = "%m-%d" if step >= timedelta(days=1) else "%H:%M" if end - start < timedelta(days=1) else "%m-%d %H:%M"
    return tuple(Tick(across(moment), moment.strftime(form)) for moment in moments)
