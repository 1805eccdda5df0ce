# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package still holds its account's password, judged by its issue record and without trying it."""

from __future__ import annotations

from dataclasses import dataclass

from ..issuing.issue_record import IssueRecord


@dataclass(frozen=True)
class Currency:
    """``current`` is None where it cannot be told; ``reason`` says what the verdict rests on."""

    current: bool | None
    reason: str


@dataclass(frozen=True)
class PackageIdentity:
    """``account_sid`` is None for packages that do not name it."""

    sha256: str
    account_sid: str | None


@dataclass(frozen=True)
class Account:
    """What the directory says of it now; ``password_last_set`` is a FILETIME."""

    sid: str
    object_guid: str
    password_last_set: int
    key_version: int


def judge(package: PackageIdentity, record: IssueRecord | None, account: Account | None) -> Currency:
    """The first that speaks against the package decides; what is missing makes it unknown.

    ``account`` is None where the login sees no account of the machine's name.
    """
    if account is None:
        return Currency(False, "there is no account of this machine")
    if package.account_sid not in (None, account.sid):
        return Currency(False, "the machine has another account now, with another SID")
    if record is None:
        return Currency(None, "there is no issue record beside it")
    if record.package_sha256 is None or record.password_last_set is None or record.key_version is None:
        return Currency(None, "its issue record says what was intended, not what was done; issue the package again")
    if record.package_sha256 != package.sha256:
        return Currency(False, "another package was issued after it, as its issue record says")
    if record.object_guid != account.object_guid:
        return Currency(False, "the machine has another account now, with another objectGUID")
    then, now = (record.password_last_set, record.key_version), (account.password_last_set, account.key_version)
    if now == then:
        return Currency(True, "time and key version of the account's password are those of its issue record")
    if now[0] < then[0] or now[1] < then[1]:
        return Currency(None, "the domain controller shows an older password than its issue record; replication lags")
    return Currency(False, "the account's password was changed after the package was issued")
