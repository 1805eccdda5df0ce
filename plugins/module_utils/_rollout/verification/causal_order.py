# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine is a working member of its domain: what it says of itself and what the directory says, judged.

The checks stand in causal order, so the first that is broken is the cause of the others. What is only not ready yet is
``pending``: one look is one look, and the playbook is run again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from .. import checks
from ..checks import Check, Verdict
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
MACHINE_SID = "machine_sid"


@dataclass(frozen=True)
class Outcome:
    """``headline`` is the first broken cause; None where nothing stops the machine."""

    findings: tuple[Check, ...]
    headline: Check | None

    @property
    def pending(self) -> bool:
        """Whether what stops the machine is only not ready yet."""
        return isinstance(self.headline, Finding) and self.headline.pending

    def stops_at(self, ids: Collection[str]) -> bool:
        """Whether one of these checks stops the machine."""
        return any(one.stops for one in self.findings if one.id in ids)

    def instead(self, check: Check) -> Outcome:
        """With this check in the place of the one that has its id."""
        return _outcome(tuple(check if one.id == check.id else one for one in self.findings))

    def warnings(self) -> list[str]:
        """What stops nobody and should be told."""
        told = [one for one in self.findings if (one.failed and not one.stops) or one.verdict is Verdict.UNKNOWN]
        return [str(one) for one in told]


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
    return _outcome(checks.tolerated(found, tolerate))


def _outcome(findings: tuple[Check, ...]) -> Outcome:
    return Outcome(findings, next((one for one in findings if one.stops), None))


def same_sid(machine_sids: Mapping[str, str]) -> list[Check]:
    """A warning for each machine SID that several machines of a wave have: clones of one image."""
    by_sid: dict[str, list[str]] = {}
    for name, sid in machine_sids.items():
        by_sid.setdefault(sid, []).append(name)
    return [_clones(sid, names) for sid, names in by_sid.items() if len(names) > 1]


def _clones(sid: str, names: Iterable[str]) -> Check:
    return checks.warned(
        MACHINE_SID,
        f"{', '.join(sorted(names))} have one machine SID ({sid})",
        "generalize the image with Sysprep: logons from one of them to another fail, those to the domain do not",
    )
