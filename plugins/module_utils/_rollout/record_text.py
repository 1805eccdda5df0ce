# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record as the text of its file: JSON with its format, just its fields, and each of its own type."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Set
from typing import Any, TypeVar, get_type_hints

from .times import with_offset

_FORMAT = 1
_T = TypeVar("_T")


def write(record: Any, *, optional: Set[str] = frozenset()) -> str:
    """``record`` is an instance of a dataclass; fields of ``optional`` stay away where they are None."""
    fields = dataclasses.asdict(record)
    told = {name: value for name, value in fields.items() if name not in optional or value is not None}
    return json.dumps({"format": _FORMAT, **told}, indent=2) + "\n"


def read(content: str | bytes, kind: str) -> dict[str, Any]:
    """Its fields, not looked at yet. ``kind`` is what to call it, such as "issue record".

    :raises ValueError: it is none of this format
    """
    try:
        fields = json.loads(content)
    except RecursionError:
        raise ValueError(f"no {kind}") from None
    if not isinstance(fields, dict) or fields.pop("format", None) != _FORMAT:
        raise ValueError(f"no {kind}")
    return fields


def checked(record: type[_T], fields: Any, kind: str, *, without: Set[str] = frozenset()) -> _T:
    """The record of these fields; those of ``without`` keep their defaults.

    :raises ValueError: a field is missing, foreign, or of another type
    """
    hints = {name: hint for name, hint in get_type_hints(record).items() if name not in without}
    if not isinstance(fields, dict) or fields.keys() != hints.keys():
        raise ValueError(f"{kind} with other fields")
    for name, hint in hints.items():
        # For Python a truth value is a number, too.
        if not isinstance(fields[name], hint) or (isinstance(fields[name], bool) and hint is not bool):
            raise ValueError(f"{kind} with an impossible {name}")
    return record(**fields)


def require_time(text: str, what: str, kind: str) -> None:
    """
    :raises ValueError: it is no ISO 8601 time with its offset
    """
    if with_offset(text) is None:
        raise ValueError(f"{kind} with an impossible {what}")
