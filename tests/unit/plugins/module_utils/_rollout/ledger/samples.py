# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events to try things on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.chain import Head, Link
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import (
    Entry,
    Event,
    to_fields,
)

ONE, TWO = "a1" * 32, "b2" * 32
# The beginning of a CMS envelope: a ContentInfo of the type envelopedData.
ENVELOPE = bytes.fromhex("308006092a864886f70d010703a080") + bytes(range(200))


def at(minute: int) -> str:
    return f"2026-11-21T{minute // 60:02}:{minute % 60:02}:00.000000+00:00"


def entry(kind: str, machine: str = "BER-PC-001", minute: int = 0, **fields: Any) -> Entry:
    return Entry(kind=kind, machine=machine, time=at(minute), **fields)


def event(entry: Entry, sequence: int, writer: str = "control") -> Event:
    return Event(**to_fields(entry), writer=writer, sequence=sequence)


def links(*entries: Entry, writer: str = "control") -> list[Link]:
    numbered = [event(one, number, writer) for number, one in enumerate(entries, 1)]
    return list(chain.extend(Head(writer), numbered))


def head(some: Sequence[Link]) -> Head:
    last = some[-1]
    return Head(last.event.writer, last.event.sequence, last.hash)
