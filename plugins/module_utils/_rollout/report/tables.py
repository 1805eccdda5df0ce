# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON and CSV, and the names of its files."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..ledger.export import guarded
from .machine import DETAILS, LINES, PACKAGE, Machine
from .numbers import Scope, causes, counts, groups

FORMAT = 1
STEM = "acceptance"
_PLAIN = ("name", "state", *LINES, "headline")
COLUMNS = (
    *_PLAIN,
    *DETAILS,
    *(f"package_{key}" for key in PACKAGE),
    *("checks_passed", "checks_failed", "checks_unknown", "last_event", "last_event_time"),
)
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


def stem(branch: str | None) -> str:
    """The name of a report's files without extension; names that a file system may take for one stay apart."""
    if branch is None:
        return STEM
    safe = _UNSAFE.sub("_", branch)[:60]
    if safe == branch and safe == safe.upper():
        return f"{STEM}-{safe}"
    return f"{STEM}-{safe}-{hashlib.sha256(branch.encode()).hexdigest()[:8]}"


def to_json(scope: Scope, title: str, time: str) -> Iterator[str]:
    """One machine a line; ASCII, so that every reader has the same text."""
    head: dict[str, Any] = {
        "format": FORMAT,
        "title": title,
        "time": time,
        "branch": scope.branch,
        "states": counts(scope.machines),
        "groups": {one.name: dict(one.counts) for one in groups(scope.machines, scope.grouped_by)},
        "grouped_by": scope.grouped_by,
        "causes": [asdict(one) for one in causes(scope.machines)],
    }
    yield json.dumps(head, indent=1)[:-2] + ',\n "machines": ['
    for number, one in enumerate(scope.machines):
        yield (",\n  " if number else "\n  ") + json.dumps(_record(one))
    yield "\n ]\n}\n"


def _record(one: Machine) -> dict[str, Any]:
    plain: dict[str, Any] = {key: getattr(one, key) for key in _PLAIN}
    checks = [{key: getattr(check, key) for key in check.__slots__} for check in one.checks]
    events = [{key: getattr(event, key) for key in ("time", "kind", "who", "why")} for event in one.events]
    return plain | dict(one.details) | {"package": dict(one.package), "checks": checks, "events": events}


def to_csv(scope: Scope) -> Iterator[str]:
    """A line for each machine; no cell is taken for a formula, and no cell has more than one line."""
    yield "\ufeff" + _line(COLUMNS)
    for one in scope.machines:
        cells = _cells(one)
        yield _line([_guarded(str(cells.get(column, ""))) for column in COLUMNS])


def _cells(one: Machine) -> dict[str, object]:
    verdicts = [check.verdict for check in one.checks]
    last = one.events[-1] if one.events else None
    return {
        **{key: getattr(one, key) for key in _PLAIN},
        **one.details,
        **{f"package_{key}": value for key, value in one.package.items()},
        "checks_passed": verdicts.count("pass"),
        "checks_failed": verdicts.count("fail"),
        "checks_unknown": verdicts.count("unknown"),
        "last_event": last.kind if last else "",
        "last_event_time": last.time if last else "",
    }


@functools.lru_cache(maxsize=20_000)
def _guarded(text: str) -> str:
    return guarded(" / ".join(text.splitlines())) if text else ""


def _line(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
