# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left to be done until an account is revoked, and what its record holds."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.liveness import Liveness, State
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import revocation
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation import Account, Act
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.revocation_records import (
    BEGUN,
    RECORD,
)

ISSUE = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued="2026-11-21T03:23:00+00:00",
    package_sha256="0" * 64,
)
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


class TestLife:
    """A password that we set is no sign of life, and hides none."""

    OURS = Traces(password_last_set=9)
    ISSUED = dataclasses.replace(ISSUE, password_last_set=5, evidence={"dc1": Traces(password_last_set=5)})

    @pytest.mark.parametrize(("record", "account"), [(BEGUN, FRESH), (RECORD, REVOKED)], ids=["begun", "revoked"])
    def test_the_password_is_ours(self, record: RevocationRecord, account: Account) -> None:
        assert revocation.life(record, account, self.ISSUED, {"dc1": self.OURS}).state is State.UNUSED
        used = dataclasses.replace(self.OURS, last_logon=8, logon_count=1)
        assert revocation.life(record, account, self.ISSUED, {"dc1": used}).state is State.LIVE
        assert revocation.life(record, account, self.ISSUED, {"dc1": self.OURS, "dc2": None}).state is State.UNKNOWN

    @pytest.mark.parametrize(
        ("record", "account"),
        [(None, FRESH), (RECORD, FRESH), (BEGUN, dataclasses.replace(FRESH, object_guid="other"))],
    )
    def test_the_password_is_the_machines(self, record: RevocationRecord | None, account: Account) -> None:
        life = revocation.life(record, account, self.ISSUED, {"dc1": self.OURS})
        assert life == Liveness(State.LIVE, "its password was set after the package was issued, as seen on dc1")

    def test_what_may_be_applied_is_not_unused(self) -> None:
        life = revocation.life(RECORD, REVOKED, self.ISSUED, {"dc1": self.OURS}, "it was applied")
        assert life == Liveness(State.UNKNOWN, "it was applied")

    def test_without_an_issue_record_it_counts_as_live(self) -> None:
        assert revocation.life(RECORD, REVOKED, None, {"dc1": self.OURS}).state is State.LIVE


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

    def test_where_it_is_cut_off(self) -> None:
        [said] = revocation.cut_off(["dc1", "dc2"])
        assert said.endswith("logons with the password of any copy of its package, on dc1, dc2")


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


def test_words_of_results_and_diffs() -> None:
    assert [act.value for act in Act] == ["enabled", "password", "key_credentials", "package"]
