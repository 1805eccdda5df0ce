# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the steps of a run said about one machine, read from the variables that the roles registered.

A step that failed, or was not reached, counts as one that said nothing; why, the machine's note tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Said = Mapping[str, Any]
_NOTHING: Said = {}
_NAME, _NOTE = "machine_name", "offline_join_note"
# The variables machine_* that are shown and recorded, without their prefix.
INVENTORY = ("branch", "type", "wave", "responsible", "serial_number", "inventory_tag")
_ISSUED, _CARRIED, _MOVED = "__package_issue_call", "__field_kit_call", "__computer_promote_move"
_REVOKED, _EXPIRED = "__package_revoke_call", "__package_expire_call"
_APPLIED, _APPLIED_LINUX = "__package_apply_result", "__samba_join_result"
_VERIFIED, _RETIRED, _PROMOTED = "__membership_verify_result", "__package_retire_result", "__computer_promote_result"

# The variables of a host that are read here.
VARIABLES = (
    *(_NAME, _NOTE, *(f"machine_{one}" for one in INVENTORY)),
    *(_ISSUED, _CARRIED, _APPLIED, _APPLIED_LINUX, _VERIFIED, _RETIRED, _MOVED, _PROMOTED, _REVOKED, _EXPIRED),
)


@dataclass(frozen=True)
class Results:
    """``inventory`` has the variables ``machine_*`` without their prefix.

    ``issued``, ``carried``, ``moved``, ``revoked`` and ``expired`` are the machine's entries of bulk modules, the
    others the results of its own tasks.

    ``note`` is where and why it left the road. ``checks`` are those that were made last, whether they passed or not.
    """

    name: str
    inventory: Said
    note: Said
    checks: tuple[Said, ...]
    issued: Said
    carried: Said
    applied: Said
    verified: Said
    retired: Said
    moved: Said
    promoted: Said
    revoked: Said
    expired: Said

    @classmethod
    def read(cls, host: str, known: Said) -> Results:
        """``known`` has what the host has of `VARIABLES`."""
        name, note = str(known.get(_NAME) or host), known.get(_NOTE) or _NOTHING
        return cls(
            name=name,
            inventory={one: known[f"machine_{one}"] for one in INVENTORY if f"machine_{one}" in known},
            note=note,
            checks=_checks(known),
            issued=_entry(known, _ISSUED, name),
            carried=_carried(known, name),
            applied=_task(known, _APPLIED) or _task(known, _APPLIED_LINUX),
            verified=_judged(known, _VERIFIED),
            # Told by the machine; where the directory does not have it, the stage noted that.
            retired=_task(known, _RETIRED) if note.get("stage") != "retire" else _NOTHING,
            moved=_entry(known, _MOVED, name),
            promoted=_judged(known, _PROMOTED),
            revoked=_ended(known, _REVOKED, name),
            expired=_ended(known, _EXPIRED, name),
        )

    def accepted(self, *, promote: bool) -> bool:
        """Whether it came to the end of the road: without promotion, and for Linux always, its own password."""
        promote = promote and self.retired.get("platform") != "linux"
        return not self.note and bool(self.promoted if promote else self.retired)


def _task(known: Said, register: str) -> Said:
    result = known.get(register) or _NOTHING
    return _NOTHING if any(result.get(key) for key in ("failed", "skipped", "unreachable")) else result


def _judged(known: Said, register: str) -> Said:
    """Its role lets a machine that something stops say so in a later task."""
    result = _task(known, register)
    return _NOTHING if "msg" in result else result


def _entry(known: Said, register: str, name: str) -> Said:
    entry = _answer(known, register, name)
    return _NOTHING if "error" in entry else entry


def _ended(known: Said, register: str, name: str) -> Said:
    """Its account is closed, too, where some domain controller does not show that yet."""
    entry = _answer(known, register, name)
    return entry if entry.get("state") == "revoked" else _entry(known, register, name)


def _answer(known: Said, register: str, name: str) -> Said:
    entry: Said = ((known.get(register) or _NOTHING).get("machines") or _NOTHING).get(name) or _NOTHING
    return entry


def _carried(known: Said, name: str) -> Said:
    """With the id of its kit, which the module tells once for all machines."""
    entry = _entry(known, _CARRIED, name)
    return {**entry, "kit": known[_CARRIED]["kit"]["id"]} if entry else _NOTHING


def _checks(known: Said) -> tuple[Said, ...]:
    for register in (_PROMOTED, _VERIFIED):
        checks = (known.get(register) or _NOTHING).get("checks")
        if checks:
            return tuple(checks)
    return ()
