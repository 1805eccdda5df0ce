# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims there and back, what is none, and which machine may be offered a package, and when."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import canonical
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims, Machine, check
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import CLAIMS, NOW
from hypothesis import given
from hypothesis import strategies as st


def written(claims: Claims) -> bytes:
    """As they stand in a sealed package."""
    return canonical.to_bytes(claims.to_fields())


def read(content: bytes) -> Claims:
    return Claims.from_fields(canonical.from_bytes(content, "the claims"))


FIELDS = json.loads(written(CLAIMS))
MACHINE = Machine("BER-PC-001", "corp.example", "PF3XK0Q1")


def words(longest: int) -> st.SearchStrategy[str]:
    text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=longest)
    return text.filter(lambda value: value.isprintable() and value == value.strip())


HEXADECIMAL = st.text("0123456789abcdef", min_size=64, max_size=64)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=0)
)
ANY_CLAIMS = st.builds(
    lambda times, **others: Claims(issued=min(times), expires=max(times), **others),
    times=st.lists(TIMES, min_size=2, max_size=2, unique=True),
    machine=st.from_regex(r"[A-Z]{3}-PC-[0-9]{1,4}", fullmatch=True),
    domain=words(255),
    serial_number=st.none() | words(128),
    ledger_id=st.none() | words(128),
    package_sha256=HEXADECIMAL,
    object_guid=st.none() | st.uuids().filter(lambda one: one.int > 0).map(str),
    sid=st.lists(st.integers(0, 2**32 - 1), min_size=4, max_size=4).map(
        lambda parts: "S-1-5-21-" + "-".join(map(str, parts))
    ),
    password_last_set=st.none() | st.integers(2, 2**63 - 1),
    key_version=st.none() | st.integers(1, 2**32 - 1),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def changed(**fields: Any) -> Claims:
    return dataclasses.replace(CLAIMS, **fields)


class TestBytes:
    @given(ANY_CLAIMS)
    def test_there_and_back(self, claims: Claims) -> None:
        assert read(written(claims)) == claims

    def test_they_can_be_read_by_people_and_by_windows(self) -> None:
        assert FIELDS["issued"] == "2026-11-21T11:00:00Z"
        assert FIELDS["format"] == 1
        assert written(CLAIMS).isascii()
        # FILETIMEs need more than the 53 bits of a floating point number.
        assert b'"password_last_set":134080000000000001' in written(CLAIMS)

    def test_one_way_to_write_them(self) -> None:
        spaced = json.dumps(FIELDS).encode()
        unsorted = json.dumps(dict(reversed(FIELDS.items())), separators=(",", ":")).encode()
        twice = written(CLAIMS).replace(b"{", b'{"machine":"OTHER",', 1)
        for content in (spaced, unsorted, twice, written(CLAIMS) + b"\n"):
            with pytest.raises(SealError, match="canonical JSON"):
                read(content)

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"null", b"[]", b"NaN", b"[" * 100_000])
    def test_no_claims(self, content: bytes) -> None:
        with pytest.raises(SealError, match="the claims cannot be read"):
            read(content)

    @pytest.mark.parametrize("field", FIELDS)
    def test_a_missing_field_is_named(self, field: str) -> None:
        with pytest.raises(SealError, match=f"the claims (lack the field|have a) {field}"):
            Claims.from_fields({name: value for name, value in FIELDS.items() if name != field})

    def test_an_unknown_field_is_named(self) -> None:
        with pytest.raises(SealError, match="'owner', which is not known; update"):
            Claims.from_fields({**FIELDS, "owner": "x"})

    def test_of_several_the_first_is_named(self) -> None:
        with pytest.raises(SealError, match="lack the field domain"):
            Claims.from_fields({"format": 1})
        with pytest.raises(SealError, match="'owner0'"):
            Claims.from_fields({**FIELDS, **{f"owner{number}": "x" for number in range(9, -1, -1)}})

    def test_of_the_name_of_an_unknown_field_40_characters_are_shown(self) -> None:
        with pytest.raises(SealError, match=f"the field '{'x' * 40}', which"):
            Claims.from_fields({**FIELDS, "x" * 41: "x"})

    @pytest.mark.parametrize("version", [2, 0, True, 1.0, "1", None])
    def test_another_format(self, version: object) -> None:
        with pytest.raises(SealError, match="have a format other than 1"):
            Claims.from_fields({**FIELDS, "format": version})

    @given(st.sampled_from(sorted(FIELDS)), JSON.filter(lambda value: value != 1))
    def test_any_value_is_taken_or_its_field_is_named(self, field: str, value: Any) -> None:
        try:
            said = str(Claims.from_fields({**FIELDS, field: value}).to_fields()[field])
            expected = str(value)
        except SealError as error:
            said, expected = str(error), field
        assert expected in said

    def test_what_stood_for_unknown_up_to_0_5_0(self) -> None:
        """Of a package that a Windows host made: an object GUID may be known where the rest is not."""
        old = {"object_guid": "00000000-0000-0000-0000-000000000000", "password_last_set": 1, "key_version": 1}
        unknown = dict.fromkeys(old)
        assert Claims.from_fields({**FIELDS, **old}) == changed(**unknown) == Claims.from_fields({**FIELDS, **unknown})
        known = Claims.from_fields({**FIELDS, **old, "object_guid": CLAIMS.object_guid})
        assert known == changed(password_last_set=None, key_version=None)
        assert Claims.from_fields({**FIELDS, "key_version": 1}).key_version == 1, "a new account's is no other"

    @given(JSON)
    def test_anything_else_is_refused_with_a_sentence(self, value: Any) -> None:
        with pytest.raises(SealError):
            Claims.from_fields(value)


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("machine", "BER PC"),
            ("machine", None),
            ("domain", ""),
            ("domain", None),
            ("domain", "corp\nexample"),
            ("serial_number", ""),
            ("serial_number", " PF3XK0Q1"),
            ("domain", "x" * 256),
            ("serial_number", "x" * 129),
            ("ledger_id", "x" * 129),
            ("issued", "2026-11-21T11:00:00Z"),
            ("issued", datetime(2026, 11, 21)),
            ("issued", datetime(2026, 11, 21, tzinfo=timezone(timedelta(hours=1)))),
            ("expires", CLAIMS.expires + timedelta(microseconds=1)),
            ("expires", CLAIMS.issued),
            ("package_sha256", "A" * 64),
            ("object_guid", "{0a0b0c0d-0e0f-1011-1213-141516171819}"),
            ("sid", "S-1-5"),
            ("password_last_set", 0),
            ("password_last_set", True),
            ("password_last_set", 2**63),
            ("key_version", 2**32),
        ],
    )
    def test_an_impossible_one_is_named(self, field: str, value: object) -> None:
        with pytest.raises(SealError, match=f"impossible {field}: "):
            changed(**{field: value})

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("domain", "x" * 255),
            ("serial_number", "x" * 128),
            ("ledger_id", "x" * 128),
            ("password_last_set", 2**63 - 1),
            ("key_version", 2**32 - 1),
        ],
    )
    def test_the_longest_and_the_largest(self, field: str, value: object) -> None:
        assert getattr(changed(**{field: value}), field) == value

    @pytest.mark.parametrize("field", ["object_guid", "sid"])
    def test_the_example_in_a_refusal_is_one(self, field: str) -> None:
        with pytest.raises(SealError, match="it is nothing such as") as raised:
            changed(**{field: "x"})
        example = str(raised.value).rpartition(" ")[2]
        assert getattr(changed(**{field: example}), field) == example

    @pytest.mark.parametrize("text", ["2026-11-21 11:00:00Z", "2026-11-21T11:00:00+00:00", "2026-02-30T11:00:00Z", 1])
    def test_another_form_of_time(self, text: object) -> None:
        with pytest.raises(SealError, match="impossible issued: it is no time such as 2026-"):
            Claims.from_fields({**FIELDS, "issued": text})


