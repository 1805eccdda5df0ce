# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of unknown origin as text that everybody can see: nothing in it hides, turns the writing or ends a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_LONGEST = 4000
# Control characters, zero widths, marks that turn the writing (UAX #9), separators of lines, lone surrogates,
# noncharacters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\uffff\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile(r"\r\n?")


def visible(value: object) -> str:
    """The text of a value: what cannot be seen is written as its code, such as ``<U+202E>`` in angle brackets.

    Line feeds and tabs stay. A text of more than 4,000 characters ends with an ellipsis.
    """
    # Nothing that str calls printable is unseen; most texts are, and ten thousand machines have many.
    if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable():
        return value.strip()
    text = _LINE_ENDS.sub("\n", str(value)).strip()
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "\u2026"
    return _UNSEEN.sub(lambda found: f"\u27e8U+{ord(found[0]):04X}\u27e9", text)


def line(value: object) -> str:
    """The same in one line."""
    return " ".join(visible(value).split())


def words(value: object) -> str:
    """Any plain data as text: a mapping as ``key: value`` and a list as its items, each in a line of its own."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        said = [(line(key), words(inner)) for key, inner in value.items()]
        return "\n".join(f"{key}: {' / '.join(text.splitlines())}" for key, text in said if text)
    if isinstance(value, list | tuple | set | frozenset):
        return "\n".join(text for text in map(words, value) if text)
    return visible(value)


def moment(value: object) -> datetime | None:
    """A time in UTC, from ISO 8601; a time without a zone is UTC. None where it is none."""
    try:
        found = datetime.fromisoformat(str(value).strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock(value: Any) -> str:
    """A time as ``2026-11-20 12:00`` in UTC; what is no time stays as it is."""
    found = moment(value)
    return found.strftime("%Y-%m-%d %H:%M") if found else line("" if value is None else value)
