# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Encryption, and whether the directory has the recovery passwords: what is missing there, and what a backup came to.

The directory names its recovery objects by the protector's GUID, so no recovery password is ever read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .. import status_codes
from ..checks import Check, failed, passed, skipped, unknown
from ..status_codes import StatusCode
from .subject import Expected, Seen, Subject, pending

BITLOCKER = "bitlocker"

_REMOVABLE = 2  # Win32_EncryptableVolume.VolumeType
_DECRYPTED, _DECRYPTING = 0, (3, 5)  # ConversionStatus; None where the volume is locked, so it is encrypted
_PROTECTION_OFF = 0  # ProtectionStatus; the key lies open on the disk
_RECOVERY_PASSWORD = 3  # KeyProtectorType
_ACCESS_DENIED = 2  # MI_Result (mi.h) that asking for the volumes ended with
_NOT_THERE = (3, 5)  # its name space, its class
_LARGEST_WIN32 = 0xFFFF
_LET_SEE = "let the login see the names of recovery objects (module delegation, profiles issue and promote)"
_READ_THE_LOG = "read the log Microsoft-Windows-BitLocker/BitLocker Management on the machine"

# What BackupRecoveryInformationToActiveDirectory returns besides Win32 codes (winerror.h).
_STATUSES = {
    one.number: one
    for one in (
        StatusCode(
            1, "S_FALSE", "no policy asks for it",
            'set the policy "Choose how BitLocker-protected drives can be recovered", then run again',
        ),
        StatusCode(
            0x80310008, "FVE_E_NOT_ACTIVATED", "BitLocker is not active there", "run again once the volume is encrypted"
        ),
        StatusCode(
            0x8031003A, "FVE_E_INVALID_PROTECTOR_TYPE", "it is no recovery password", "look at the volume's protectors",
        ),
    )
}  # fmt: skip


def check(expected: Expected, subject: Subject) -> Check:
    """Whether every volume is as encrypted as ``expected`` wants, with a recovery password in the directory."""
    if expected.bitlocker == "ignore":
        return skipped(BITLOCKER, "encryption is not looked at")
    if subject.machine["security"]["bitlocker"] is None:
        return _volumes_unseen(expected, subject.machine["security"]["bitlocker_status"])
    volumes = _volumes(subject)
    encrypted = _encrypted(subject)
    plain = [one for one in volumes if one not in encrypted]
    if expected.bitlocker == "required" and (plain or not volumes):
        drives = ", ".join(map(_drive, plain)) or "every volume"
        return pending(BITLOCKER, f"not encrypted: {drives}", "look at the policy of BitLocker, then run again")
    if not encrypted:
        return passed(BITLOCKER, "nothing is encrypted")
    return _kept(encrypted, subject)


def _volumes_unseen(expected: Expected, status: int) -> Check:
    """What is required has to be seen, so there it stops the machine; else it is told."""
    required = expected.bitlocker == "required"
    if status in _NOT_THERE:
        said = "this Windows has no BitLocker"
        if not required:
            return passed(BITLOCKER, said)
        remedy = "install it, or expect no encryption of this machine"
        return pending(BITLOCKER, f"not encrypted: every volume, because {said}", remedy)
    said = f"whether it is encrypted cannot be seen: BitLocker answered with MI_Result {status}"
    remedy = "look at what manage-bde -status says there, then run again"
    if status == _ACCESS_DENIED:
        remedy = "let the login be an administrator with full rights there, then run again"
    return pending(BITLOCKER, said, remedy) if required else unknown(BITLOCKER, said, remedy)


