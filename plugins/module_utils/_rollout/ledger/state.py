# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a machine, derived from its events and stored nowhere.

The state is that of the machine's current package, the one that was issued last. Events belong to a package by its
fingerprint, so that a site's clock that is wrong does not matter; those without one belong to what was current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .events import Event, Kind
from .timeline import by_machine


class State(StrEnum):
    NOT_ISSUED = "not_issued"
    ISSUED = "issued"
    CARRIED = "carried"
    APPLIED = "applied"
    VERIFIED = "verified"
    RETIRED = "retired"
    PROMOTED = "promoted"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CONFLICT = "conflict"


# The road of a package: who came further does not fall back.
_ROAD = {
    Kind.ISSUED: State.ISSUED,
    Kind.SEALED: State.ISSUED,
    Kind.CARRIED: State.CARRIED,
    Kind.DELIVERED: State.CARRIED,
    Kind.APPLIED: State.APPLIED,
    Kind.VERIFIED: State.VERIFIED,
    Kind.RETIRED: State.RETIRED,
    Kind.PROMOTED: State.PROMOTED,
    Kind.ACCEPTED: State.ACCEPTED,
}
_STATES = list(State)
_ENDS = {Kind.REVOKED: State.REVOKED, Kind.EXPIRED: State.EXPIRED}
_USES = {Kind.APPLIED, Kind.VERIFIED}
_DESCRIBING = ("branch", "inventory_tag", "serial_number", "organizational_unit")


@dataclass(frozen=True)
class MachineState:
    """``sha256`` is the current package. ``times`` has by kind when it happened first to this package, in UTC.
    ``problems`` are sentences; there are some just where the state is conflict. ``used_twice`` outlasts a revoke.
    """

    machine: str
    state: State = State.NOT_ISSUED
    sha256: str = ""
    branch: str = ""
    inventory_tag: str = ""
    serial_number: str = ""
    organizational_unit: str = ""
    times: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    used_twice: bool = False
    events: int = 0


def states(events: Iterable[Event]) -> dict[str, MachineState]:
    """The state of every machine that has an event, by its name in lower case."""
    return {name: derive(own) for name, own in by_machine(events).items()}


def derive(events: list[Event]) -> MachineState:
    """From all events of one machine, in the order of `timeline.ordered`; there is at least one."""
    issued = max((number for number, event in enumerate(events) if event.kind == Kind.ISSUED), default=None)
    sha256 = _current_package(events, issued)
    package = _Package(sha256)
    for number, event in enumerate(events):
        if _belongs(event, sha256, after_issue=issued is None or number >= issued):
            package.see(event)
        elif event.kind == Kind.APPLIED and issued is not None and number > issued:
            package.problems.append(
                f"{event.writer} applied package {event.sha256[:12]} at {event.time}, after {sha256[:12]} replaced it"
            )
    described = {name: _last(events, name) for name in _DESCRIBING}
    return MachineState(
        machine=events[-1].machine,
        state=package.state,
        sha256=sha256,
        **described,
        times=package.times,
        problems=tuple(dict.fromkeys(package.problems)),
        used_twice=len(package.users) > 1,
        events=len(events),
    )


def _current_package(events: list[Event], issued: int | None) -> str:
    """Of the last that was issued; where no issuing is recorded, the last that is named."""
    return _last(events, "sha256") if issued is None else events[issued].sha256


def _belongs(event: Event, sha256: str, *, after_issue: bool) -> bool:
    if event.sha256 and sha256:
        return event.sha256 == sha256
    # a plan is made before there is a package
    return after_issue or event.kind == Kind.PLANNED


def _last(events: list[Event], name: str) -> str:
    values: list[str] = [getattr(event, name) for event in events]
    return next((value for value in reversed(values) if value), "")


class _Package:
    """The life of one package, event by event."""

    def __init__(self, sha256: str) -> None:
        self.times: dict[str, str] = {}
        self.problems: list[str] = []
        # who applied it where: more than one pair of writer and serial number is a second use
        self.users: dict[tuple[str, str], Event] = {}
        self._sha256 = sha256
        self._reached = State.NOT_ISSUED
        self._end: Event | None = None
        self._meant_for = ""

    @property
    def state(self) -> State:
        if self.problems:
            return State.CONFLICT
        return self._reached if self._end is None else _ENDS[Kind(self._end.kind)]

    def see(self, event: Event) -> None:
        self.times.setdefault(event.kind, event.time)
        if event.kind in _ENDS:
            self._end = event
            # what had gone wrong with it is dealt with
            self.problems.clear()
        elif event.kind == Kind.CONFLICT:
            self.problems.append(event.why or "a conflict was recorded")
        elif event.kind in _ROAD:
            self._go_on(event)

    def _go_on(self, event: Event) -> None:
        self._reached = max(self._reached, _ROAD[Kind(event.kind)], key=_STATES.index)
        if event.kind in _USES and self._end is not None:
            self.problems.append(f"{event.writer} {event.kind} it at {event.time}, after it was {self._end.kind}")
        if event.kind == Kind.APPLIED:
            self._use(event)
        elif event.kind == Kind.ISSUED and event.serial_number:
            self._meant_for = event.serial_number

    def _use(self, event: Event) -> None:
        first = next(iter(self.users.values()), None)
        user = (event.writer, event.serial_number)
        if first is not None and user not in self.users:
            self.problems.append(
                f"package {self._sha256[:12] or 'without a fingerprint'} was used twice: "
                f"{_use_of(first)}, and {_use_of(event)}"
            )
        self.users.setdefault(user, event)
        if self._meant_for and event.serial_number and event.serial_number.lower() != self._meant_for.lower():
            self.problems.append(
                f"it was applied to serial number {event.serial_number}, but issued for {self._meant_for}"
            )


def _use_of(event: Event) -> str:
    where = f" to serial number {event.serial_number}" if event.serial_number else ""
    return f"applied by {event.writer}{where} at {event.time}"
