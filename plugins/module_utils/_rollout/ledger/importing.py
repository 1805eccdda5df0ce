# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking in the chain of a writer that could not reach the ledger, and telling what it contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import state
from .chain import Head, Link
from .errors import LedgerEntryError
from .events import Entry, Event, Kind, now
from .store import Ledger
from .transaction import Transaction


@dataclass(frozen=True)
class Imported:
    """``new`` counts the events that were not there before; ``conflicts`` are the events about contradictions."""

    writer: str
    new: int
    head: Head
    conflicts: tuple[Entry, ...]


def take_in(ledger: Ledger, links: Sequence[Link], *, writer: str, who: str = "", why: str = "") -> Imported:
    """Append a foreign chain that holds (from `exchange.chain_from_json`) as its own; a second time nothing happens.

    ``writer`` records the import, and a conflict for each machine that the new events put into one.

    :raises LedgerEntryError: it is another chain than the one the ledger has of this writer; nothing was written
    """
    foreign = _foreign(ledger.name, links, writer)
    with ledger.writing() as transaction:
        imported = _plan(transaction, transaction.lock(foreign, writer)[foreign], links, who)
        if imported.new:
            transaction.adopt(links[-imported.new :])
            details = {"writer": foreign, "events": imported.new, "head": imported.head.hash}
            entry = Entry(kind=Kind.IMPORTED, machine="", time=now(), who=who, why=why, details=details)
            transaction.append(writer, [entry, *imported.conflicts])
    return imported


def predict(ledger: Ledger | None, links: Sequence[Link], *, writer: str) -> Imported:
    """What `take_in` would do, with the ledger or, where there is none yet, with an empty one.

    :raises LedgerEntryError: it would refuse
    """
    foreign = _foreign("" if ledger is None else ledger.name, links, writer)
    if ledger is None:
        return _plan(None, Head(foreign), links, "")
    with ledger.reading() as transaction:
        known = {head.writer: head for head in transaction.heads()}
        return _plan(transaction, known.get(foreign, Head(foreign)), links, "")


def _act(writer: str, ledger: str) -> str:
    return f"take the chain of {writer} into the ledger {ledger}".rstrip()


def _foreign(ledger: str, links: Sequence[Link], writer: str) -> str:
    foreign = links[-1].event.writer
    if foreign == writer:
        remedy = "give the importing writer another name"
        raise LedgerEntryError(_act(foreign, ledger), "the writer that takes it in has the same name", remedy)
    return foreign


def _head(links: Sequence[Link]) -> Head:
    last = links[-1]
    return Head(last.event.writer, last.event.sequence, last.hash)


def _plan(transaction: Transaction | None, known: Head, links: Sequence[Link], who: str) -> Imported:
    """What is new of a chain whose end in the ledger is ``known``, and what it contradicts; nothing is written."""
    if transaction is not None:
        _require_same(transaction, known, links)
    new = [link.event for link in links[known.sequence :]]
    machines = {event.machine for event in new if event.machine}
    recorded = [] if transaction is None else [link.event for link in transaction.links(machines)]
    head = max(known, _head(links), key=lambda one: one.sequence)
    return Imported(known.writer, len(new), head, tuple(_conflicts(recorded, new, who)))


def _conflicts(recorded: Sequence[Event], new: Sequence[Event], who: str) -> Iterator[Entry]:
    """An event for each problem of a machine that there was not before."""
    before = state.states(recorded)
    for name, after in sorted(state.states([*recorded, *new]).items()):
        known = before[name].problems if name in before else ()
        for problem in after.problems:
            if problem not in known:
                yield Entry(
                    kind=Kind.CONFLICT,
                    machine=after.machine,
                    time=now(),
                    who=who,
                    why=problem,
                    details={"writer": new[-1].writer},
                )


def _require_same(transaction: Transaction, known: Head, links: Sequence[Link]) -> None:
    """What both have must be equal; the hash of the last that both have says that of all before it."""
    both = min(known.sequence, len(links))
    if not both:
        return
    mine = known.hash if both == known.sequence else _hash_of(transaction, known.writer, both)
    if mine != links[both - 1].hash:
        recorded = [link.hash for link in transaction.links(writer=known.writer)]
        first = next(n for n, (one, other) in enumerate(zip(recorded, links, strict=False), 1) if one != other.hash)
        cause = f"event {first} is another one there than in the ledger; two places wrote under one name"
        act = _act(known.writer, transaction.name)
        raise LedgerEntryError(act, cause, "give each place a writer of its own, and find out which one is right")


def _hash_of(transaction: Transaction, writer: str, sequence: int) -> str:
    return next(link.hash for link in transaction.links(writer=writer) if link.event.sequence == sequence)
