# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers over machines: by state, by branch or wave, by cause, and over time."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .machine import STATES, Machine, natural

# The events that a rollout is measured by, in the order of the road.
MILESTONES = ("issued", "applied", "verified", "accepted")
MOST_POINTS = 160


@dataclass(frozen=True, slots=True)
class Group:
    """Machines that share a branch or a wave; ``name`` is empty for those that have none."""

    name: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def percent(self) -> int:
        return percent(self.counts["accepted"], self.total)


@dataclass(frozen=True, slots=True)
class Cause:
    """What stops machines: the stage, or the first broken check, with how many it stops."""

    name: str
    machines: int
    example: str


@dataclass(frozen=True, slots=True)
class Curve:
    """How many machines had reached a milestone by a time: rising steps."""

    kind: str
    points: tuple[tuple[datetime, int], ...]

    @property
    def total(self) -> int:
        return self.points[-1][1]


def percent(part: int, whole: int) -> int:
    """Rounded down, so that 100 means all; and what has begun is at least 1."""
    if not part or not whole:
        return 0
    return max(1, part * 100 // whole)


def counts(machines: Iterable[Machine]) -> dict[str, int]:
    found = Counter(one.state for one in machines)
    return {state: found[state] for state in STATES}


def groups(machines: Iterable[Machine], key: str) -> tuple[Group, ...]:
    """By ``branch`` or ``wave``, in natural order; those without one are last."""
    members: defaultdict[str, list[Machine]] = defaultdict(list)
    for one in machines:
        members[getattr(one, key)].append(one)
    names = sorted(members, key=lambda name: (not name, natural(name)))
    return tuple(Group(name, counts(members[name])) for name in names)


def causes(machines: Iterable[Machine]) -> tuple[Cause, ...]:
    """The most frequent first. A machine counts once, for the check that stops it, else for the stage it stopped in."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in machines:
        if one.state in ("failed", "pending"):
            found[cause(one)].append(one.headline)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Cause(name, len(said), said[0]) for name, said in ordered)


def cause(one: Machine) -> str:
    stopping = (check.id for check in one.checks if check.verdict == "fail" and check.severity == "error")
    return next(stopping, one.stage)


def curves(machines: Sequence[Machine]) -> tuple[Curve, ...]:
    """When machines first reached each milestone; empty where the times span no minute."""
    reached = {kind: _first_times(machines, kind) for kind in MILESTONES}
    moments = [moment for times in reached.values() for moment in times]
    if not moments or max(moments) - min(moments) < timedelta(minutes=1):
        return ()
    start, end = min(moments), max(moments)
    return tuple(Curve(kind, _steps(times, start, end)) for kind, times in reached.items() if times)


def _first_times(machines: Iterable[Machine], kind: str) -> list[datetime]:
    times = ([event.moment for event in one.events if event.kind == kind and event.moment] for one in machines)
    return sorted(min(found) for found in times if found)


def _steps(times: Sequence[datetime], start: datetime, end: datetime) -> tuple[tuple[datetime, int], ...]:
    """At most `MOST_POINTS` steps, each at the last time within its slice of the whole span."""
    width = (end - start) / MOST_POINTS
    kept: dict[int, tuple[datetime, int]] = {}
    for number, moment in enumerate(times, 1):
        kept[min(int((moment - start) / width), MOST_POINTS - 1)] = (moment, number)
    steps = tuple(kept.values())
    return (*steps, (end, len(times))) if steps[-1][0] < end else steps


@dataclass(frozen=True, slots=True)
class Scope:
    """The machines of one report. ``branch`` is None for the report of the whole rollout."""

    machines: tuple[Machine, ...]
    branch: str | None = None

    @property
    def grouped_by(self) -> str:
        return "branch" if len({one.branch for one in self.machines}) > 1 else "wave"

    def branches(self) -> tuple[Scope, ...]:
        names = sorted({one.branch for one in self.machines if one.branch}, key=natural)
        members: defaultdict[str, list[Machine]] = defaultdict(list)
        for one in self.machines:
            members[one.branch].append(one)
        return tuple(dataclasses.replace(self, machines=tuple(members[name]), branch=name) for name in names)
