# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A writer's whole chain as a file: how a site without the database hands over what it recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import chain
from .chain import Head, Link
from .events import EVENT_FIELDS, Event, fault, to_fields, writer_fault

FORMAT = 1
_FIELDS = {*EVENT_FIELDS, "hash"}


def chain_to_json(links: Iterable[Link]) -> str:
    """All links of one writer from the first on, one a line; the same chain gives the same bytes, to be signed."""
    lines = [json.dumps({**to_fields(link.event), "hash": link.hash}, sort_keys=True) for link in links]
    return f'{{"format": {FORMAT}, "links": [\n' + ",\n".join(lines) + "\n]}\n"


def chain_from_json(content: str | bytes) -> list[Link]:
    """A chain that is whole and holds; that its head is the right one is for a signature to say.

    :raises ValueError: saying what is wrong, in words for the one who hands it over
    """
    try:
        read = json.loads(content)
    except RecursionError:
        raise ValueError("it is no chain of a ledger") from None
    except ValueError:
        raise ValueError("it is no chain of a ledger, or only half of one") from None
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("links"), list):
        raise ValueError("it is no chain of a ledger in a format that is known here")
    links = [_link(number, fields) for number, fields in enumerate(read["links"], 1)]
    if not links:
        raise ValueError("it holds no events")
    last = links[-1]
    broken = chain.verify(links, [Head(last.event.writer, last.event.sequence, last.hash)]).broken
    if broken:
        raise ValueError(f"its chain is broken: {broken[0]}")
    return links


def _link(number: int, fields: Any) -> Link:
    if not isinstance(fields, dict) or fields.keys() != _FIELDS:
        raise ValueError(f"event {number} has other fields than those of an event")
    hashed = fields["hash"]
    event = Event(**{name: fields[name] for name in EVENT_FIELDS})
    if not isinstance(hashed, str) or not chain.is_number(event.sequence) or not isinstance(event.writer, str):
        raise ValueError(f"event {number} has impossible fields")
    if wrong := writer_fault(event.writer) or fault(event):
        raise ValueError(f"event {number}: {wrong}")
    return Link(event, hashed)
