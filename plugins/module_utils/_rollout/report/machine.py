# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine of the report, read from the plain data of playbooks, the ledger and checks.

Only what is named here gets into a report, so that no secret is shown because somebody passed too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..results.machine import INVENTORY
from .plain import clock, line, moment, visible, words

# As people want to see them: what needs hands first.
STATES = ("failed", "pending", "done", "accepted")
LINES = (*INVENTORY, "stage")
DETAILS = ("organizational_unit", "policy", "restarts", "escrow")
_TIMES = ("issued", "sealed", "delivered", "applied", "retired", "revoked", "expires")
PACKAGE = (*_TIMES, "sha256", "ledger_id", "recipients")
KNOWN = frozenset({"name", "state", "headline", "checks", "events", "package", *LINES, *DETAILS})
_DIGITS = re.compile(r"([0-9]+)")
MOST_EVENTS = 200


class ReportError(Exception):
    """The report cannot be made from these data; the text names the machine, the cause and the next step."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    id: str
    severity: str
    verdict: str
    evidence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """``time`` is as it is shown, in UTC; ``moment`` is None where it was no time."""

    time: str
    kind: str
    who: str
    why: str
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class Machine:
    """``details`` and ``package`` hold what is known, by the names in `DETAILS` and `PACKAGE`."""

    name: str
    state: str
    branch: str
    type: str
    wave: str
    responsible: str
    serial_number: str
    inventory_tag: str
    stage: str
    headline: str
    details: Mapping[str, str]
    package: Mapping[str, str]
    checks: tuple[CheckLine, ...]
    events: tuple[EventLine, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """PC-2 stands before PC-10."""
        return natural(self.name)


def natural(text: str) -> tuple[Any, ...]:
    parts = _DIGITS.split(text.casefold())
    return (*((int(part), part) if index % 2 else (-1, part) for index, part in enumerate(parts)), text)


def read_all(given: object) -> tuple[tuple[Machine, ...], tuple[str, ...]]:
    """The machines in the order of their names, and the keys that were left out because no report shows them.

    ``given`` is a list of mappings with ``name``, or a mapping by name.

    :raises ReportError: machines without name or state, or two of one name
    """
    entries = list(entries_of(given))
    machines: dict[str, Machine] = {}
    left_out: set[str] = set()
    for number, entry in enumerate(entries, 1):
        one = _machine(entry, number)
        if one.name.casefold() in machines:
            raise ReportError(f"{one.name}: is given twice; give each machine once")
        machines[one.name.casefold()] = one
        left_out |= {line(key) for key in entry if key not in KNOWN}
    return tuple(sorted(machines.values(), key=lambda one: one.order)), tuple(sorted(left_out))


def entries_of(given: object) -> Iterable[Mapping[Any, Any]]:
    """Each machine as a mapping with ``name``, from a list of such or from a mapping by name.

    :raises ReportError: it is neither
    """
    if isinstance(given, Mapping):
        for name, entry in given.items():
            yield {"name": name} | dict(_mapping(entry, line(name)))
    elif isinstance(given, list | tuple):
        for number, entry in enumerate(given, 1):
            yield _mapping(entry, f"machine {number}")
    else:
        raise ReportError("machines is no list and no dictionary; give a list of dictionaries with name and state")


def _mapping(value: object, whose: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    raise ReportError(f"{whose}: is no dictionary; give name and state")


def _machine(entry: Mapping[Any, Any], number: int) -> Machine:
    name = line(entry.get("name") or "")
    if not name:
        raise ReportError(f"machine {number}: has no name; give it one")
    state = entry.get("state")
    if state not in STATES:
        raise ReportError(f"{name}: its state is {line(state)!r}; give one of {', '.join(STATES)}")
    checks = tuple(_check(name, one) for one in _list(name, entry, "checks"))
    lines = {key: line(words(entry.get(key))) for key in LINES}
    headline = words(entry.get("headline")) or (_broken(checks) if state in ("failed", "pending") else "")
    events = [_event(name, one) for one in _list(name, entry, "events")]
    return Machine(
        name=name,
        state=str(state),
        headline=headline,
        details={key: text for key in DETAILS if (text := words(entry.get(key)))},
        package=_package(name, entry.get("package")),
        checks=checks,
        events=tuple(events[-MOST_EVENTS:]),
        **lines,
    )


def _list(name: str, entry: Mapping[Any, Any], key: str) -> list[Mapping[Any, Any]]:
    value = entry.get(key) or []
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise ReportError(f"{name}: {key} is no list of dictionaries; correct it or leave it out")
    return list(value)


def _check(name: str, one: Mapping[Any, Any]) -> CheckLine:
    verdict, severity = one.get("verdict"), one.get("severity") or "error"
    if verdict not in ("pass", "fail", "skipped", "unknown") or severity not in ("error", "warning"):
        raise ReportError(
            f"{name}: check {line(one.get('id'))} has verdict {line(verdict)!r} and severity {line(severity)!r}; "
            "give a verdict of pass, fail, skipped, unknown and a severity of error, warning"
        )
    shown = {key: words(one.get(key)) for key in ("evidence", "remedy")}
    return CheckLine(id=line(one.get("id") or ""), severity=str(severity), verdict=str(verdict), **shown)


def _broken(checks: Iterable[CheckLine]) -> str:
    first = next((one for one in checks if one.verdict == "fail" and one.severity == "error"), None)
    return "; ".join(text for text in (first.evidence, first.remedy) if text) if first else ""


def _event(name: str, one: Mapping[Any, Any]) -> EventLine:
    if not one.get("kind"):
        raise ReportError(f"{name}: an event has no kind; give it one")
    texts = {key: visible(one.get(key) or "") for key in ("who", "why")}
    return EventLine(time=clock(one.get("time")), kind=line(one["kind"]), moment=moment(one.get("time")), **texts)


def _package(name: str, value: object) -> dict[str, str]:
    if not value:
        return {}
    if not isinstance(value, Mapping):
        raise ReportError(f"{name}: package is no dictionary; correct it or leave it out")
    said = {key: value.get(key) for key in PACKAGE}
    shown = {key: _time(one) if key in _TIMES else line(words(one)) for key, one in said.items()}
    return {key: text for key, text in shown.items() if text}


def _time(value: object) -> str:
    return words(value) if isinstance(value, bool) or value is None else clock(value)
