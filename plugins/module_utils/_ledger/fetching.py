# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages and issue records out of the ledger, to where they would lie had they been issued here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.ledger import timeline
from .._rollout.ledger.events import Event, Kind
from .._rollout.ledger.store import Ledger
from .._rollout.ledger.transaction import Transaction
from .._storage import secret_file
from .._storage.package_store import PackageStore
from .recording import ISSUE_RECORD


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
        return "", f"package: {self.package}\n" if self.package else "issue record\n"


def fetch(ledger: Ledger | None, names: Iterable[str], store: PackageStore, *, check_mode: bool) -> Iterator[Answer]:
    """What was issued last, for every machine that has it not in ``store`` yet; ``ledger`` is None where there is none.

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
        issued = _issued(transaction, wanted)
        for name in wanted:
            event = issued.get(name.lower())
            yield _fetch(transaction, name, event, store, check_mode=check_mode) if event else Answer(name)


def _issued(transaction: Transaction, names: Iterable[str]) -> Mapping[str, Event]:
    events = (link.event for link in transaction.links(names, kinds=[Kind.ISSUED]))
    return {name: own[-1] for name, own in timeline.by_machine(events).items()}


def _fetch(transaction: Transaction, name: str, event: Event, store: PackageStore, *, check_mode: bool) -> Answer:
    place, here = store.package(name), store.read_record(name)
    record = _record(event)
    if here is not None and not _supersedes(record, here):
        return Answer(name, known=True, package=str(place) if place.exists() else None)
    kept = transaction.package(name, event.sha256)
    files = {} if kept is None else {place: kept.content}
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
    return Answer(name, known=True, changed=bool(files), package=str(place) if kept else None)


def _record(event: Event) -> IssueRecord | None:
    fields = event.details.get(ISSUE_RECORD)
    try:
        return IssueRecord.from_json(json.dumps(fields)) if fields else None
    except ValueError:
        return None


def _supersedes(record: IssueRecord | None, here: IssueRecord) -> bool:
    """Whether the package was issued again elsewhere, after the one that lies here."""
    return record is not None and record.package_sha256 != here.package_sha256 and record.issued > here.issued
