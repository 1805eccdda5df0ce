# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issue record there and back, and what is none."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from hypothesis import given
from hypothesis import strategies as st

RECORD = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Zürich,DC=corp,DC=example",
    sid="S-1-5-21-1-2-3-1103",
    object_guid="0a0b0c0d-0e0f-1011-1213-141516171819",
    password_last_set=134080000000000001,
    key_version=1,
    evidence={"dc1.corp.example": Traces(password_last_set=134080000000000001)},
    package_sha256="8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a",
    issued="2026-11-21T03:23:26+00:00",
)
FIELDS = json.loads(RECORD.to_json())


def test_there_and_back() -> None:
    assert IssueRecord.from_json(RECORD.to_json()) == RECORD
    assert IssueRecord.from_json(RECORD.to_json().encode()) == RECORD


TIMES = st.datetimes(timezones=st.timezones()).map(datetime.isoformat)


@given(
    st.builds(
        IssueRecord,
        issued=TIMES,
        expires=st.none() | TIMES,
        evidence=st.dictionaries(st.text(), st.builds(Traces)),
    )
)
def test_any_record_there_and_back(record: IssueRecord) -> None:
    assert IssueRecord.from_json(record.to_json()) == record


def test_it_is_a_text_file_that_says_its_format() -> None:
    assert FIELDS["format"] == 1
    assert FIELDS["machine"] == "BER-PC-001"
    assert RECORD.to_json().endswith("}\n")
    # FILETIMEs need more than the 53 bits of a floating point number.
    assert "134080000000000001" in RECORD.to_json()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        b"\xff\xfe",
        "null",
        "[]",
        '"text"',
        "1",
        "{}",
        json.dumps({**FIELDS, "format": 2}),
        json.dumps({**FIELDS, "format": "1"}),
        json.dumps({key: value for key, value in FIELDS.items() if key != "format"}),
        json.dumps({key: value for key, value in FIELDS.items() if key != "sid"}),
        json.dumps({**FIELDS, "password": "x"}),
        "[" * 200_000,
    ],
    ids=[
        "empty",
        "half",
        "UTF-16",
        "null",
        "list",
        "text",
        "number",
        "no fields",
        "later format",
        "format as text",
        "no format",
        "a field less",
        "a field more",
        "deep",
    ],
)
def test_what_is_no_record(content: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        IssueRecord.from_json(content)


def test_a_login_that_is_not_known_stays_away() -> None:
    """Else every package would be recorded once more."""
    assert "login" not in FIELDS
    assert json.loads(dataclasses.replace(RECORD, login="issue").to_json())["login"] == "issue"


def test_baseline_of_a_controller_that_nobody_asked_is_that_of_a_new_account() -> None:
    assert RECORD.baseline("dc1.corp.example").password_last_set == RECORD.password_last_set
    assert RECORD.baseline("dc2.corp.example") == Traces()


@pytest.mark.parametrize(
    "change",
    [
        {"machine": None},
        {"login": 7},
        {"issued": "yesterday"},
        {"issued": "2026-11-21T03:23:26"},
        {"expires": "2026-11-21"},
        {"password_last_set": "soon"},
        {"key_version": True},
        {"evidence": []},
        {"evidence": {"dc1": None}},
        {"evidence": {"dc1": {"last_logon": 0}}},
        {"evidence": {"dc1": {**FIELDS["evidence"]["dc1.corp.example"], "logon_count": None}}},
        {"evidence": {"dc1": {**FIELDS["evidence"]["dc1.corp.example"], "logon_count": False}}},
    ],
    ids=str,
)
def test_fields_of_another_kind_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="record"):
        IssueRecord.from_json(json.dumps({**FIELDS, **change}))
