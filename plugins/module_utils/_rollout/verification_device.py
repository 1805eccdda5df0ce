# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine itself: encryption and where its recovery passwords are, who rules it, what was left behind."""

from __future__ import annotations

from collections.abc import Iterator

from .checks import Check, failed, passed, skipped
from .verification_subject import BOOTSTRAP, Expected, Seen, Subject, pending

BITLOCKER, ADMINISTRATORS, REMAINS, BOOTSTRAP_ID = "bitlocker", "administrators", "remains", "bootstrap"
IDS = (BITLOCKER, ADMINISTRATORS, REMAINS, BOOTSTRAP_ID)

_REMOVABLE = 2  # Win32_EncryptableVolume.VolumeType
_DECRYPTED = 0  # ConversionStatus; None where the volume is locked, so it is encrypted
_RECOVERY_PASSWORD = 3  # KeyProtectorType
_BACK_UP = "back it up (Backup-BitLockerKeyProtector), or let the login see the names of recovery objects"


def judge(expected: Expected, subject: Subject) -> Iterator[Check]:
    yield _bitlocker(expected, subject)
    yield _administrators(expected, subject)
    yield _remains(subject)
    yield _bootstrap(expected, subject)


def _bitlocker(expected: Expected, subject: Subject) -> Check:
    if expected.bitlocker == "ignore":
        return skipped(BITLOCKER, "encryption is not looked at")
    volumes = [one for one in subject.machine["security"]["bitlocker"] or () if one["volume_type"] != _REMOVABLE]
    plain = [one for one in volumes if one["conversion_status"] == _DECRYPTED]
    if expected.bitlocker == "required" and (plain or not volumes):
        drives = ", ".join(map(_drive, plain)) or "every volume"
        return pending(BITLOCKER, f"not encrypted: {drives}", "look at the policy of BitLocker, then run again")
    encrypted = [one for one in volumes if one not in plain]
    if not encrypted:
        return passed(BITLOCKER, "nothing is encrypted")
    escrowed = {_guid(name) for name in subject.account.get("recovery_objects", ())}
    for volume in encrypted:
        recovery = {_guid(one["id"]) for one in volume["protectors"] if one["type"] == _RECOVERY_PASSWORD}
        if not recovery:
            said = f"{_drive(volume)} is encrypted and has no recovery password"
            return failed(BITLOCKER, said, "add one (Add-BitLockerKeyProtector), and back it up to the directory")
        if not recovery & escrowed:
            said = f"{_drive(volume)} is encrypted, and no recovery password of it is seen in the directory"
            return failed(BITLOCKER, said, _BACK_UP)
    return passed(BITLOCKER, f"a recovery password of {', '.join(map(_drive, encrypted))} is in the directory")


def _drive(volume: Seen) -> str:
    return str(volume["drive"] or "a volume without a letter")


def _guid(text: str) -> str:
    """What stands in the braces: a protector is {GUID}, a recovery object is named TIME{GUID}."""
    return text.rpartition("{")[2].partition("}")[0].lower()


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
    files = [one["path"] for one in subject.machine["remains"]["files"]]
    if files:
        said = f"a package is left in {', '.join(files)}"
        return failed(REMAINS, said, "wipe it (role package_apply, or module win_package_wipe)")
    return passed(REMAINS, "no package was left behind where it was looked for")


def _bootstrap(expected: Expected, subject: Subject) -> Check:
    if not expected.without_bootstrap:
        return skipped(BOOTSTRAP_ID, "the connection of the phase site is still needed")
    left = [one["name"] for one in BOOTSTRAP if subject.registry(one)]
    if left:
        said = f"what opened WinRM is still there: {', '.join(left)}"
        return failed(BOOTSTRAP_ID, said, "take it back, because it lets local accounts or plain passwords in")
    return passed(BOOTSTRAP_ID, "what opened WinRM is taken back")
