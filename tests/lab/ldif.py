# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the LDIF that ``ldbsearch`` prints (RFC 2849)."""

from __future__ import annotations

import base64
from collections.abc import Iterator


def read_ldif(text: str) -> list[dict[str, list[str | bytes]]]:
    """Every entry as attribute name to values, ``dn`` included; referrals are left out.

    A value is str where LDIF shows it as text, and bytes where LDIF has it in base64 (``name:: value``);
    only a DN is always str.
    """
    entries: list[dict[str, list[str | bytes]]] = []
    entry: dict[str, list[str | bytes]] = {}
    for line in [*_unfolded(text), ""]:
        if not line:
            if "dn" in entry:
                entries.append(entry)
            entry = {}
        elif not line.startswith("#"):
            name, _colon, rest = line.partition(":")
            value: str | bytes = rest.removeprefix(" ")
            if rest.startswith(":"):
                value = base64.b64decode(rest[1:])
            if name == "dn" and isinstance(value, bytes):
                value = value.decode()
            entry.setdefault(name, []).append(value)
    return entries


def _unfolded(text: str) -> Iterator[str]:
    """The lines with their continuations (a leading space) joined."""
    pending: str | None = None
    for line in text.splitlines():
        if line.startswith(" ") and pending is not None:
            pending += line[1:]
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending
