# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a run has come, told in lines: a line a step with the numbers of each branch, and what stops machines.

It is told events and keeps no result: all it ever says are names, states and headlines. Times are seconds of any clock
that only moves forward.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .machine import natural
from .plain import line

OK, PENDING, FAILED = "ok", "pending", "failed"
_ORDER = (OK, PENDING, FAILED)
_MOST_BRANCHES = 6
_MOST_NAMES = 10
_LONGEST = 300
# Below this share of the run, or this many seconds, its end is anybody's guess.
_SHARE_TO_TELL, _SECONDS_TO_TELL = 0.05, 10.0


@dataclass(slots=True)
class Stop:
    """What stops a machine; ``noted`` once a playbook of this collection said so, which nothing takes back."""

    state: str
    cause: str
    noted: bool = False


@dataclass(slots=True)
class Progress:
    """``plan`` is how many tasks each play has, empty where that is not known."""

    started: float
    plan: Sequence[int] = ()
    report: str = ""
    _branches: dict[str, str] = field(default_factory=dict)
    _stops: dict[str, Stop] = field(default_factory=dict)
    _play: str = ""
    _step: str = ""
    _plays_begun: int = 0
    _tasks_begun: int = 0
    _machines: int = 0
    _expected: int = 0
    _answered: set[str] = field(default_factory=set)
    _acted: bool = False
    _told: float = 0.0

    def play(self, name: str, branches: Mapping[str, str], now: float) -> Iterator[str]:
        """A play begins for these machines, with the branch of each."""
        yield from self._step_ended(now)
        self._play = line(name)
        self._branches |= {machine: line(branch) for machine, branch in branches.items()}
        self._machines = len(branches)
        self._plays_begun += 1
        self._tasks_begun = 0

    def task(self, step: str, now: float, *, once: bool = False) -> Iterator[str]:
        """A task of a step begins, ``once`` for all machines; the step before it has its line."""
        if line(step) != self._step:
            yield from self._step_ended(now)
            self._step = line(step)
        self._tasks_begun += 1
        self._expected = 1 if once else self._machines
        self._answered = set()

    def answer(self, machine: str, now: float, interval: float, *, acted: bool) -> Iterator[str]:
        """A machine is through the task; a line where the step has been silent for so long.

        ``acted`` is whether the task did anything: a step of skipped tasks has no line.
        """
        self._answered.add(machine)
        self._branches.setdefault(machine, "")
        stop = self._stops.get(machine)
        if stop and not stop.noted:
            # Who goes on was rescued.
            del self._stops[machine]
        self._acted = self._acted or acted
        if interval and self._acted and now - max(self._told, self.started) >= interval:
            self._told = now
            yield f"{self._where()}: {len(self._answered)} of {self._expected}; {self._numbers()}{self._times(now)}"

    def stop(self, machine: str, state: str, cause: str, *, noted: bool = False) -> None:
        self._acted = True
        self._answered.add(machine)
        self._branches.setdefault(machine, "")
        before = self._stops.get(machine)
        if noted or not (before and before.noted):
            self._stops[machine] = Stop(state, _short(cause.removeprefix(f"{machine}: ")), noted)

    def note(self, machine: str, note: Mapping[str, Any]) -> None:
        """What a playbook of this collection noted of a machine, as far as it stops it."""
        if note.get("state") in (PENDING, FAILED):
            stage, headline = line(note.get("stage") or ""), line(note.get("headline") or "no reason given")
            headline = headline.removeprefix(f"{machine}: ")
            self.stop(machine, str(note["state"]), f"{stage}: {headline}" if stage else headline, noted=True)

    def end(self, now: float) -> tuple[list[str], list[str]]:
        """The line of the last step, and what is told of the whole run."""
        self.plan = ()
        return list(self._step_ended(now)), list(self._whole(now))

    def _whole(self, now: float) -> Iterator[str]:
        yield f"{len(self._branches)} machines in {_clock(now - self.started)}: {self._numbers()}"
        causes: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for machine, stop in self._stops.items():
            causes[stop.cause, stop.state].append(machine)
        if causes:
            yield "What stops machines:"
        for (cause, state), machines in sorted(causes.items(), key=lambda item: (-len(item[1]), item[0])):
            yield f"  {cause}"
            yield f"    {len(machines)} {state}: {_names(machines)}"
        if self.report:
            yield f"Report: {line(self.report)}"

    def _step_ended(self, now: float) -> Iterator[str]:
        if self._step and self._acted:
            self._told = now
            yield f"{self._where()}: {self._numbers()}{self._times(now)}"
        self._step, self._acted = "", False

    def _where(self) -> str:
        return ", ".join(part for part in (self._play, self._step) if part)

    def _numbers(self) -> str:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for machine, branch in self._branches.items():
            stop = self._stops.get(machine)
            found[branch][stop.state if stop else OK] += 1
        names = sorted(found, key=lambda name: (not name, natural(name)))
        if len(names) == 1 and not names[0]:
            return _counts(found[""])
        told = names if len(names) <= _MOST_BRANCHES else names[: _MOST_BRANCHES - 1]
        parts = [f"{name or 'no branch'} {_counts(found[name])}" for name in told]
        rest = names[len(told) :]
        if rest:
            others = Counter(state for name in rest for state in found[name].elements())
            parts.append(f"{len(rest)} more branches {_counts(others)}")
        return "; ".join(parts)

    def _times(self, now: float) -> str:
        spent, share = now - self.started, self._share()
        told = _SHARE_TO_TELL <= share < 1 and spent >= _SECONDS_TO_TELL
        left = f", about {_clock(spent / share - spent)} left" if told else ""
        return f" ({_clock(spent)}{left})"

    def _share(self) -> float:
        """How much of the plan is behind; a play whose tasks ran for nobody is so once the next begins."""
        if not 0 < self._plays_begun <= len(self.plan):
            return 0.0
        before, here = sum(self.plan[: self._plays_begun - 1]), self.plan[self._plays_begun - 1]
        done = self._tasks_begun - 1 + min(1.0, len(self._answered) / max(1, self._expected))
        return (before + min(max(0.0, done), here)) / max(1, sum(self.plan))


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{found[state]} {state}" for state in _ORDER if found[state])


def _names(machines: Iterable[str]) -> str:
    names = [line(name) for name in sorted(machines, key=natural)]
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _short(text: str) -> str:
    shown = line(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}\u2026"


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=max(0, round(seconds))))
