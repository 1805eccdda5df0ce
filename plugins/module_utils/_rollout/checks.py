# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks: one question each, asked of one machine, with a verdict, the evidence and what to do about it.

Whoever checks a machine hands over its checks in causal order, so the first that failed is the cause of the others:
it is the headline. No right to see is UNKNOWN, never PASS; a check that makes no sense here is SKIPPED.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(Enum):
    """What a failure means: ERROR stops the machine, WARNING is told only."""

    ERROR = "error"
    WARNING = "warning"


class Verdict(Enum):
    PASS = "pass"
    FAIL = "fail"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """``evidence`` is what was seen, ``remedy`` one sentence that begins with a verb, empty where nothing is to do.

    ``windows_errors`` are the codes (winerror.h, lmerr.h) that Windows would show for it: 5, 2224, 2732, 8557 ...
    """

    id: str
    severity: Severity
    verdict: Verdict
    evidence: str
    remedy: str = ""
    windows_errors: tuple[int, ...] = ()

    @property
    def failed(self) -> bool:
        return self.verdict is Verdict.FAIL

    @property
    def stops(self) -> bool:
        """Whether the machine must not go on."""
        return self.failed and self.severity is Severity.ERROR

    @property
    def worth_telling(self) -> bool:
        """Whether it stops nobody, and is not well: a warning, or what could not be seen."""
        return self.verdict is Verdict.UNKNOWN or (self.failed and not self.stops)

    def __str__(self) -> str:
        return f"{self.evidence}; {self.remedy}" if self.remedy else self.evidence

    def to_result(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity.value,
            "verdict": self.verdict.value,
            "evidence": self.evidence,
            "remedy": self.remedy,
            "windows_errors": list(self.windows_errors),
        }


def passed(check_id: str, evidence: str) -> Check:
    return Check(check_id, Severity.ERROR, Verdict.PASS, evidence)


def failed(check_id: str, evidence: str, remedy: str, *windows_errors: int) -> Check:
    return Check(check_id, Severity.ERROR, Verdict.FAIL, evidence, remedy, windows_errors)


def warned(check_id: str, evidence: str, remedy: str, *windows_errors: int) -> Check:
    return Check(check_id, Severity.WARNING, Verdict.FAIL, evidence, remedy, windows_errors)


def unknown(check_id: str, evidence: str, remedy: str) -> Check:
    return Check(check_id, Severity.WARNING, Verdict.UNKNOWN, evidence, remedy)


def skipped(check_id: str, because: str) -> Check:
    return Check(check_id, Severity.WARNING, Verdict.SKIPPED, because)


def tolerated(checks: Iterable[Check], ids: Collection[str]) -> tuple[Check, ...]:
    """The checks, where a failure of these ids is told and stops nobody."""
    return tuple(dataclasses.replace(one, severity=Severity.WARNING) if one.id in ids else one for one in checks)


def headline(checks: Iterable[Check]) -> Check | None:
    """The first broken cause; None where nothing stops the machine."""
    return next((one for one in checks if one.stops), None)


def warnings(examinations: Iterable[Examination]) -> list[str]:
    """What does not stop a machine and should be told, for the warnings of a module.

    What could not be seen is the same for many machines, so it is one sentence with their number.
    """
    told = [(one.name, check) for one in examinations for check in one.checks if check.worth_telling]
    blind = Counter((check.id, str(check)) for _name, check in told if check.verdict is Verdict.UNKNOWN)
    return [
        *(f"{name}: {check}" for name, check in told if check.failed),
        *(f"{check_id} is unknown for {times} machines: {said}" for (check_id, said), times in blind.items()),
    ]


@dataclass(frozen=True)
class Examination:
    """All checks of one machine in causal order: what a module that only looks answers for it."""

    name: str
    checks: tuple[Check, ...]
    changed: bool = False

    @property
    def error(self) -> str | None:
        """Name, every cause that stops the machine with its remedy; the headline first."""
        stopping = [str(one) for one in self.checks if one.stops]
        return f"{self.name}: " + "\n".join(stopping) if stopping else None

    def to_result(self) -> dict[str, Any]:
        first = headline(self.checks)
        result: dict[str, Any] = {
            "changed": self.changed,
            "headline": None if first is None else str(first),
            "checks": [one.to_result() for one in self.checks],
        }
        return result | ({"error": self.error} if self.error else {})

    def before_and_after(self) -> tuple[str, str]:
        """Looking has no diff."""
        return "", ""
