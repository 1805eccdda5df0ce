# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger knows, for people outside of the team: JSON with everything, CSV that is safe to open in a
spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from .chain import Link, Verification
from .events import EVENT_FIELDS, Kind, details_text, to_fields
from .state import MachineState

FORMAT = 1
# What spreadsheets take for a formula at the beginning of a cell; a locale may also split cells at ; or tabs, and
# blanks before it do not count. The wide forms are what East Asian input methods write.
_FORMULA = re.compile(r"(^|[;,|\t\r\n\"'])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_MACHINE_COLUMNS = (
    *("machine", "state", "branch", "inventory_tag", "serial_number", "organizational_unit", "sha256"),
    *("used_twice", "problems"),
)
_TIMES = tuple(kind.value for kind in Kind if kind is not Kind.IMPORTED)


def guarded(value: object) -> str:
    """A cell that no spreadsheet takes for a formula; control characters and marks that turn the writing are gone."""
    return _FORMULA.sub(r"\1\2'", _NO_TEXT.sub("", str(value)))


def events_to_csv(links: Iterable[Link]) -> str:
    columns = [*EVENT_FIELDS, "hash"]
    rows = ({**to_fields(link.event), "hash": link.hash} for link in links)
    return _table(columns, ([_cell(row[column]) for column in columns] for row in rows))


def machines_to_csv(states: Iterable[MachineState]) -> str:
    """A row for each machine; the times of what happened to it stand in columns named after the kinds of events."""
    rows = (
        [*(_cell(getattr(one, column)) for column in _MACHINE_COLUMNS), *(one.times.get(kind, "") for kind in _TIMES)]
        for one in states
    )
    return _table([*_MACHINE_COLUMNS, *_TIMES], rows)


def to_json(states: Iterable[MachineState], links: Iterable[Link], verification: Verification) -> str:
    """States, events and what the chains proved when they were read, as one document."""
    content = {
        "format": FORMAT,
        "machines": [asdict(one) for one in states],
        "events": [{**to_fields(link.event), "hash": link.hash} for link in links],
        "chains": {
            "valid": verification.valid,
            "heads": [asdict(head) for head in verification.heads],
            "broken": [asdict(link) for link in verification.broken],
        },
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return details_text(value) if value else ""
    if isinstance(value, tuple):
        return " / ".join(value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
