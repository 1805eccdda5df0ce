# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger: opened by its place, read and written in transactions."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import engine as opening
from . import repetition, state
from .chain import Link
from .errors import LedgerLocationError, LedgerMissing
from .events import Entry
from .failures import told
from .location import File, parse
from .packages import SealedPackage
from .state import MachineState
from .transaction import Transaction

if TYPE_CHECKING:
    from .libraries import Engine

TIMEOUT = 30
_LONGEST_TIMEOUT = 3600


@dataclass(frozen=True)
class Appended:
    """``links`` has for each entry its new link, or None where the ledger had it already; ``kept`` are the sealed
    packages that it had not."""

    links: tuple[Link | None, ...]
    kept: tuple[SealedPackage, ...]


class Ledger:
    """Safe for several processes on one ledger. A connection is held only during a transaction."""

    def __init__(self, engine: Engine, name: str, *, server: bool) -> None:
        self._engine = engine
        self._server = server
        self.name = name

    @classmethod
    def open(
        cls,
        location: str,
        *,
        password: str | None = None,
        timeout: int = TIMEOUT,
        create: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Ledger:
        """Open what an absolute path or a PostgreSQL URL names; ``create`` makes it if it is not there.

        :param timeout: seconds to wait for a lock, and for the server
        :raises LedgerMissing: there is none, and none was to be made
        :raises LedgerError: anything else that is in the way
        """
        place = parse(location, os.environ if environment is None else environment)
        act = f"open the ledger {place}"
        if not 1 <= timeout <= _LONGEST_TIMEOUT:
            raise LedgerLocationError(act, f"a timeout of {timeout} seconds", f"use 1 to {_LONGEST_TIMEOUT}")
        ledger = cls(opening.engine(place, password, timeout), str(place), server=not isinstance(place, File))
        with told(act):
            if isinstance(place, File):
                ledger._prepare_file(place, act, create=create)
            elif create:
                ledger._prepare_database(act)
            with ledger._transaction(writes=False) as transaction:
                opening.require_schema(transaction._connection, act)
        return ledger

    def _prepare_file(self, place: File, act: str, *, create: bool) -> None:
        if not create and not place.path.exists():
            raise LedgerMissing(act, "it is not there", "correct the path; the first event recorded makes one")
        if create:
            if opening.needs_making(place.path):
                opening.create_file(place.path)
            opening.require_private(place.path)

    def _prepare_database(self, act: str) -> None:
        try:
            with self._transaction(writes=False) as transaction:
                opening.require_schema(transaction._connection, act)
        except LedgerMissing:
            with self._transaction(writes=True) as transaction:
                opening.create_in_database(transaction._connection)

    @contextlib.contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Transaction]:
        options: dict[str, object] = {opening.WRITES: writes}
        if self._server:
            options["isolation_level"] = "READ COMMITTED" if writes else "REPEATABLE READ"
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield Transaction(connection, self.name)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One moment of the ledger.

        :raises LedgerError: it cannot be read
        """
        with told(f"read the ledger {self.name}"), self._transaction(writes=False) as transaction:
            yield transaction

    @contextlib.contextmanager
    def writing(self) -> Iterator[Transaction]:
        """All of the block is written, or nothing of it.

        :raises LedgerError: nothing was written
        """
        with told(f"write to the ledger {self.name}"), self._transaction(writes=True) as transaction:
            yield transaction

    def append(
        self, entries: Sequence[Entry], *, writer: str, packages: Sequence[SealedPackage] = (), repeat: bool = False
    ) -> Appended:
        """Record entries and keep sealed packages in one transaction.

        Unless ``repeat``, an entry that says what the last event of its kind of its machine said is left out.
        """
        with self.writing() as transaction:
            # before anything is read, so that two runs of one writer cannot both find the same entries missing
            transaction.lock(writer)
            wanted = [True] * len(entries) if repeat else self.new(transaction, entries)
            links = iter(transaction.append(writer, [entry for entry, new in zip(entries, wanted, strict=True) if new]))
            missing = transaction.missing(packages)
            transaction.keep(writer, missing)
            return Appended(tuple(next(links) if new else None for new in wanted), tuple(missing))

    @staticmethod
    def new(transaction: Transaction | None, entries: Sequence[Entry]) -> list[bool]:
        """For each entry whether it would be recorded; without a transaction, in an empty ledger."""
        if transaction is None:
            return repetition.new(entries, ())
        machines, kinds = {entry.machine for entry in entries}, {entry.kind for entry in entries}
        recorded = transaction.links(machines, kinds=kinds)
        return repetition.new(entries, (link.event for link in recorded))

    def read(
        self, machines: Iterable[str] | None = None, *, branch: str | None = None, writer: str | None = None
    ) -> list[Link]:
        with self.reading() as transaction:
            return list(transaction.links(machines, branch=branch, writer=writer))

    def states(self, machines: Iterable[str] | None = None, *, branch: str | None = None) -> dict[str, MachineState]:
        """By the machine's name in lower case; a machine without any event is not among them."""
        with self.reading() as transaction:
            return state.states(link.event for link in transaction.links(machines, branch=branch))
