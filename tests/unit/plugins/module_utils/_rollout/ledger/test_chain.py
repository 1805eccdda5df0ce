# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is done to a chain afterwards is found, and named by its first broken link."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import asdict
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain, events
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.chain import (
    BrokenLink,
    Head,
    Link,
    heads_to_json,
    verify,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    TWO,
    at,
    entry,
    head,
    links,
)
from hypothesis import given
from hypothesis import strategies as st

CHAIN = links(
    *(
        entry(kind, minute=number, sha256=ONE, who="issue", details={"n": number})
        for number, kind in enumerate(("planned", "issued", "sealed", "carried", "applied", "verified"))
    )
)
END = head(CHAIN)
OTHER = links(entry("issued", "HAM-PC-001"), entry("applied", "HAM-PC-001"), writer="laptop")
CHANGES: dict[str, Any] = {
    "kind": "revoked",
    "machine": "BER-PC-002",
    "time": at(500),
    "who": "somebody",
    "why": "because",
    "branch": "berlin",
    "inventory_tag": "INV-1",
    "serial_number": "5CG",
    "organizational_unit": "OU=X",
    "sha256": TWO,
    "details": {"n": 99},
}


def first_broken(found: list[Link], end: Head = END, noted: tuple[Head, ...] = ()) -> BrokenLink:
    verification = verify(found, [end], noted)
    assert not verification.valid
    assert verification.heads == ()
    [broken] = verification.broken
    return broken


def test_sound_chains() -> None:
    found = verify([*CHAIN, *OTHER], [END, head(OTHER)])
    assert found.valid
    assert found.events == 8
    assert found.heads == (END, head(OTHER))


def test_a_chain_is_what_its_description_says() -> None:
    """Recomputed without the code under test."""
    previous = bytes(32)
    for link in CHAIN:
        fields = dataclasses.asdict(link.event)
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert link.hash == previous.hex()


def test_every_field_has_a_change_to_try() -> None:
    assert {*CHANGES, "writer", "sequence"} == {*events.EVENT_FIELDS}


@pytest.mark.parametrize("place", range(len(CHAIN)))
@pytest.mark.parametrize("field", CHANGES)
def test_changed_field(field: str, place: int) -> None:
    changed = dataclasses.replace(CHAIN[place].event, **{field: CHANGES[field]})
    assert getattr(changed, field) != getattr(CHAIN[place].event, field)
    broken = first_broken([*CHAIN[:place], Link(changed, CHAIN[place].hash), *CHAIN[place + 1 :]])
    assert (broken.writer, broken.sequence) == ("control", place + 1)
    assert "do not belong to its hash" in broken.cause


@pytest.mark.parametrize("place", range(len(CHAIN)))
def test_changed_field_and_its_own_hash_recomputed(place: int) -> None:
    """Then the next one does not fit, or at the end the chain's head."""
    before = CHAIN[place - 1].hash if place else chain.BEFORE_THE_FIRST
    changed = dataclasses.replace(CHAIN[place].event, who="somebody")
    forged = Link(changed, chain.hash_after(before, changed))
    broken = first_broken([*CHAIN[:place], forged, *CHAIN[place + 1 :]])
    assert broken.sequence == min(place + 2, len(CHAIN))


@given(st.integers(0, len(CHAIN) - 1), st.integers(0, 255))
def test_changed_hash(place: int, bit: int) -> None:
    flipped = f"{int(CHAIN[place].hash, 16) ^ 1 << bit:064x}"
    broken = first_broken([*CHAIN[:place], Link(CHAIN[place].event, flipped), *CHAIN[place + 1 :]])
    assert broken.sequence == place + 1


@pytest.mark.parametrize("wrong", ["", "x", "zz" * 32, None, 7])
def test_hash_that_is_none(wrong: Any) -> None:
    assert first_broken([CHAIN[0], Link(CHAIN[1].event, wrong), *CHAIN[2:]]).sequence == 2


@pytest.mark.parametrize("place", range(len(CHAIN) - 1))
def test_removed_event(place: int) -> None:
    broken = first_broken([*CHAIN[:place], *CHAIN[place + 1 :]])
    assert broken.sequence == place + 1
    assert "it is gone" in broken.cause


@pytest.mark.parametrize("place", range(len(CHAIN) - 1))
def test_removed_event_and_those_behind_it_numbered_anew(place: int) -> None:
    closed = [
        Link(dataclasses.replace(link.event, sequence=link.event.sequence - 1), link.hash)
        for link in CHAIN[place + 1 :]
    ]
    assert first_broken([*CHAIN[:place], *closed]).sequence == place + 1


@pytest.mark.parametrize("kept", range(len(CHAIN)))
def test_cut_off(kept: int) -> None:
    broken = first_broken(CHAIN[:kept])
    assert broken.sequence == kept + 1
    assert broken.cause == "it is gone; the chain had 6 events"


@pytest.mark.parametrize("place", range(len(CHAIN) - 1))
def test_swapped_events(place: int) -> None:
    one, two = CHAIN[place], CHAIN[place + 1]
    swapped = [
        Link(dataclasses.replace(two.event, sequence=one.event.sequence), two.hash),
        Link(dataclasses.replace(one.event, sequence=two.event.sequence), one.hash),
    ]
    assert first_broken([*CHAIN[:place], *swapped, *CHAIN[place + 2 :]]).sequence == place + 1


def test_doubled_and_foreign_events() -> None:
    assert first_broken([*CHAIN[:3], CHAIN[2], *CHAIN[3:]]).sequence == 4
    moved = Link(dataclasses.replace(CHAIN[0].event, writer="laptop"), CHAIN[0].hash)
    assert first_broken([moved], head(OTHER)).writer == "laptop"


def test_events_behind_the_end_and_without_a_head() -> None:
    assert first_broken(CHAIN, head(CHAIN[:4])) == BrokenLink(
        "control", 5, "it stands behind the end of the chain, which has 4 events"
    )
    [broken] = verify(CHAIN, []).broken
    assert broken.sequence == 1
    assert "does not know a chain" in broken.cause
    assert first_broken(CHAIN, Head("control", 6, ONE)).sequence == 6


def test_what_only_noted_heads_find() -> None:
    """Somebody wrote the whole chain anew, or cut it, and moved the ledger's own head along."""
    anew = links(*(entry("planned", minute=number) for number in range(6)))
    assert verify(anew, [head(anew)]).valid
    noted = head(CHAIN[:3])
    broken = first_broken(anew, head(anew), (noted,))
    assert broken.sequence == 3
    assert "written anew" in broken.cause
    cut = CHAIN[:2]
    assert verify(cut, [head(cut)]).valid
    assert first_broken(cut, head(cut), (noted,)).sequence == 3
    assert first_broken([], Head("control"), (noted,)).sequence == 1
    assert verify(CHAIN, [END], [noted, END]).valid


def test_one_broken_chain_leaves_the_others() -> None:
    found = verify([*CHAIN[:2], *OTHER], [END, head(OTHER)])
    assert found.heads == (head(OTHER),)
    assert [str(broken) for broken in found.broken] == ["event 3 of control: it is gone; the chain had 6 events"]


def test_the_same_heads_are_the_same_text() -> None:
    heads = [head(OTHER), END]
    text = heads_to_json(heads)
    assert text == heads_to_json(reversed(heads))
    assert json.loads(text) == {"format": 1, "heads": [asdict(one) for one in sorted(heads)]}
