# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left to be done until an account is revoked, and what its record holds."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import revocation
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.revocation import Account, Act
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.revocation_record import RevocationRecord

ISSUE = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued="2026-11-21T03:23:00+00:00",
    package_sha256="0" * 64,
)
RECORD = RevocationRecord(
    machine="BER-PC-001",
    domain="corp.example",
    object_guid="guid",
    reason="stick lost",
    revoked="2026-11-21T04:23:00+00:00",
    used=False,
    package_sha256="0" * 64,
    password_last_set=7,
)
BEGUN = dataclasses.replace(RECORD, password_last_set=None)
REVOKED = Account("guid", enabled=False, password_last_set=7)
FRESH = Account("guid", enabled=True, password_last_set=5)


class TestActs:
    def test_all_of_them_in_their_order(self) -> None:
        account = dataclasses.replace(FRESH, key_credentials=2)
        assert revocation.acts(None, account, package_there=True) == [
            Act.DISABLE,
            Act.PASSWORDS,
            Act.KEY_CREDENTIALS,
            Act.PACKAGE,
        ]

    def test_nothing_is_left(self) -> None:
        assert revocation.acts(RECORD, REVOKED, package_there=False) == []

    @pytest.mark.parametrize(
        ("record", "account", "left"),
        [
            (RECORD, dataclasses.replace(REVOKED, enabled=True), [Act.DISABLE]),
            (RECORD, dataclasses.replace(REVOKED, password_last_set=8), [Act.PASSWORDS]),
            (RECORD, dataclasses.replace(REVOKED, object_guid="other"), [Act.PASSWORDS]),
            (RECORD, dataclasses.replace(REVOKED, key_credentials=1), [Act.KEY_CREDENTIALS]),
            (None, REVOKED, [Act.PASSWORDS]),
            (BEGUN, REVOKED, [Act.PASSWORDS]),
        ],
    )
    def test_what_differs_is_done(self, record: RevocationRecord | None, account: Account, left: list[Act]) -> None:
        assert revocation.acts(record, account, package_there=False) == left


class TestBegun:
    def test_of_this_package_only(self) -> None:
        assert revocation.begun(BEGUN, FRESH, ISSUE)
        assert not revocation.begun(RECORD, FRESH, ISSUE), "it is finished"
        assert not revocation.begun(None, FRESH, ISSUE)
        assert not revocation.begun(BEGUN, dataclasses.replace(FRESH, object_guid="other"), ISSUE)
        issued_again = dataclasses.replace(ISSUE, package_sha256="1" * 64)
        assert not revocation.begun(BEGUN, FRESH, issued_again), "a later package would be taken for ours"


class TestWords:
    def test_what_outlives_an_unused_package(self) -> None:
        assert revocation.outlives(used=False, fingerprints=[], waiting=[], silent=[]) == []

    def test_what_outlives_a_used_one(self) -> None:
        told = revocation.outlives(used=True, fingerprints=["ab"], waiting=["dc2"], silent=["dc3"])
        assert told[0].startswith("dc2 still accepts the old password")
        assert told[1].startswith("dc3 did not answer")
        assert "fingerprint ab" in told[2]
        assert any("20 minutes" in one for one in told)
        assert any("10 hours" in one for one in told)

    def test_nothing_is_said_to_be_cut_off_where_nobody_looked(self) -> None:
        assert revocation.cut_off([]) == []


class TestRecord:
    @pytest.mark.parametrize("record", [RECORD, BEGUN])
    def test_comes_back(self, record: RevocationRecord) -> None:
        assert RevocationRecord.from_json(record.to_json()) == record

    @pytest.mark.parametrize(
        "change",
        [
            {"format": 2},
            {"used": 1},
            {"password_last_set": True},
            {"password_last_set": "7"},
            {"reason": None},
            {"more": 1},
        ],
    )
    def test_what_is_none_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="revocation record"):
            RevocationRecord.from_json(json.dumps(json.loads(RECORD.to_json()) | change))

    @pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000])
    def test_other_content(self, content: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - json says it in its own words
            RevocationRecord.from_json(content)
