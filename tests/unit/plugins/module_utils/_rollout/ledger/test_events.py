# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The canonical form, which every hash rests on, and what is no event."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import events
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Event, Kind
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    at,
    entry,
    event,
)


def test_canonical_form_never_changes() -> None:
    """Written by hand from the description, so that another program can check a ledger."""
    one = event(entry("issued", minute=61, who="Zoë", sha256=ONE, details={"b": [1, None], "a": True}), 7)
    expected = (
        '{"branch":"","details":{"a":true,"b":[1,null]},"inventory_tag":"","kind":"issued","machine":"BER-PC-001",'
        '"organizational_unit":"","sequence":7,"serial_number":"","sha256":"' + ONE + '",'
        '"time":"2026-11-21T01:01:00.000000+00:00","who":"Zo\\u00eb","why":"","writer":"control"}'
    )
    assert events.canonical(one) == expected.encode()


def test_kind_is_hashed_as_its_word() -> None:
    as_word, as_kind = event(entry("issued"), 1), event(entry(Kind.ISSUED), 1)
    assert events.canonical(as_word) == events.canonical(as_kind)


def test_every_field_is_hashed() -> None:
    fields = json.loads(events.canonical(event(entry("issued"), 1)))
    assert {*fields} == {field.name for field in dataclasses.fields(Event)}


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-11-21T04:23:31Z", "2026-11-21T04:23:31.000000+00:00"),
        ("2026-11-21T04:23:31.5+03:00", "2026-11-21T01:23:31.500000+00:00"),
        ("20261121T042331+0000", "2026-11-21T04:23:31.000000+00:00"),
    ],
)
def test_times_become_utc(given: str, meant: str) -> None:
    assert events.utc(given) == meant
    assert events.fault(dataclasses.replace(entry("issued"), time=meant)) is None


@pytest.mark.parametrize("text", ["", "soon", "2026-11-21", "2026-11-21T04:23:31", "0001-01-01T00:00:00+14:00"])
def test_times_without_an_offset_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        events.utc(text)


def test_now_is_a_time_of_an_event() -> None:
    assert events.fault(dataclasses.replace(entry("issued"), time=events.now())) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"machine": ""}, "the name is empty"),
        ({"machine": "PC 1"}, "the name holds"),
        ({"machine": "A" * 16}, "16 characters"),
        ({"kind": "sold"}, "there is no kind 'sold'"),
        ({"kind": "imported"}, "names no machine"),
        ({"time": "2026-11-21T04:23:31Z"}, "no time in UTC"),
        ({"time": "2026-13-21T04:23:31.000000+00:00"}, "no time in UTC"),
        ({"sha256": "A1" * 32}, "sha256 has 64 digits"),
        ({"sha256": "a1" * 31}, "sha256 has 64 digits"),
        ({"why": "a\x00b"}, "why is no text"),
        ({"why": "a\x1bb"}, "why is no text"),
        ({"who": "\ud800"}, "who is no text"),
        ({"who": 7}, "who is no text"),
        ({"branch": "x" * 1025}, "branch is no text of at most 1024"),
        ({"details": {"n": float("nan")}}, "details hold something"),
        ({"details": {1: 2}}, "details hold something"),
        ({"details": {"x": b""}}, "details hold something"),
        ({"details": []}, "details hold something"),
        ({"details": {"x": "y" * 70_000}}, "details are larger"),
    ],
    ids=str,
)
def test_faults(change: dict[str, Any], words: str) -> None:
    good = entry("issued", sha256=ONE, why="new\npc", details={"n": 1.5, "list": ["ä"]})
    assert events.fault(good) is None
    assert words in (events.fault(dataclasses.replace(good, **change)) or "")


@pytest.mark.parametrize("writer", ["", "x" * 129, "a\nb", "\ud800", "a\x00"])
def test_impossible_writers(writer: str) -> None:
    assert events.writer_fault(writer)
    assert events.writer_fault("rollout@control") is None


def test_times_sort_as_text() -> None:
    assert sorted([at(61), at(2), at(600)]) == [at(2), at(61), at(600)]
