# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a package, as far as the directory, its records and the events of the ledger can prove it.

Windows' first contact writes operatingSystem and operatingSystemVersion through Netlogon (MS-NRPC 3.5.4.4.10) and gets
lastLogonTimestamp; a Samba member's moves lastLogon and logonCount only. A machine first changes its password after 30
days, or when it is told to. One that applied its package without a network leaves no trace in the directory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from ..issuing import liveness
from ..issuing.issue_record import IssueRecord, Traces
from . import revocation
from .revocation import Account
from .revocation_record import RevocationRecord

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class State(Enum):
    NOT_ISSUED = "not issued"
    UNUSED = "unused"
    APPLIED = "applied"
    USED = "used"
    RETIRED = "retired"
    REVOKED = "revoked"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    UNRECORDED = "unrecorded"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True)
class Applied:
    """That a machine of this serial number (empty: not known) was seen to apply the package."""

    time: datetime
    serial_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """All that is known of one machine. ``account`` is None where the login sees none.

    ``seen`` has the traces by writable domain controller, None for one that does not answer. ``issued`` is when its
    package was, ``carried`` when it left the house, both None where nobody wrote that down elsewhere.
    """

    account: Account | None
    in_staging: bool = False
    record: IssueRecord | None = None
    revoked: RevocationRecord | None = None
    seen: Mapping[str, Traces | None] = field(default_factory=dict)
    issued: datetime | None = None
    carried: datetime | None = None
    applied: tuple[Applied, ...] = ()
    serial_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """``device_keys``: machines of this domain register a key credential of their own (Credential Guard)."""

    now: datetime
    overdue_after: timedelta = timedelta(days=30)
    first_contact_within: timedelta = timedelta(days=14)
    device_keys: bool = False


@dataclass(frozen=True)
class Finding:
    """``evidence`` are sentences; ``overdue`` is told of every state, because a used account may wait, too."""

    state: State
    evidence: tuple[str, ...]
    overdue: bool = False


def judge(subject: Subject, rules: Rules) -> Finding:
    """The gravest state that is proved; what was not seen is never taken for not there."""
    account, record = subject.account, subject.record
    if account is None or record is None or record.password_last_set is None:
        return _without_package(subject)
    if record.object_guid != account.object_guid:
        return Finding(State.SUSPICIOUS, ("its account is not the one that its package was issued for",))
    use = tuple(_use(subject, record))
    late = tuple(_late(subject, record, rules, used=bool(use)))
    if suspicions := tuple(_suspicions(subject, account, record, use, rules)):
        return Finding(State.SUSPICIOUS, (*suspicions, *use), bool(late))
    revoked = subject.revoked
    if revoked is not None and revocation.stands(revoked, account):
        return Finding(State.REVOKED, (f"it was revoked at {revoked.revoked}: {revoked.reason}", *use))
    if use:
        changed = _password_changes(subject, record)
        return Finding(State.RETIRED if changed else State.USED, (*changed, *use, *late), bool(late))
    if doubts := tuple(_doubts(subject, account, record)):
        return Finding(State.UNKNOWN, (*doubts, *late), bool(late))
    return _unused(subject, late)


def _without_package(subject: Subject) -> Finding:
    account, record = subject.account, subject.record
    if record is None:
        if subject.issued is not None:
            cause = f"its package was issued at {_shown(subject.issued)}, and its issue record is gone"
            remedy = "copy it from where it was issued, or issue the package again"
            return Finding(State.UNRECORDED, (f"{cause}; {remedy}",))
        if account is None:
            return Finding(State.NOT_ISSUED, ("there is no account and no issue record of one",))
        return Finding(State.UNKNOWN, ("there is an account, but no issue record that says how it looked when new",))
    if record.password_last_set is None and record.package_sha256 is not None:
        return Finding(State.UNKNOWN, ("its issue record is not complete; run provisioned_packages again",))
    if record.password_last_set is None:
        return Finding(State.NOT_ISSUED, ("its issue record says what was intended; issue its package again",))
    return Finding(State.UNKNOWN, ("the login sees no account of it: deleted, or hidden from this login",))


def _doubts(subject: Subject, account: Account, record: IssueRecord) -> Iterator[str]:
    """Why nobody can say that it was not used."""
    if revocation.begun(subject.revoked, account, record):
        yield "a revocation was begun and not finished; run it again"
    elif changed := _password_changes(subject, record):
        yield changed[0]
    if not subject.seen:
        yield "no domain controller was asked"
    for host, traces in sorted(subject.seen.items()):
        if traces is None:
            yield f"{host} did not answer, and the machine may use it"


