# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One transaction with the ledger: what is read in it is one moment, what is written in it is written or not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import chain, events
from .chain import Head, Link
from .errors import LedgerEntryError
from .events import Entry, Event
from .libraries import sqlalchemy as sa
from .packages import SealedPackage
from .schema import tables

if TYPE_CHECKING:
    from .libraries import ColumnElement, Connection, Select

# SQLite takes at least 999 parameters in one statement.
_AT_ONCE = 500
_BUFFERED = 2_000


class Transaction:
    """Made by `Ledger.reading` and `Ledger.writing`, and of no use after their block."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self.name = name

    def heads(self) -> list[Head]:
        """Where all chains end, by the names of their writers; a chain that was never written to has none."""
        heads = tables().heads
        query = sa.select(heads.c.writer, heads.c.sequence, heads.c.hash).order_by(heads.c.writer)
        found = [Head(*row) for row in self._connection.execute(query)]
        return [head for head in found if head.sequence]

    def links(
        self,
        machines: Iterable[str] | None = None,
        *,
        branch: str | None = None,
        writer: str | None = None,
        kinds: Iterable[str] | None = None,
    ) -> Iterator[Link]:
        """Every event that fits all that is given; those of one writer and machine in the order of their numbers.

        With ``branch``: of the machines that ever had an event of this branch, all events.
        """
        own = tables().events
        query = sa.select(own).order_by(own.c.writer, own.c.sequence)
        if writer is not None:
            query = query.where(own.c.writer == writer)
        if kinds is not None:
            query = query.where(own.c.kind.in_(sorted(kinds)))
        if branch is not None:
            of_branch = sa.select(sa.func.lower(own.c.machine)).where(own.c.branch == branch, own.c.machine != "")
            query = query.where(sa.func.lower(own.c.machine).in_(of_branch))
        if machines is None:
            yield from self._links(query)
            return
        names = sorted({name.lower() for name in machines})
        for start in range(0, len(names), _AT_ONCE):
            yield from self._links(query.where(_is_one_of(own.c.machine, names[start : start + _AT_ONCE])))

    def _links(self, query: Select[Any]) -> Iterator[Link]:
        options = {"stream_results": True, "max_row_buffer": _BUFFERED}
        rows = self._connection.execute(query, execution_options=options)
        names = [name for name in rows.keys() if name not in ("details", "hash")]  # noqa: SIM118
        places = [*map(list(rows.keys()).index, [*names, "details", "hash"])]
        for row in rows:
            *values, details, hashed = [row[place] for place in places]
            fields: dict[str, Any] = dict(zip(names, values, strict=True))
            yield Link(Event(**fields, details=_details(details)), hashed)

    def package(self, machine: str, sha256: str = "") -> SealedPackage | None:
        """The sealed package that was kept last, of one fingerprint or of any."""
        own = tables().packages
        query = sa.select(own.c.machine, own.c.sha256, own.c.content, own.c.content_sha256)
        query = query.where(sa.func.lower(own.c.machine) == machine.lower())
        if sha256:
            query = query.where(own.c.sha256 == sha256)
        row = self._connection.execute(query.order_by(own.c.number.desc()).limit(1)).first()
        if row is None:
            return None
        # SQLite gives text where somebody put text
        package = SealedPackage(row.machine, row.sha256, row.content if isinstance(row.content, bytes) else b"")
        if package.content_sha256 != row.content_sha256:
            raise LedgerEntryError(
                f"read the sealed package of {machine} from the ledger {self.name}",
                "its bytes were changed after it was kept",
                "issue the package again, and find out who writes to the ledger",
            )
        return package

    def lock(self, *writers: str) -> dict[str, Head]:
        """The ends of these chains, which nobody else moves until this transaction ends.

        :raises LedgerEntryError: this is no name for a writer
        """
        for fault in filter(None, map(events.writer_fault, writers)):
            raise LedgerEntryError(f"write to the ledger {self.name}", fault, "correct the writer")
        heads = tables().heads
        ordered = sorted(set(writers))
        if self._connection.dialect.name == "postgresql":
            # a chain without a row could not be locked; always in one order, so that two of us cannot wait in a ring
            from_nothing = [{"writer": name, "sequence": 0, "hash": chain.BEFORE_THE_FIRST} for name in ordered]
            for row in from_nothing:
                insert = "INSERT INTO offline_join_heads VALUES (:writer, :sequence, :hash) ON CONFLICT DO NOTHING"
                self._connection.execute(sa.text(insert), row)
        query = sa.select(heads.c.writer, heads.c.sequence, heads.c.hash).where(heads.c.writer.in_(ordered))
        rows = self._connection.execute(query.order_by(heads.c.writer).with_for_update())
        return {name: Head(name) for name in ordered} | {row.writer: Head(*row) for row in rows}

    def append(self, writer: str, entries: Iterable[Entry]) -> list[Link]:
        """Put entries at the end of the writer's chain.

        :raises LedgerEntryError: naming the machine of an entry that must not be taken in
        """
        act = f"write to the ledger {self.name}"
        entries = list(entries)
        for entry in entries:
            if fault := events.fault(entry):
                raise LedgerEntryError(act, f"{entry.machine or writer}: {fault}", "nothing of this call was written")
        head = self.lock(writer)[writer]
        numbered = (
            Event(**events.to_fields(entry), writer=writer, sequence=head.sequence + number)
            for number, entry in enumerate(entries, 1)
        )
        links = list(chain.extend(head, numbered))
        self.adopt(links)
        return links

    def adopt(self, links: Sequence[Link]) -> None:
        """Put links of one chain, which follow its locked end, into the ledger as they are."""
        if not links:
            return
        for some in _chunks(links, _BUFFERED):
            self._connection.execute(tables().events.insert(), [_row(link) for link in some])
        last = links[-1]
        end = {"sequence": last.event.sequence, "hash": last.hash}
        heads = tables().heads
        moved = self._connection.execute(heads.update().where(heads.c.writer == last.event.writer).values(end))
        if not moved.rowcount:
            self._connection.execute(heads.insert().values(writer=last.event.writer, **end))

    def missing(self, packages: Iterable[SealedPackage]) -> list[SealedPackage]:
        """Those sealed packages that are not kept here yet.

        :raises LedgerEntryError: naming the machine of what is no sealed package
        """
        own = tables().packages
        found = []
        for package in packages:
            if package.fault:
                act = f"keep the sealed package of {package.machine} in the ledger {self.name}"
                raise LedgerEntryError(act, package.fault, "nothing of this call was written")
            same = [own.c[name] == getattr(package, name) for name in ("machine", "sha256", "content_sha256")]
            if self._connection.execute(sa.select(own.c.number).where(*same)).first() is None:
                found.append(package)
        return found

    def keep(self, writer: str, packages: Iterable[SealedPackage]) -> None:
        """Keep sealed packages; `missing` says which are not kept yet."""
        now = events.now()
        names = ("machine", "sha256", "content", "content_sha256")
        rows = [{name: getattr(one, name) for name in names} | {"writer": writer, "time": now} for one in packages]
        if rows:
            self._connection.execute(tables().packages.insert(), rows)


def _row(link: Link) -> dict[str, Any]:
    fields = events.to_fields(link.event)
    return {**fields, "details": events.details_text(link.event.details), "hash": link.hash}


def _details(text: Any) -> Any:
    """What was written, or, where somebody changed it to something else, just that: then its hash does not fit."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {"unreadable": str(text)}


def _is_one_of(column: ColumnElement[Any], names: list[str]) -> ColumnElement[bool]:
    return sa.func.lower(column).in_(names)


def _chunks(links: Sequence[Link], size: int) -> Iterator[Sequence[Link]]:
    for start in range(0, len(links), size):
        yield links[start : start + size]
