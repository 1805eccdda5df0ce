# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine itself: its encryption, who rules it, what was left behind."""

from __future__ import annotations

from collections.abc import Iterator

from .. import remains
from ..checks import Check, failed, passed, skipped, unknown
from . import escrow
from .subject import BOOTSTRAP, Expected, Subject

BITLOCKER = escrow.BITLOCKER
ADMINISTRATORS, REMAINS, BOOTSTRAP_ID = "administrators", "remains", "bootstrap"
IDS = (BITLOCKER, ADMINISTRATORS, REMAINS, BOOTSTRAP_ID)


def judge(expected: Expected, subject: Subject) -> Iterator[Check]:
    yield escrow.check(expected, subject)
    yield _administrators(expected, subject)
    yield _remains(subject)
    yield _bootstrap(expected, subject)


def _administrators(expected: Expected, subject: Subject) -> Check:
    if expected.administrators is None:
        return skipped(ADMINISTRATORS, "nobody said who should be an administrator")
    machine_sid = subject.machine["identity"]["machine_sid"]
    domain_sid = subject.account.get("sid", "").rpartition("-")[0]
    wanted = {_sid(one, machine_sid, domain_sid) for one in expected.administrators}
    there = set(subject.machine["security"]["administrators"])
    if wanted == there:
        return passed(ADMINISTRATORS, f"exactly {_listed(there)}")
    said = [
        f"{word} {_listed(some)}" for word, some in (("beyond", there - wanted), ("missing", wanted - there)) if some
    ]
    remedy = "look which policy rules the group (Restricted Groups, Local Users and Groups), and who else added members"
    return failed(ADMINISTRATORS, f"its Administrators: {'; '.join(said)}", remedy)


def _sid(token: str, machine_sid: str, domain_sid: str) -> str:
    """``machine-500`` and ``domain-512`` are relative to the machine's and its domain's SID."""
    prefix, _dash, rid = token.partition("-")
    bases = {"machine": machine_sid, "domain": domain_sid}
    return f"{bases[prefix]}-{rid}" if prefix in bases else token


def _listed(sids: set[str]) -> str:
    return ", ".join(sorted(sids)) or "nobody"


def _remains(subject: Subject) -> Check:
    files = subject.machine["remains"]["files"]
    if found := remains.packages(files):
        said = f"a package is left in {', '.join(found)}"
        return failed(REMAINS, said, "wipe it (role package_apply, or module win_package_wipe)")
    if closed := remains.unreadable(files):
        said = f"whether a package is left is not known: {', '.join(closed)} cannot be read"
        return unknown(REMAINS, said, "look what holds it open, then run again")
    return passed(REMAINS, "no package was left behind where it was looked for")


def _bootstrap(expected: Expected, subject: Subject) -> Check:
    if not expected.without_bootstrap:
        return skipped(BOOTSTRAP_ID, "the connection of the phase site is still needed")
    left = [one["name"] for one in BOOTSTRAP if subject.registry(one)]
    if left:
        said = f"what opened WinRM is still there: {', '.join(left)}"
        return failed(BOOTSTRAP_ID, said, "take it back, because it lets local accounts or plain passwords in")
    return passed(BOOTSTRAP_ID, "what opened WinRM is taken back")