def _kept(encrypted: list[Seen], subject: Subject) -> Check:
    """Whether the directory has a recovery password of each; what is broken goes before what waits."""
    waiting = [one for one in encrypted if _waits(one)]
    for volume in encrypted:
        if volume in waiting:
            continue
        if not _recovery(volume):
            said = f"{_drive(volume)} is encrypted and has no recovery password"
            return failed(BITLOCKER, said, "add one (Add-BitLockerKeyProtector), and back it up to the directory")
        if not _escrowed(volume, subject):
            said = f"{_drive(volume)} is encrypted, and no recovery password of it is seen in the directory"
            return failed(BITLOCKER, said, f"back it up (Backup-BitLockerKeyProtector), or {_LET_SEE}")
    if waiting:
        said = f"{', '.join(map(_drive, waiting))} is encrypted, but its protection is off and it has no recovery "
        said += "password: it waits for the policy that stores its key in the directory"
        remedy = "run again after its next policy run; where it stays so, link that policy to the staging OU as well, "
        return pending(BITLOCKER, said, remedy + "or add a recovery password (Add-BitLockerKeyProtector)")
    return passed(BITLOCKER, f"a recovery password of {', '.join(map(_drive, encrypted))} is in the directory")


def to_back_up(headline: Check | None, subject: Subject) -> list[str]:
    """Ids of the protectors that the machine is to back up; none where something else stops it, because a backup needs
    a domain controller and the secure channel.
    """
    if headline is None or headline.id != BITLOCKER:
        return []
    missing = [one for one in _encrypted(subject) if not _escrowed(one, subject)]
    return [protector for volume in missing for protector in _recovery(volume)]


def judge(wanted: Collection[str], backups: Collection[Mapping[str, Any]]) -> Check:
    """``backups`` is what ``win_bitlocker_backup`` answers; only a later look at the directory shows the rest."""
    numbers = {_guid(one["id"]): one["status"] for one in backups}
    for protector in wanted:
        number = numbers.get(_guid(protector))
        if number is None:
            said = f"{protector} was not backed up: the machine has no such protector any more"
            return failed(BITLOCKER, said, "run again")
        if number:
            status = _status(number)
            shown = f"0x{status.number:08x}" if status.number > _LARGEST_WIN32 else str(status.number)
            said = f"{protector} was not backed up: {status.meaning} ({status.name}, {shown})"
            return failed(BITLOCKER, said, status.remedy)
    said = "no recovery password of an encrypted volume is seen in the directory, and the machine was told to back up "
    remedy = f"run again once it has replicated; where it stays so, {_LET_SEE}"
    return pending(BITLOCKER, said + ", ".join(wanted), remedy)


def _volumes(subject: Subject) -> list[Seen]:
    return [one for one in subject.machine["security"]["bitlocker"] or () if one["volume_type"] != _REMOVABLE]


def _encrypted(subject: Subject) -> list[Seen]:
    return [one for one in _volumes(subject) if one["conversion_status"] != _DECRYPTED]


def _recovery(volume: Seen) -> list[str]:
    return [one["id"] for one in volume["protectors"] if one["type"] == _RECOVERY_PASSWORD]


def _waits(volume: Seen) -> bool:
    """Device encryption: a Windows that is new encrypts at once, and protects once its key can be stored somewhere."""
    off = volume["protection_status"] == _PROTECTION_OFF and volume["conversion_status"] not in _DECRYPTING
    return off and not _recovery(volume)


def _escrowed(volume: Seen, subject: Subject) -> bool:
    there = {_guid(name) for name in subject.account.get("recovery_objects", ())}
    return not there.isdisjoint(map(_guid, _recovery(volume)))


def _drive(volume: Seen) -> str:
    return str(volume["drive"] or "a volume without a letter")


def _guid(text: str) -> str:
    """What stands in the braces: a protector is {GUID}, a recovery object is named TIME{GUID}."""
    return text.rpartition("{")[2].partition("}")[0].lower()


def _status(number: int) -> StatusCode:
    known = status_codes.explain(number)
    unknown = StatusCode(number, "no known name", "BitLocker refused", _READ_THE_LOG)
    return _STATUSES.get(number) or (known if known.number in status_codes.STATUS_CODES else unknown)
