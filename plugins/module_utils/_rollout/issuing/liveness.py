# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine uses its account: the rule that keeps a living machine from losing its password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .issue_record import IssueRecord, Traces


class State(Enum):
    UNUSED = "unused"
    LIVE = "live"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Liveness:
    """``reason`` completes the sentence "the machine is treated as live, because ..."."""

    state: State
    reason: str = ""


def judge(record: IssueRecord | None, seen: Mapping[str, Traces | None], underway: str = "") -> Liveness:
    """Compare what every writable domain controller shows with the issue record.

    ``seen`` has the traces by controller, None where one does not answer. A controller that does not know the
    account yet is left out: a machine cannot have logged on there. One proof of life outweighs any silence.
    ``underway`` says why its package may be applied: a machine that was joined offline leaves no trace.
    """
    if record is None:
        return Liveness(State.LIVE, "there is no issue record that says how the account looked when it was new")
    for controller, traces in seen.items():
        if traces is not None and (change := _change(record, controller, traces)):
            return Liveness(State.LIVE, f"{change} on {controller}")
    silent = [controller for controller, traces in seen.items() if traces is None]
    if silent:
        return Liveness(State.UNKNOWN, f"{', '.join(sorted(silent))} did not answer, and the machine may use it")
    return Liveness(State.UNKNOWN, underway) if underway else Liveness(State.UNUSED)


def password_last_set(account: Mapping[str, Any]) -> int:
    """The latest time that any domain controller has, a FILETIME; ``account`` is an entry of ``computer_info``."""
    seen = [account["password_last_set"]]
    seen += [one["password_last_set"] for one in account.get("evidence", {}).values() if one]
    seen += [one["password_last_set"] for one in (account.get("replicas") or {}).values() if one and one["exists"]]
    return int(max(seen))


def _change(record: IssueRecord, controller: str, now: Traces) -> str | None:
    """What differs from the record on one controller. An older pwdLastSet has only not arrived there yet."""
    before = record.baseline(controller)
    if record.password_last_set is not None and now.password_last_set > record.password_last_set:
        return "its password was set after the package was issued, as seen"
    if (now.last_logon, now.logon_count) != (before.last_logon, before.logon_count):
        return "it logged on"
    if now.last_logon_timestamp != before.last_logon_timestamp:
        return "it logged on some time ago, as seen"
    if now.operating_system != before.operating_system:
        return "it wrote its operating system, as seen"
    return None
