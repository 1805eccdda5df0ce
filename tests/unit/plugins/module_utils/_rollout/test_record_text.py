# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record's text: what is read from it, and in which words it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import record_text


@dataclass(frozen=True)
class Note:
    who: str
    times: int | None = None
    final: bool = False


TEXT = '{\n  "format": 1,\n  "who": "anna",\n  "times": 2,\n  "final": true\n}\n'
FIELDS: dict[str, Any] = {"who": "anna", "times": 2, "final": True}


def test_there_and_back() -> None:
    assert record_text.write(Note("anna", 2, final=True)) == TEXT
    assert record_text.read(TEXT, "note") == record_text.read(TEXT.encode(), "note") == FIELDS
    assert record_text.checked(Note, FIELDS, "note") == Note("anna", 2, final=True)
    assert record_text.read(record_text.write(Note("anna"), optional={"times"}), "note") == {
        "who": "anna",
        "final": False,
    }


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 2}', '{"format": "1"}', "[" * 200_000])
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no note$"):
        record_text.read(text, "note")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([], "note with other fields"),
        ({"who": "anna"}, "note with other fields"),
        ({**FIELDS, "more": 1}, "note with other fields"),
        ({**FIELDS, "who": None}, "note with an impossible who"),
        ({**FIELDS, "times": True}, "note with an impossible times"),
        ({**FIELDS, "final": 1}, "note with an impossible final"),
    ],
)
def test_fields_that_are_not_its_own(fields: Any, words: str) -> None:
    with pytest.raises(ValueError, match=rf"^{words}$"):
        record_text.checked(Note, fields, "note")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-21", "2026-11-21T03:23:26"])
def test_no_time_with_its_offset(text: str) -> None:
    record_text.require_time("2026-11-21T03:23:26+01:00", "end", "note")
    with pytest.raises(ValueError, match=r"^note with an impossible end$"):
        record_text.require_time(text, "end", "note")


def test_a_field_that_is_read_elsewhere_keeps_its_default() -> None:
    assert record_text.checked(Note, {"who": "anna", "final": True}, "note", without={"times"}) == Note(
        "anna", final=True
    )
