# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one machine whose package was to be revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._rollout import revocation
from .._rollout.revocation import Act


@dataclass(frozen=True)
class Change:
    """As shown; the empty text stands for nothing at all."""

    act: Act
    before: str
    after: str


@dataclass
class Answer:
    """``done`` is what was changed, or would be. ``controllers`` tells by domain controller whether it shows the
    revocation, None for one that did not answer; it is empty in check mode before anything is done.

    ``fingerprints`` are those of the certificates that were in the account, ``reports`` what was not cleared.
    """

    name: str
    distinguished_name: str | None = None
    object_guid: str | None = None
    state: str = "refused"
    used: bool = False
    done: list[Change] = field(default_factory=list)
    controllers: dict[str, bool | None] = field(default_factory=dict)
    fingerprints: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    reason: str | None = None
    error: str | None = None

    def fail(self, cause: str | Exception) -> None:
        """The first cause stays: later ones follow from it, or are told by the next run."""
        self.error = self.error or f"{self.name}: {cause}"

    @property
    def changed(self) -> bool:
        return bool(self.done)

    def before_and_after(self) -> tuple[str, str]:
        before = [f"{one.act.value}: {one.before}\n" for one in self.done if one.before]
        after = [f"{one.act.value}: {one.after}\n" for one in self.done if one.after]
        return "".join(before), "".join(after)

    def to_result(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "changed": self.changed,
            "changes": [{"what": one.act.value, "before": one.before, "after": one.after} for one in self.done],
            "state": self.state,
            "distinguished_name": self.distinguished_name,
            "object_guid": self.object_guid,
            "reason": self.reason,
            "error": self.error,
        }
        if self.state == "revoked":
            shown = [host for host, revoked in self.controllers.items() if revoked]
            outlives = revocation.outlives(
                used=self.used,
                fingerprints=self.fingerprints,
                waiting=[host for host, revoked in self.controllers.items() if revoked is False],
                silent=[host for host, revoked in self.controllers.items() if revoked is None],
            )
            result |= {"cut_off": revocation.cut_off(shown), "outlives": [*self.reports, *outlives]}
            result["controllers"] = self.controllers
        return {key: value for key, value in result.items() if value is not None}