class TestCheck:
    def test_its_own_machine(self) -> None:
        assert check(CLAIMS, MACHINE, NOW) is None
        assert check(CLAIMS, Machine("ber-pc-001", "CORP.example", " pf3xk0q1 "), NOW) is None

    def test_what_nobody_knows_refuses_nothing(self) -> None:
        assert check(CLAIMS, Machine("BER-PC-001"), NOW) is None
        assert check(CLAIMS, Machine("BER-PC-001", serial_number=""), NOW) is None
        assert check(changed(serial_number=None), MACHINE, NOW) is None

    def test_another_machine(self) -> None:
        refusal = check(CLAIMS, Machine("BER-PC-002", "corp.example", "PF3XK0Q1"), NOW)
        assert refusal == (
            "the sealed package is for the machine BER-PC-001, not for BER-PC-002; "
            "fetch the one that was issued for BER-PC-002"
        )

    def test_another_domain(self) -> None:
        refusal = check(CLAIMS, Machine("BER-PC-001", "other.example"), NOW)
        assert refusal == (
            "the sealed package of BER-PC-001 joins the domain corp.example, not other.example; "
            "issue a package in other.example"
        )

    def test_another_serial_number(self) -> None:
        refusal = check(CLAIMS, Machine("BER-PC-001", "corp.example", "PF9ZZZZ9"), NOW)
        assert refusal == (
            "the sealed package of BER-PC-001 is for the serial number PF3XK0Q1, but the machine has PF9ZZZZ9; "
            "look which device this is, or issue a package for it"
        )

    def test_expired(self) -> None:
        last = CLAIMS.expires - timedelta(seconds=1)
        assert check(CLAIMS, MACHINE, last) is None
        assert check(CLAIMS, MACHINE, CLAIMS.expires) == (
            "the sealed package of BER-PC-001 expired at 2026-12-21T12:00:00Z, and it is 2026-12-21T12:00:00Z; "
            "issue a new package (prepare --limit NAME -e package_issue_regenerate=always)"
        )

    def test_a_clock_before_the_package(self) -> None:
        assert check(CLAIMS, MACHINE, CLAIMS.issued) is None
        assert check(CLAIMS, MACHINE, CLAIMS.issued - timedelta(seconds=1)) == (
            "the sealed package of BER-PC-001 was issued at 2026-11-21T11:00:00Z, but here it is only "
            "2026-11-21T10:59:59Z: this clock is wrong; set it and try again"
        )

    def test_a_clock_in_another_time_zone(self) -> None:
        zone = timezone(timedelta(hours=13))
        assert check(CLAIMS, MACHINE, CLAIMS.issued.astimezone(zone)) is None
        assert check(CLAIMS, MACHINE, CLAIMS.expires.astimezone(zone)) is not None
