# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Windows may be asked to provision, what its answers mean, and when a record is what the directory said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import provisioning
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import (
    Act,
    Decision,
    PackageFile,
)

ISSUED = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DN = "CN=BER-PC-001,OU=Staging,DC=corp,DC=example"
SID, GUID = "S-1-5-21-1-2-3-1104", "0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11"
ABSENT, SOUND = PackageFile.ABSENT, PackageFile.SOUND


def filetime(**later: float) -> int:
    return int(((ISSUED + timedelta(**later)).timestamp() + 11_644_473_600) * 10_000_000)


def traces(**seen: Any) -> dict[str, Any]:
    return {
        "password_last_set": filetime(seconds=-2),
        "last_logon": 0,
        "logon_count": 0,
        "last_logon_timestamp": 0,
        "operating_system": None,
    } | seen


def account(**further: Any) -> dict[str, Any]:
    return {
        "exists": True,
        "distinguished_name": DN,
        "sid": SID,
        "object_guid": GUID,
        "password_last_set": filetime(seconds=-2),
        "key_version": 2,
        "evidence": {"dc1": traces()},
        "liveness": {"state": "unused", "reason": ""},
    } | further


def record(**further: Any) -> IssueRecord:
    fields = {"sid": SID, "package_sha256": "ab" * 32} | further
    return IssueRecord(
        machine="BER-PC-001", domain="corp.example", distinguished_name="", issued=ISSUED.isoformat(), **fields
    )


LIVE = {"state": "live", "reason": "it logged on on dc1"}


def judge(account: dict[str, Any], package: PackageFile = ABSENT, **how: Any) -> Decision:
    given = {"record": None, "choice": "missing", "may_lose_membership": False} | how
    return provisioning.judge(account, package, **given)


class TestJudgement:
    def test_a_new_machine(self) -> None:
        assert judge({"exists": False}).act is Act.CREATE

    @pytest.mark.parametrize("entry", [{}, {"error": "no right"}])
    def test_nothing_is_done_where_nothing_is_known(self, entry: dict[str, Any]) -> None:
        decision = judge(entry)
        assert decision.act is Act.REFUSE
        assert "give its entry of computer_info in accounts" in decision.refusal

    def test_a_package_that_is_there_stays(self) -> None:
        assert judge(account(liveness=LIVE), SOUND).act is Act.KEEP

    def test_an_unused_account_is_reused(self) -> None:
        assert judge(account()).act is Act.REISSUE

    @pytest.mark.parametrize("state", ["live", "unknown"])
    def test_a_live_machine_keeps_its_password(self, state: str) -> None:
        decision = judge(account(liveness={"state": state, "reason": "it logged on on dc1"}))
        assert decision == Decision(
            Act.REFUSE,
            f"the account exists ({DN}), and it is treated as live, because it logged on on dc1; name it in "
            "live_machines if it may lose its membership",
        )
        assert judge(account(liveness=LIVE), may_lose_membership=True).act is Act.REISSUE

    @pytest.mark.parametrize("package", [PackageFile.DEAD, PackageFile.EXPIRED])
    def test_a_package_that_did_its_work_stays(self, package: PackageFile) -> None:
        """Not one of an earlier account, and not where another is wanted by name."""
        living = account(liveness=LIVE)
        assert judge(living, package, record=record()).act is Act.KEEP
        assert judge(living, package, record=record(object_guid=GUID), choice="dead").act is Act.KEEP
        assert judge(living, package, record=record(object_guid="another")).act is Act.REFUSE
        assert judge(living, package).act is Act.REFUSE
        assert judge(account(), package, record=record()).act is Act.REFUSE
        assert judge(living, package, record=record(), choice="dead", may_lose_membership=True).act is Act.REISSUE

    def test_an_account_that_nobody_judged(self) -> None:
        without = {key: value for key, value in account().items() if key != "liveness"}
        assert "ask computer_info with dest" in judge(without).refusal

    def test_a_package_that_got_lost_is_made_again(self) -> None:
        """The account shows the logons of whoever provisioned, and counts as live by them."""
        seen = account(liveness=LIVE, evidence={"dc1": traces(last_logon=filetime(seconds=3), logon_count=2)})
        lost = record(sid=None, package_sha256=None)
        assert judge(seen, record=lost).act is Act.REISSUE
        assert judge(seen, record=record()).act is Act.REFUSE

    def test_not_where_somebody_logged_on_later(self) -> None:
        seen = account(liveness=LIVE, evidence={"dc1": traces(last_logon=filetime(hours=1), logon_count=2)})
        assert judge(seen, record=record(sid=None, package_sha256=None)).act is Act.REFUSE


