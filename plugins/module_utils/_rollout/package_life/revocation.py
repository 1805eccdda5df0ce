# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left to be done until an account is revoked, and what outlives that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ..issuing import liveness
from ..issuing.issue_record import IssueRecord, Traces
from ..issuing.liveness import Liveness
from .revocation_record import RevocationRecord


class Act(Enum):
    """In the word that results and diffs show."""

    DISABLE = "enabled"
    PASSWORDS = "password"
    KEY_CREDENTIALS = "key_credentials"
    PACKAGE = "package"


@dataclass(frozen=True)
class Account:
    """``password_last_set`` is a FILETIME; ``key_credentials`` is the number of values."""

    object_guid: str
    enabled: bool
    password_last_set: int
    key_credentials: int = 0


def stands(record: RevocationRecord | None, account: Account) -> bool:
    """Whether the account's password is still the one that its revocation left."""
    return (
        record is not None
        and record.object_guid == account.object_guid
        and record.password_last_set == account.password_last_set
    )


def begun(record: RevocationRecord | None, account: Account, issue: IssueRecord | None) -> bool:
    """Whether a revocation of this very package was begun and not finished; its new password is no sign of life."""
    return (
        record is not None
        and not record.finished
        and record.object_guid == account.object_guid
        and record.package_sha256 == (issue.package_sha256 if issue else None)
    )


def life(
    record: RevocationRecord | None,
    account: Account,
    issue: IssueRecord | None,
    seen: Mapping[str, Traces | None],
    underway: str = "",
) -> Liveness:
    """Whether the machine uses its account. A password that we set ourselves is no sign of it; all else is.

    ``seen`` has the traces by domain controller; it and ``underway`` are as ``liveness.judge`` takes them.
    """
    ours = begun(record, account, issue) or stands(record, account)
    if ours and issue is not None:
        issue = dataclasses.replace(issue, password_last_set=None)
    return liveness.judge(issue, seen, underway)


def acts(record: RevocationRecord | None, account: Account, *, package_there: bool) -> list[Act]:
    """What is still to be done, in this order; nothing where all of it was done and nobody touched it since."""
    left = []
    if account.enabled:
        left.append(Act.DISABLE)
    if not stands(record, account):
        left.append(Act.PASSWORDS)
    if account.key_credentials:
        left.append(Act.KEY_CREDENTIALS)
    if package_there:
        left.append(Act.PACKAGE)
    return left


def cut_off(controllers: Sequence[str]) -> list[str]:
    """What does not work any more, and where that was seen."""
    if not controllers:
        return []
    where = ", ".join(controllers)
    return [f"Kerberos, NTLM and LDAP logons with the password of any copy of its package, on {where}"]


def outlives(*, used: bool, fingerprints: Sequence[str], waiting: Sequence[str], silent: Sequence[str]) -> list[str]:
    """What is to be revoked elsewhere or waited for. ``fingerprints`` are those of its certificates, SHA-256.

    ``waiting`` are domain controllers that do not show the revocation yet, ``silent`` those that did not answer.
    """
    left = []
    if waiting:
        left.append(f"{', '.join(waiting)} still accepts the old password, until the change has replicated there")
    if silent:
        left.append(f"{', '.join(silent)} did not answer and may accept the old password; look again when it is back")
    for one in fingerprints:
        left.append(f"the certificate with the SHA-256 fingerprint {one} is good until its CA revokes it")
    if used:
        left += [
            # MS-KILE 3.3.5.7.1: a domain controller looks at the account again when the TGT is 20 minutes old.
            "a ticket-granting ticket from before opens services for up to 20 minutes more",
            "service tickets from before are good for up to 10 hours, and open sessions until they end",
            "certificates that a CA issued to the machine without publishing them in its account; revoke them there",
            "secrets that the machine could read (group policies, shares, managed service account passwords)",
        ]
    return left
