# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the ledger has an entry already: a run that is repeated records nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .events import ENTRY_FIELDS, Entry, Event, details_text
from .timeline import by_machine

# Another person at another time may say the same.
_MAY_DIFFER = {"time", "who", "machine", "details"}
_TELLING = tuple(name for name in ENTRY_FIELDS if name not in _MAY_DIFFER)


def new(entries: Sequence[Entry], recorded: Iterable[Event]) -> list[bool]:
    """For each entry whether it says something else than the last event of its kind of its machine."""
    last = {(name, event.kind): _said(event) for name, own in by_machine(recorded).items() for event in own}
    verdicts = []
    for entry in entries:
        key, said = (entry.machine.lower(), entry.kind), _said(entry)
        verdicts.append(last.get(key) != said)
        last[key] = said
    return verdicts


def _said(entry: Entry) -> tuple[Any, ...]:
    return (*(getattr(entry, name) for name in _TELLING), details_text(entry.details))
