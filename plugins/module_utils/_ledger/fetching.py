# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages and records out of the ledger, to where they would lie had everything been done here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.ledger import timeline
from .._rollout.ledger.events import ISSUE_RECORD, REVOCATION_RECORD, Event, Kind
from .._rollout.ledger.store import Ledger
from .._rollout.ledger.transaction import Transaction
from .._rollout.package_life.revocation_record import RevocationRecord
from .._storage import secret_file
from .._storage.package_store import PackageStore
from .._storage.revocation_store import RevocationStore

_ENDS = [Kind.REVOKED, Kind.EXPIRED]


@dataclass(frozen=True)
class Answer:
    """What lies in dest now; ``package`` is None where the ledger keeps none, ``known`` tells whether it knows one."""

    name: str
    known: bool = False
    changed: bool = False
    package: str | None = None
    error: str | None = None

    def to_result(self) -> dict[str, Any]:
        result = {"changed": self.changed, "known": self.known, "package": self.package}
        return result if self.error is None else {**result, "error": self.error}

    def before_and_after(self) -> tuple[str, str]:
        return "", f"package: {self.package}\n" if self.package else "records\n"


def fetch(ledger: Ledger | None, names: Iterable[str], store: PackageStore, *, check_mode: bool) -> Iterator[Answer]:
    """What was issued last, and how it ended, for every machine that has it not in ``store`` yet; ``ledger`` is None
    where there is none.

    :raises LedgerError: the ledger cannot be read
    :raises OSError: dest cannot be made
    """
    if ledger is None:
        yield from (Answer(name) for name in names)
        return
    if not check_mode:
        store.prepare()
    with ledger.reading() as transaction:
        wanted = list(names)
        events = (link.event for link in transaction.links(wanted, kinds=[Kind.ISSUED, *_ENDS]))
        history = timeline.by_machine(events)
        for name in wanted:
            yield _fetch(transaction, name, history.get(name.lower(), ()), store, check_mode=check_mode)


def _fetch(
    transaction: Transaction, name: str, events: Sequence[Event], store: PackageStore, *, check_mode: bool
) -> Answer:
    issued = next((event for event in reversed(events) if event.kind == Kind.ISSUED), None)
    if issued is None:
        return Answer(name)
    ended = _last_end(events)
    files = {} if ended is None else _revocation(name, ended, RevocationStore(store.dest))
    place, here, record = store.package(name), store.read_record(name), _issue_record(issued)
    if here is None or _supersedes(record, here):
        dead = ended is not None and ended.package_sha256 == issued.sha256
        if not dead and (kept := transaction.package(name, issued.sha256)):
            files[place] = kept.content
        if record is not None:
            # Last: the next run takes a record for the sign that nothing is missing.
            files[store.issue_record(name)] = record.to_json().encode()
    if not check_mode:
        for path, content in files.items():
            try:
                secret_file.write(path, content)
            except OSError as failure:
                error = f"{name}: write {path}: {failure.strerror}; correct dest, then run again"
                return Answer(name, known=True, error=error)
    there = place in files or place.exists()
    return Answer(name, known=True, changed=bool(files), package=str(place) if there else None)


def _last_end(events: Iterable[Event]) -> RevocationRecord | None:
    found = [event.details.get(REVOCATION_RECORD) for event in events if event.kind in _ENDS]
    try:
        return RevocationRecord.from_json(json.dumps(found[-1])) if found and found[-1] else None
    except ValueError:
        return None


def _revocation(name: str, ended: RevocationRecord, store: RevocationStore) -> dict[Path, bytes]:
    """Its record, unless one lies here that is as new."""
    here = store.read(name)
    return {} if here and here.revoked >= ended.revoked else {store.record(name): ended.to_json().encode()}


def _issue_record(event: Event) -> IssueRecord | None:
    fields = event.details.get(ISSUE_RECORD)
    try:
        return IssueRecord.from_json(json.dumps(fields)) if fields else None
    except ValueError:
        return None


def _supersedes(record: IssueRecord | None, here: IssueRecord) -> bool:
    """Whether the package was issued again elsewhere, after the one that lies here."""
    return record is not None and record.package_sha256 != here.package_sha256 and record.issued > here.issued
