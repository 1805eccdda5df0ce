# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One hash chain per writer: whatever is changed, moved, taken out or cut off afterwards is found.

The hash of an event is SHA-256 over the hash before it (32 bytes; zeros before the first) and the event's canonical
bytes, written as 64 hexadecimal digits. A chain proves its order and its completeness up to its head; whether the
head itself is the one that was, tell the heads that somebody noted, exported or signed elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from .events import Event, canonical

BEFORE_THE_FIRST = "0" * 64
HEADS_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Link:
    """An event with its hash, 64 hexadecimal digits."""

    event: Event
    hash: str


@dataclass(frozen=True, order=True)
class Head:
    """The last link of a writer's chain, or any that was its last once; sequence 0 is a chain without events."""

    writer: str
    sequence: int = 0
    hash: str = BEFORE_THE_FIRST


@dataclass(frozen=True)
class BrokenLink:
    """The first link of a writer's chain that does not hold, and what is wrong there."""

    writer: str
    sequence: int
    cause: str

    def __str__(self) -> str:
        return f"event {self.sequence} of {self.writer}: {self.cause}"


@dataclass(frozen=True)
class Verification:
    """``heads`` are those of the chains that hold; ``events`` counts what was looked at."""

    events: int
    heads: tuple[Head, ...]
    broken: tuple[BrokenLink, ...]

    @property
    def valid(self) -> bool:
        return not self.broken


def hash_after(previous: str, event: Event) -> str:
    """
    :raises ValueError, TypeError: the event or the hash before it cannot be hashed
    """
    return hashlib.sha256(bytes.fromhex(previous) + canonical(event)).hexdigest()


def extend(head: Head, events: Iterable[Event]) -> Iterator[Link]:
    """Links for events that are numbered on from the head already."""
    previous = head.hash
    for event in events:
        previous = hash_after(previous, event)
        yield Link(event, previous)


def verify(links: Iterable[Link], heads: Iterable[Head], noted: Iterable[Head] = ()) -> Verification:
    """Walk all chains. Links of one writer come in the order of their numbers, those of different writers in any.

    ``heads`` are where the ledger says that its chains end; ``noted`` are heads seen at some time before.
    """
    walks: dict[str, _Walk] = {}
    ends = {head.writer: head for head in heads}
    for head in noted:
        walks.setdefault(head.writer, _Walk(head.writer)).noted.append(head)
    events = 0
    for link in links:
        events += 1
        writer = link.event.writer
        if writer not in walks:
            walks[writer] = _Walk(writer)
        walks[writer].step(link)
    for writer in ends:
        walks.setdefault(writer, _Walk(writer))
    for writer, walk in walks.items():
        walk.finish(ends.get(writer))
    found = [walks[writer] for writer in sorted(walks)]
    return Verification(
        events,
        tuple(walk.head for walk in found if walk.broken is None),
        tuple(walk.broken for walk in found if walk.broken is not None),
    )


class _Walk:
    """Along one chain, up to its first broken link."""

    def __init__(self, writer: str) -> None:
        self.head = Head(writer)
        self.noted: list[Head] = []
        self.broken: BrokenLink | None = None
        self._sequence = 0
        self._hash = BEFORE_THE_FIRST

    def step(self, link: Link) -> None:
        if self.broken is not None:
            return
        expected = self._sequence + 1
        if link.event.sequence != expected:
            self._break(expected, f"it is gone; the next one there is has the number {link.event.sequence}")
            return
        try:
            holds = hash_after(self._hash, link.event) == link.hash
        except (TypeError, ValueError):
            holds = False
        if not holds:
            self._break(expected, "its fields do not belong to its hash; it or the one before it was changed")
            return
        self._sequence, self._hash = expected, link.hash
        if any(head.sequence == expected and head.hash != link.hash for head in self.noted):
            self._break(expected, "it is another one than the head that was noted; the chain was written anew")

    def finish(self, end: Head | None) -> None:
        self.head = Head(self.head.writer, self._sequence, self._hash)
        if self.broken is not None:
            return
        last = max((head.sequence for head in [*self.noted, *([end] if end else [])]), default=0)
        if last > self._sequence:
            self._break(self._sequence + 1, f"it is gone; the chain had {last} events")
        elif end is None and self._sequence:
            self._break(1, "the ledger does not know a chain of this writer")
        elif end is not None and end.sequence < self._sequence:
            self._break(end.sequence + 1, f"it stands behind the end of the chain, which has {end.sequence} events")
        elif end is not None and end.hash != self._hash:
            self._break(self._sequence, "it is another one than the chain's head")

    def _break(self, sequence: int, cause: str) -> None:
        self.broken = BrokenLink(self.head.writer, sequence, cause)


def heads_to_json(heads: Iterable[Head]) -> str:
    """Heads as a file to keep or to sign elsewhere: the same heads give the same bytes."""
    content = {"format": HEADS_FORMAT, "heads": [asdict(head) for head in sorted(heads)]}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def is_number(value: object) -> bool:
    """JSON knows true and false besides numbers, Python takes them for some."""
    return isinstance(value, int) and not isinstance(value, bool)
