# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of many machines into the ledger in one go, and what became of each machine's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .._directory.distinguished_name import split
from .._rollout import sealing
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.ledger import events
from .._rollout.ledger.chain import Link
from .._rollout.ledger.events import ISSUE_RECORD, Entry
from .._rollout.ledger.packages import SealedPackage
from .._rollout.ledger.store import Ledger
from .._storage import secret_file

_SHOWN = ("kind", "why", "branch", "inventory_tag", "serial_number", "organizational_unit", "sha256")


@dataclass(frozen=True)
class Wanted:
    """An event as it was asked for: an entry with any time, and the files that are to be kept with it."""

    entry: Entry
    sealed_package: Path | None = None
    issue_record: Path | None = None


@dataclass
class Answer:
    """What became of a machine's events. ``links`` has None for what the ledger had already, and, where nothing is
    written, entries instead of links for what would be new."""

    name: str
    error: str | None = None
    recorded: list[Link | Entry] = field(default_factory=list)
    repeated: int = 0
    package_kept: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.recorded) or self.package_kept

    def to_result(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "changed": self.changed,
            "recorded": [_shown(one) for one in self.recorded],
            "repeated": self.repeated,
            "package_kept": self.package_kept,
        }
        return result if self.error is None else {**result, "error": self.error}

    def before_and_after(self) -> tuple[str, str]:
        lines = [_line(one.event if isinstance(one, Link) else one) for one in self.recorded]
        if self.package_kept:
            lines.append("keep the sealed package")
        return "", "".join(f"{line}\n" for line in lines)


def record(
    ledger: Ledger | None, wanted: Iterable[Wanted], *, writer: str, repeat: bool, check_mode: bool
) -> list[Answer]:
    """Record the events of every machine whose own are all in order; ``ledger`` is None where there is none yet.

    :raises LedgerError: nothing was written, of no machine
    """
    answers: dict[str, Answer] = {}
    entries: list[Entry] = []
    sealed: list[SealedPackage] = []
    for machine, own in _by_machine(wanted).items():
        answers[machine] = Answer(machine)
        try:
            checked = [_checked(one) for one in own]
        except ValueError as error:
            answers[machine].error = f"{machine}: {error}"
            continue
        entries += [entry for entry, _package in checked]
        sealed += [package for _entry, package in checked if package is not None]
    written: Sequence[Link | Entry | None]
    kept: Sequence[SealedPackage]
    if check_mode or ledger is None:
        written, kept = _predict(ledger, entries, sealed, repeat=repeat)
    else:
        appended = ledger.append(entries, writer=writer, packages=sealed, repeat=repeat)
        written, kept = appended.links, appended.kept
    for entry, one in zip(entries, written, strict=True):
        if one is None:
            answers[entry.machine].repeated += 1
        else:
            answers[entry.machine].recorded.append(one)
    for package in kept:
        answers[package.machine].package_kept = True
    return list(answers.values())


def _predict(
    ledger: Ledger | None, entries: Sequence[Entry], sealed: Sequence[SealedPackage], *, repeat: bool
) -> tuple[list[Entry | None], Sequence[SealedPackage]]:
    """What `Ledger.append` would do: the entries that are new, and the packages."""
    if ledger is None:
        new, missing = Ledger.new(None, entries), sealed
    else:
        with ledger.reading() as transaction:
            new, missing = Ledger.new(transaction, entries), transaction.missing(sealed)
    return [entry if repeat or is_new else None for entry, is_new in zip(entries, new, strict=True)], missing


def _by_machine(wanted: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    found: dict[str, list[Wanted]] = {}
    for one in wanted:
        found.setdefault(one.entry.machine, []).append(one)
    return found


def _checked(wanted: Wanted) -> tuple[Entry, SealedPackage | None]:
    """
    :raises ValueError: in words for the user
    """
    try:
        entry = replace(wanted.entry, time=events.utc(wanted.entry.time))
    except ValueError:
        text = f"{wanted.entry.time!r} is no time with an offset from UTC; write it like {events.now()}"
        raise ValueError(text) from None
    if wanted.issue_record is not None:
        record = _record_in(wanted.issue_record)
        unit = entry.organizational_unit or split(record["distinguished_name"])[1]
        entry = replace(entry, organizational_unit=unit, details={**entry.details, ISSUE_RECORD: record})
    if fault := events.fault(entry):
        raise ValueError(fault)
    if wanted.sealed_package is None:
        return entry, None
    content = _content(wanted.sealed_package, "sealed_package")
    package = SealedPackage(entry.machine, entry.sha256, content)
    if package.fault:
        raise ValueError(f"{wanted.sealed_package}: {package.fault}")
    return entry, package


def _record_in(path: Path) -> dict[str, Any]:
    content = _content(path, "issue_record")
    try:
        fields: dict[str, Any] = json.loads(IssueRecord.from_json(content).to_json())
        return fields
    except ValueError as error:
        raise ValueError(f"{path}: {error}; issue the package again") from None


def _content(path: Path, option: str) -> bytes:
    try:
        return secret_file.read(path, sealing.LARGEST)
    except OSError as error:
        raise ValueError(f"read {path}: {error.strerror}; look at {option} and the rights on it") from None


def _shown(one: Link | Entry) -> dict[str, Any]:
    if isinstance(one, Link):
        event = one.event
        return {"kind": event.kind, "time": event.time, "sequence": event.sequence, "hash": one.hash}
    return {"kind": one.kind, "time": one.time}


def _line(entry: Entry) -> str:
    said = [f"{name} {value}" for name, value in events.to_fields(entry).items() if value and name in _SHOWN]
    return ", ".join(said)
