# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events to try things on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import armour
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.chain import Head, Link, Verification
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import (
    Entry,
    Event,
    to_fields,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger

ONE, TWO = "a1" * 32, "b2" * 32


def sealed_file(text: bytes = b"") -> bytes:
    """The file of a sealed package that nobody can open."""
    return armour.wrap(b"an envelope" + text)


SEALED = sealed_file()


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


def heads(ledger: Ledger) -> list[Head]:
    with ledger.reading() as transaction:
        return transaction.heads()


def verified(ledger: Ledger, noted: Iterable[Head] = ()) -> Verification:
    with ledger.reading() as transaction:
        return chain.verify(transaction.links(), transaction.heads(), noted)


def kept_package(ledger: Ledger, machine: str, sha256: str = "") -> SealedPackage | None:
    with ledger.reading() as transaction:
        return transaction.package(machine, sha256)