def _unused(subject: Subject, late: tuple[str, ...]) -> Finding:
    if late:
        return Finding(State.OVERDUE, late, True)
    if subject.applied:
        return Finding(State.APPLIED, (f"applied at {_shown(_latest(subject))}, no contact with the domain yet",))
    return Finding(State.UNUSED, (f"no trace of use on {', '.join(sorted(subject.seen))}",))


def _use(subject: Subject, record: IssueRecord) -> Iterator[str]:
    """Signs that somebody logged on with the account, one for each domain controller; a new password is none."""
    without_password = dataclasses.replace(record, password_last_set=None)
    for host, traces in sorted(subject.seen.items()):
        if traces is not None:
            life = liveness.judge(without_password, {host: traces})
            if life.state is liveness.State.LIVE:
                last = max(traces.last_logon, traces.last_logon_timestamp)
                when = f", last at {_time(last)}" if last else ""
                yield f"{life.reason}{when}"


def _password_changes(subject: Subject, record: IssueRecord) -> tuple[str, ...]:
    changes = [
        f"its password was set at {_time(traces.password_last_set)}, as seen on {host}"
        for host, traces in sorted(subject.seen.items())
        if traces is not None and traces.password_last_set > (record.password_last_set or 0)
    ]
    return tuple(changes[:1])


def _suspicions(
    subject: Subject, account: Account, record: IssueRecord, use: tuple[str, ...], rules: Rules
) -> Iterator[str]:
    if account.key_credentials > (1 if rules.device_keys and use else 0):
        yield f"{account.key_credentials} key credentials were added to the account; they outlive any password"
    yield from _too_early(subject, record)
    serials = {one.serial_number.lower() for one in subject.applied if one.serial_number}
    if len(serials) > 1:
        yield f"used twice: applied on machines with the serial numbers {', '.join(sorted(serials))}"
    elif serials and subject.serial_number and serials != {subject.serial_number.lower()}:
        yield f"applied on a machine with the serial number {serials.pop()}, meant for {subject.serial_number.lower()}"
    yield from _after_revocation(subject, account)
    complete = bool(subject.seen) and None not in subject.seen.values()
    ours = revocation.begun(subject.revoked, account, record) or revocation.stands(subject.revoked, account)
    if complete and not use and not ours and (changed := _password_changes(subject, record)):
        yield f"{changed[0]}, but its machine never logged on: somebody else set it"


def _too_early(subject: Subject, record: IssueRecord) -> Iterator[str]:
    """Uses that the domain controllers dated before the package left, on what they showed nothing at issue."""
    if subject.carried is None:
        return
    for host, traces in sorted(subject.seen.items()):
        if traces is None:
            continue
        before = record.baseline(host)
        for now, then in (
            (traces.last_logon, before.last_logon),
            (traces.last_logon_timestamp, before.last_logon_timestamp),
        ):
            if now > then and _datetime(now) < subject.carried:
                yield f"used on {host} at {_time(now)}, before it was carried ({_shown(subject.carried)})"
                break


def _after_revocation(subject: Subject, account: Account) -> Iterator[str]:
    revoked = subject.revoked
    if revoked is None or revoked.object_guid != account.object_guid:
        return
    if revocation.stands(revoked, account) and account.enabled:
        yield "it was revoked, and somebody enabled the account again"
    since = datetime.fromisoformat(revoked.revoked)
    for host, traces in sorted(subject.seen.items()):
        if traces is not None and revocation.stands(revoked, account) and _datetime(traces.last_logon) > since:
            yield f"it logged on on {host} at {_time(traces.last_logon)}, after it was revoked"


def _late(subject: Subject, record: IssueRecord, rules: Rules, *, used: bool) -> Iterator[str]:
    issued = datetime.fromisoformat(record.issued)
    if subject.in_staging and rules.now - issued > rules.overdue_after:
        yield f"it waits in staging since {_shown(issued)}"
    if used:
        return
    if subject.applied:
        waiting = rules.now - _latest(subject)
        if waiting > rules.first_contact_within:
            yield f"applied at {_shown(_latest(subject))} and not seen for {waiting.days} days"
    elif record.expires and datetime.fromisoformat(record.expires) <= rules.now:
        yield f"its package expired at {record.expires}"


def _latest(subject: Subject) -> datetime:
    return max(one.time for one in subject.applied)


def _datetime(filetime: int) -> datetime:
    return _EPOCH + timedelta(microseconds=filetime // 10)


def _time(filetime: int) -> str:
    return _shown(_datetime(filetime))


def _shown(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
