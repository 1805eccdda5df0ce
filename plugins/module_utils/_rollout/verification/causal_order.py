# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine is a working member of its domain: what it says of itself and what the directory says, judged.

The checks stand in causal order, so the first that is broken is the cause of the others. What is only not ready yet is
``pending``: one look is one look, and the playbook is run again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .. import checks
from ..checks import Check
from . import device, directory, network, policy
from .subject import Expected, Finding, Subject

IDS = (
    *network.BEFORE_ACCOUNT,
    *directory.BEFORE_CHANNEL,
    *network.CHANNEL,
    *directory.AFTER_CHANNEL,
    *policy.IDS,
    *device.IDS,
)


@dataclass(frozen=True)
class Outcome:
    findings: tuple[Check, ...]

    @property
    def headline(self) -> Check | None:
        return checks.headline(self.findings)

    @property
    def pending(self) -> bool:
        """Whether what stops the machine is only not ready yet."""
        return isinstance(self.headline, Finding) and self.headline.pending

    def stops_at(self, ids: Collection[str]) -> bool:
        """Whether one of these checks stops the machine."""
        return any(one.stops for one in self.findings if one.id in ids)

    def instead(self, check: Check) -> Outcome:
        """With this check in the place of the one that has its id."""
        return Outcome(tuple(check if one.id == check.id else one for one in self.findings))

    def warnings(self) -> list[str]:
        """What stops nobody and should be told."""
        return [str(one) for one in self.findings if one.worth_telling]

    def said(self) -> str:
        """The headline, and below it whatever else is not well."""
        others = [one for one in self.findings if one is not self.headline and (one.stops or one.worth_telling)]
        return "\n".join([str(self.headline), *(f"{one.verdict.value} {one.id}: {one}" for one in others)])


def verify(expected: Expected, subject: Subject, tolerate: Collection[str] = ()) -> Outcome:
    """``tolerate``: ids of checks whose failure is told and stops nobody."""
    found = (
        *network.before_account(expected, subject),
        *directory.before_channel(expected, subject),
        *network.channel(expected, subject),
        *directory.after_channel(expected, subject),
        *policy.judge(expected, subject),
        *device.judge(expected, subject),
    )
    return Outcome(checks.tolerated(found, tolerate))
