# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one machine whose package was to be revoked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .._accounts.answer import AccountAnswer
from .._rollout.package_life import revocation
from .._rollout.package_life.revocation import Act
from .._rollout.package_life.revocation_record import RevocationRecord


@dataclass(frozen=True)
class Change:
    """As shown; the empty text stands for nothing at all."""

    kind: Act
    before: str
    after: str


@dataclass
class Answer(AccountAnswer):
    """``controllers`` tells by domain controller whether it shows the revocation, None for one that did not answer; it
    is empty in check mode before anything is done.

    ``fingerprints`` are those of the certificates that were in the account, ``reports`` what was not cleared.
    """

    state: str = "refused"
    used: bool = False
    controllers: dict[str, bool | None] = field(default_factory=dict)
    fingerprints: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    reason: str | None = None
    record: RevocationRecord | None = None

    def to_result(self) -> dict[str, Any]:
        result = super().to_result() | {"state": self.state}
        if self.reason is not None:
            result["reason"] = self.reason
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
            if self.record is not None:
                result["revocation_record"] = json.loads(self.record.to_json())
        return result
