# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One call, every machine answers: how a module that works on a list of machines tells what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class Answer(Protocol):
    """What became of one machine; ``error`` begins with its name and ends with what to do."""

    @property
    def name(self) -> str: ...

    @property
    def changed(self) -> bool: ...

    @property
    def error(self) -> str | None: ...

    def to_result(self) -> dict[str, Any]:
        """What the module returns for this machine."""

    def before_and_after(self) -> tuple[str, str]:
        """Both sides of its diff, as lines of text."""


def to_result(answers: Iterable[Answer]) -> dict[str, Any]:
    """The module's result: ``machines`` by the names that were given; it fails when any machine failed."""
    machines: dict[str, dict[str, Any]] = {}
    diffs: list[dict[str, str]] = []
    errors: list[str] = []
    count = 0
    for answer in answers:
        count += 1
        machines[answer.name] = answer.to_result()
        if answer.changed:
            diffs.append(_diff(answer))
        if answer.error:
            errors.append(answer.error)
    return {"changed": bool(diffs), "machines": machines, "diff": diffs} | failure(errors, count)


def failure(errors: Sequence[str], count: int) -> dict[str, Any]:
    """What the result of ``count`` machines says of those that failed; nothing where none did."""
    return {"failed": True, "msg": f"{len(errors)} of {count} machines: " + "\n".join(errors)} if errors else {}


def _diff(answer: Answer) -> dict[str, str]:
    before, after = answer.before_and_after()
    return {"before_header": answer.name, "after_header": answer.name, "before": before, "after": after}
