# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The label on a machine's box, and the packing list of a branch, as data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .machine import KNOWN, ReportError, entries_of, natural
from .plain import line, words

# What the code on a label of this size holds so that every telephone still reads it.
LONGEST_CODE = 100
CODES = ("inventory_tag", "name")
_LINES = ("inventory_tag", "branch", "type", "serial_number", "responsible")


@dataclass(frozen=True, slots=True)
class Label:
    """``code`` is the text of the QR code: what stands beside it, too."""

    name: str
    inventory_tag: str
    branch: str
    type: str
    serial_number: str
    responsible: str
    code: str


@dataclass(frozen=True, slots=True)
class Load:
    """What goes to one branch; its name is empty for machines that have none."""

    branch: str
    labels: tuple[Label, ...]

    def sheets(self, size: int) -> tuple[tuple[Label, ...], ...]:
        """The labels by sheets of ``size``."""
        return tuple(self.labels[start : start + size] for start in range(0, len(self.labels), size))


def read_labels(given: object, code: str) -> tuple[tuple[Load, ...], tuple[str, ...]]:
    """The labels by branch in natural order, and the keys that were left out because no label shows them.

    ``code`` is the field that the QR code tells; a machine without it has its name there.

    :raises ReportError: machines without name, two of one name, or more text than a code holds
    """
    labels: dict[str, Label] = {}
    left_out: set[str] = set()
    for number, entry in enumerate(entries_of(given), 1):
        one = _label(entry, number, code)
        if one.name.casefold() in labels:
            raise ReportError(f"{one.name}: is given twice; give each machine once")
        labels[one.name.casefold()] = one
        left_out |= {line(key) for key in entry if key not in KNOWN}
    return _loads(sorted(labels.values(), key=lambda one: natural(one.name))), tuple(sorted(left_out))


def _label(entry: Mapping[Any, Any], number: int, code: str) -> Label:
    name = line(entry.get("name") or "")
    if not name:
        raise ReportError(f"machine {number}: has no name; give it one")
    lines = {key: line(words(entry.get(key))) for key in _LINES}
    text = lines.get(code) or name
    if len(text) > LONGEST_CODE:
        raise ReportError(f"{name}: its code has {len(text)} characters; shorten the text to {LONGEST_CODE}")
    return Label(name=name, code=text, **lines)


def _loads(labels: Sequence[Label]) -> tuple[Load, ...]:
    members: defaultdict[str, list[Label]] = defaultdict(list)
    for one in labels:
        members[one.branch].append(one)
    return tuple(
        Load(name, tuple(members[name])) for name in sorted(members, key=lambda name: (not name, natural(name)))
    )
