# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts of field kits into the ledger, and what they tell of each machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._rollout import status_codes
from .._rollout.ledger import importing, receipts, state
from .._rollout.ledger.errors import LedgerEntryError, LedgerError
from .._rollout.ledger.events import Event, Kind
from .._rollout.ledger.receipts import Receipts
from .._rollout.ledger.state import MachineState, State
from .._rollout.ledger.store import Ledger
from .._storage import secret_file

_PATTERN = "*.jsonl"
_LARGEST = 64 * 1024 * 1024  # bytes of one file
_REMEDY = "put the file aside, find out who had the stick, and run again"


class ReceiptError(LedgerError):
    """A file of receipts that cannot be taken in."""


@dataclass(frozen=True)
class Answer:
    """``receipts`` counts those of the files; ``new`` is how many of them the ledger had not."""

    name: str
    receipts: Sequence[Event]
    new: int
    found: MachineState | None

    @property
    def changed(self) -> bool:
        return self.new > 0

    @property
    def applied(self) -> bool:
        return any(event.kind == Kind.APPLIED for event in self.receipts)

    @property
    def error(self) -> str | None:
        if self.found is None or not self.found.problems:
            return None
        return f"{self.name}: {'; '.join(self.found.problems)}; find out what happened there, then revoke the package"

    @property
    def headline(self) -> str:
        """One sentence for the report."""
        if self.applied:
            last = [event for event in self.receipts if event.kind == Kind.APPLIED][-1]
            return f"applied at {last.time} by {last.who or 'an engineer without a name'}"
        if not self.receipts:
            return "no receipt of it"
        status = self.receipts[-1].details.get("status")
        if isinstance(status, int):
            return f"Windows refused the package: {status_codes.explain(status).sentence}"
        return "the package was handed to Windows, and no answer was noted; look at the machine"

    def to_result(self) -> dict[str, Any]:
        result = {
            "changed": self.changed,
            "receipts": len(self.receipts),
            "new": self.new,
            "applied": self.applied,
            "experimental": any(bool(event.details.get("experimental")) for event in self.receipts),
            "state": str(self.found.state if self.found else State.NOT_ISSUED),
            "headline": self.headline,
        }
        return result if self.error is None else {**result, "error": self.error}

    def before_and_after(self) -> tuple[str, str]:
        return "", f"{self.headline}\n"


def read(places: Iterable[Path]) -> dict[Path, Receipts]:
    """The receipts in files, and in directories with all below.

    :raises ReceiptError: one was changed or is something else; nothing of any is to be believed then
    """
    files = [file for place in places for file in (sorted(place.rglob(_PATTERN)) if place.is_dir() else [place])]
    found = {file: _read(file) for file in files}
    known: dict[tuple[str, int], str] = {}
    for file, one in found.items():
        for link in one.links:
            writer, number = link.event.writer, link.event.sequence
            if known.setdefault((writer, number), link.hash) != link.hash:
                cause = f"receipt {number} of {writer} is another one in a second file"
                raise ReceiptError(str(file), cause, _REMEDY)
    return found


def take_in(
    ledger: Ledger | None,
    files: Mapping[Path, Receipts],
    names: Sequence[str],
    *,
    writer: str,
    who: str,
    why: str,
    check_mode: bool,
) -> list[Answer]:
    """One answer for each name, or for each machine of the files where none is given.

    ``ledger`` is None only in check mode, where there is none yet.

    :raises LedgerError: it cannot be read or written to
    :raises ReceiptError: the ledger has other receipts of a kit than a file
    """
    told = _events(files)
    wanted = list(names) or sorted({event.machine for event in told})
    recorded = [] if ledger is None else [link.event for link in ledger.read(wanted)]
    known = {(event.writer, event.sequence) for event in recorded}
    new = [event for event in told if (event.writer, event.sequence) not in known]
    for file, found in files.items():
        if found.links:
            _take_in(ledger, file, found, writer=writer, who=who, why=why, check_mode=check_mode)
    # What a run would leave: conflicts are derived, so that what the files say together counts.
    written = None if check_mode else ledger
    states = written.states(wanted) if written else state.states([*recorded, *new])
    return [_answer(name, told, new, states) for name in wanted]


def _take_in(
    ledger: Ledger | None, file: Path, found: Receipts, *, writer: str, who: str, why: str, check_mode: bool
) -> None:
    try:
        if ledger is None or check_mode:
            importing.predict(ledger, found.links, writer=writer)
        else:
            importing.take_in(ledger, found.links, writer=writer, who=who, why=why)
    except LedgerEntryError as error:
        raise ReceiptError(f"{file}: {error.act}", error.cause, error.remedy) from None


def _answer(name: str, told: Iterable[Event], new: Iterable[Event], states: Mapping[str, MachineState]) -> Answer:
    own = [event for event in told if event.machine.lower() == name.lower()]
    return Answer(name, own, sum(event.machine.lower() == name.lower() for event in new), states.get(name.lower()))


def _read(file: Path) -> Receipts:
    try:
        return receipts.read(secret_file.read(file, _LARGEST))
    except OSError as error:
        raise ReceiptError(f"read {file}", str(error.strerror), "correct src, or the rights on it") from None
    except ValueError as error:
        raise ReceiptError(str(file), str(error), _REMEDY) from None


def _events(files: Mapping[Path, Receipts]) -> list[Event]:
    """Each once, although a stick may have been copied twice; by chain and number."""
    events = {(link.event.writer, link.event.sequence): link.event for one in files.values() for link in one.links}
    return [events[place] for place in sorted(events)]