class TestCompletion:
    def test_a_record_lacks_what_a_package_does_not_tell(self) -> None:
        assert provisioning.incomplete(record())
        assert not provisioning.incomplete(record(password_last_set=1))
        assert not provisioning.incomplete(record(package_sha256=None))

    def test_it_becomes_what_the_directory_said(self) -> None:
        seen = traces(last_logon=filetime(seconds=3), logon_count=2, last_logon_timestamp=filetime(seconds=3))
        completed = provisioning.complete(record(), account(evidence={"dc1": seen, "dc2": None}))
        assert isinstance(completed, IssueRecord)
        assert (completed.distinguished_name, completed.object_guid, completed.key_version) == (DN, GUID, 2)
        assert completed.password_last_set == filetime(seconds=-2)
        assert completed.evidence == {"dc1": Traces(**seen)}

    @pytest.mark.parametrize(
        "entry",
        [
            account(password_last_set=filetime(minutes=5)),
            account(password_last_set=filetime(minutes=-5)),
            account(evidence={"dc1": traces(last_logon=filetime(minutes=5))}),
            account(evidence={"dc1": traces(last_logon_timestamp=filetime(minutes=5))}),
        ],
    )
    def test_within_what_clocks_may_differ(self, entry: dict[str, Any]) -> None:
        assert isinstance(provisioning.complete(record(), entry), IssueRecord)

    @pytest.mark.parametrize(
        ("entry", "cause"),
        [
            ({"exists": False}, "there is no such account"),
            (account(sid=f"{SID}9"), "the account is another one by now"),
            (account(password_last_set=filetime(minutes=6)), "its password was not set when the package was issued"),
            (account(password_last_set=filetime(days=-9), evidence={}), "its password was not set when"),
            (
                account(evidence={"dc2": traces(password_last_set=filetime(days=1))}),
                "its password was not set when the package was issued",
            ),
            (account(evidence={"dc1": traces(last_logon=filetime(minutes=6))}), "its machine logged on since on dc1"),
            (
                account(evidence={"dc1": traces(last_logon_timestamp=filetime(minutes=6))}),
                "its machine logged on since on dc1",
            ),
            (
                account(evidence={"dc1": traces(operating_system="Windows 11 Pro")}),
                "its machine wrote its operating system on dc1",
            ),
        ],
    )
    def test_not_by_what_came_later(self, entry: dict[str, Any], cause: str) -> None:
        completed = provisioning.complete(record(), entry)
        assert isinstance(completed, str)
        assert completed.startswith(cause)

    def test_an_operating_system_that_was_there_before(self) -> None:
        before = record(evidence={"dc1": Traces(operating_system="Windows 11 Pro")})
        seen = account(evidence={"dc1": traces(operating_system="Windows 11 Pro")})
        assert isinstance(provisioning.complete(before, seen), IssueRecord)


@pytest.mark.parametrize(
    ("act", "flags", "number"),
    [
        (Act.CREATE, {}, 0),
        (Act.REISSUE, {}, 0x2),
        (Act.CREATE, {"root_ca_certificates": True}, 0x10),
        (Act.REISSUE, {"root_ca_certificates": True, "persistent_site": True}, 0x32),
    ],
)
def test_options_are_the_numbers_of_lmjoin(act: Act, flags: dict[str, bool], number: int) -> None:
    given = {"root_ca_certificates": False, "persistent_site": False} | flags
    assert provisioning.options(act, **given) == number


def test_a_success_is_no_refusal() -> None:
    assert provisioning.refusal(0) is None


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (2, "the organizational unit was not found"),
        (0x80070005, "the login may not make or reuse this account"),
        (-2147024891, "the login may not make or reuse this account"),
        (50, "the domain controller cannot do this"),
        (87, "Windows does not accept these parameters"),
        (1326, "the domain refuses the login"),
        (2224, "the account was made meanwhile"),
        (2732, "the account belongs to somebody else"),
        (1355, "the domain or its controllers were not found"),
        (0x80094012, "the login may not enroll for a certificate template"),
        (-2146877422, "the login may not enroll for a certificate template"),
        (0x80094800, "the CA does not issue a certificate template"),
    ],
)
def test_what_windows_answers_means_something_else_here(status: int, sentence: str) -> None:
    said = provisioning.refusal(status)
    assert said is not None
    assert said.startswith(sentence)


def test_a_host_outside_of_any_domain() -> None:
    assert provisioning.host_refusal({"part_of_domain": True, "domain": "corp.example"}) is None
    said = provisioning.host_refusal({"part_of_domain": False, "domain": "WORKGROUP"})
    assert said == "it is no member of a domain; provision on one that is"
