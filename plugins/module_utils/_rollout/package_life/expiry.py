# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package is late, and may die without anybody missing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ..issuing import liveness
from ..issuing.issue_record import IssueRecord
from ..issuing.liveness import Liveness

_NOT_NOTED = "nobody noted whether it was applied; keep a ledger, or set strand and name it in strand_machines"


class State(Enum):
    VALID = "valid"
    USED = "used"
    UNDERWAY = "underway"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Ruling:
    """Only EXPIRED is acted on."""

    state: State
    reason: str


@dataclass(frozen=True, kw_only=True)
class Package:
    """``record`` is that of the account as it is now. ``underway`` says why the package may be on its way or applied,
    empty where it is known not to be, None where nobody noted that; ``stranded`` that it may expire nevertheless."""

    record: IssueRecord | None
    life: Liveness
    underway: str | None
    stranded: bool = False


def judge(package: Package, now: datetime, lifetime: timedelta | None) -> Ruling:
    """EXPIRED only where every source says unused. ``lifetime`` is that of packages that do not tell their own."""
    record = package.record
    if record is None or record.password_last_set is None:
        return Ruling(State.UNKNOWN, "there is no issue record of a package of this account")
    end = _end(record, lifetime)
    if end is None:
        return Ruling(State.VALID, "it has no end: it is not sealed, and no lifetime is given")
    if end > now:
        return Ruling(State.VALID, f"it is good until {_shown(end)}")
    if package.life.state is liveness.State.LIVE:
        return Ruling(State.USED, package.life.reason)
    if package.life.state is liveness.State.UNKNOWN:
        return Ruling(State.UNKNOWN, package.life.reason)
    if package.underway is None and not package.stranded:
        return Ruling(State.UNKNOWN, _NOT_NOTED)
    if package.underway and not package.stranded:
        return Ruling(State.UNDERWAY, package.underway)
    return Ruling(State.EXPIRED, f"it was good until {_shown(end)} and nobody used it")


def _end(record: IssueRecord, lifetime: timedelta | None) -> datetime | None:
    if record.expires is not None:
        return datetime.fromisoformat(record.expires)
    return None if lifetime is None else datetime.fromisoformat(record.issued) + lifetime


def _shown(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
