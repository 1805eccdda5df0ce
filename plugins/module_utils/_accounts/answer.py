# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one machine's account."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol


class Change(Protocol):
    """From ``before`` to ``after``, both as shown; the empty text stands for nothing at all."""

    @property
    def kind(self) -> Enum:
        """Its value is the word that results and diffs show."""

    @property
    def before(self) -> str: ...

    @property
    def after(self) -> str: ...


@dataclass
class AccountAnswer:
    """``done`` is what was changed, or would be."""

    name: str
    distinguished_name: str | None = None
    object_guid: str | None = None
    done: list[Change] = field(default_factory=list)
    error: str | None = None

    def fail(self, cause: str | Exception) -> None:
        """The first cause stays: later ones follow from it, or are told by the next run."""
        self.error = self.error or f"{self.name}: {cause}"

    @property
    def changed(self) -> bool:
        return bool(self.done)

    def before_and_after(self) -> tuple[str, str]:
        before = [f"{one.kind.value}: {one.before}\n" for one in self.done if one.before]
        after = [f"{one.kind.value}: {one.after}\n" for one in self.done if one.after]
        return "".join(before), "".join(after)

    def to_result(self) -> dict[str, Any]:
        result = {
            "changed": self.changed,
            "changes": [{"what": one.kind.value, "before": one.before, "after": one.after} for one in self.done],
            "distinguished_name": self.distinguished_name,
            "object_guid": self.object_guid,
            "error": self.error,
        }
        return {key: value for key, value in result.items() if value is not None}
