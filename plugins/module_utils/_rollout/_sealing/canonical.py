# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON with one way to write each value, so that what was signed can be held against what is read, byte for byte."""

from __future__ import annotations

import json
from typing import Any

from .errors import SealError


def to_bytes(fields: dict[str, Any]) -> bytes:
    """Sorted keys, no white space, ASCII only."""
    return json.dumps(fields, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode("ascii")


def is_number(value: object, number: int) -> bool:
    """True and 1.0 equal 1 in Python, but are written in other ways."""
    return isinstance(value, int) and not isinstance(value, bool) and value == number


def from_bytes(content: bytes, what: str) -> dict[str, Any]:
    """
    :raises SealError: it is no object in canonical JSON; ``what`` begins the sentence
    """
    try:
        fields = json.loads(content)
        canonical = isinstance(fields, dict) and to_bytes(fields) == content
    except (ValueError, RecursionError):
        canonical = False
    if not canonical:
        raise SealError(f"{what} cannot be read: this is not canonical JSON; have the package sealed again")
    return dict(fields)
