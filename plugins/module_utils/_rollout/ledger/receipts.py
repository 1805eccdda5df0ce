# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Receipts of a field kit: what it did at the site, as a chain of the ledger's events, one line for each.

A line is an event's canonical JSON with its hash (``chain``). So a receipt is taken in as any other writer's chain, and
what was changed, moved or taken out afterwards is found in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import exchange
from .chain import Link
from .events import Kind

_WRITER = "field-kit-"
# Nobody who writes on a stick shall be able to say more than what a kit does.
_KINDS = {Kind.DELIVERED, Kind.APPLIED}


@dataclass(frozen=True)
class Receipts:
    """``cut_off``: the last line was not written to its end; it is left out, as if it had never been begun."""

    links: tuple[Link, ...]
    cut_off: bool


def read(content: bytes) -> Receipts:
    """The chain in one file; it may be empty.

    :raises ValueError: saying what is wrong, in words for the one who hands them over
    """
    *lines, rest = content.split(b"\n")
    if not lines:
        return Receipts((), cut_off=bool(rest))
    chain = b'{"format": %d, "links": [%s]}' % (exchange.FORMAT, b",".join(lines))
    links = exchange.chain_from_json(chain)
    for link in links:
        event = link.event
        if event.kind not in _KINDS or not event.sha256 or not event.writer.startswith(_WRITER):
            raise ValueError(f"event {event.sequence} is no receipt of a field kit")
    return Receipts(tuple(links), cut_off=bool(rest))
