# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a package. The attribute changes of Windows' first contact are those that Microsoft documents.

A Samba member leaves other traces than Windows, so the lab alone would not show these.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.audit import (
    Applied,
    Finding,
    Rules,
    State,
    Subject,
    judge,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation import Account
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ISSUED = NOW - timedelta(days=3)
CARRIED = NOW - timedelta(days=2)
RULES = Rules(now=NOW)


def filetime(time: datetime) -> int:
    return (time - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


SET = filetime(ISSUED)
NEW = Traces(password_last_set=SET)
RECORD = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued=ISSUED.isoformat(),
    object_guid="0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11",
    password_last_set=SET,
    key_version=2,
    package_sha256="0" * 64,
    evidence={"dc1": NEW},
)
ACCOUNT = Account("0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11", enabled=True, password_last_set=SET)
SUBJECT = Subject(account=ACCOUNT, record=RECORD, seen={"dc1": NEW, "dc2": NEW})
USED_AT = NOW - timedelta(hours=5)
# NetrLogonGetDomainInfo writes operatingSystem (MS-NRPC 3.5.4.4.10); the Netlogon and Kerberos logons of the start
# move lastLogon and logonCount of the domain controller that was asked (MS-ADA1 2.351, 2.375), and lastLogonTimestamp
# of an account that never had one is written at once (MS-ADA1 2.352).
WINDOWS_FIRST_CONTACT = Traces(
    password_last_set=SET,
    last_logon=filetime(USED_AT),
    logon_count=4,
    last_logon_timestamp=filetime(USED_AT),
    operating_system="Windows 11 Enterprise",
)
# The same contact as the other domain controller shows it: only what replicates.
WINDOWS_REPLICATED = dataclasses.replace(WINDOWS_FIRST_CONTACT, last_logon=0, logon_count=0)
SAMBA_FIRST_CONTACT = Traces(password_last_set=SET, last_logon=filetime(USED_AT), logon_count=2)
REVOKED = RevocationRecord(
    machine="BER-PC-001",
    domain="corp.example",
    object_guid="0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11",
    reason="stick lost",
    revoked=(NOW - timedelta(days=1)).isoformat(),
    used=False,
    package_sha256="0" * 64,
    password_last_set=SET + 5,
)


def found(rules: Rules = RULES, **what: Any) -> Finding:
    return judge(dataclasses.replace(SUBJECT, **what), rules)


def seen(**values: Any) -> dict[str, Traces]:
    return {"dc1": NEW, "dc2": dataclasses.replace(NEW, **values)}


class TestUse:
    def test_no_trace_anywhere(self) -> None:
        assert found() == Finding(State.UNUSED, ("no trace of use on dc1, dc2",))

    @pytest.mark.parametrize(
        ("here", "there", "evidence"),
        [
            (NEW, WINDOWS_FIRST_CONTACT, "it logged on on dc2, last at 2026-11-21T07:00:00+00:00"),
            (NEW, WINDOWS_REPLICATED, "it logged on some time ago, as seen on dc2, last at 2026-11-21T07:00:00+00:00"),
            (NEW, SAMBA_FIRST_CONTACT, "it logged on on dc2, last at 2026-11-21T07:00:00+00:00"),
            # Behind a read-only domain controller: only what it forwarded is seen.
            (NEW, dataclasses.replace(NEW, operating_system="Windows 11 Enterprise"), "it wrote its operating system"),
        ],
    )
    def test_first_contact_is_seen(self, here: Traces, there: Traces, evidence: str) -> None:
        finding = found(seen={"dc1": here, "dc2": there})
        assert finding.state is State.USED
        assert finding.evidence[0].startswith(evidence)

    def test_both_domain_controllers_speak(self) -> None:
        finding = found(seen={"dc1": WINDOWS_REPLICATED, "dc2": WINDOWS_FIRST_CONTACT})
        assert [one.split(", last")[0][-3:] for one in finding.evidence] == ["dc1", "dc2"]

    def test_the_baseline_is_no_use(self) -> None:
        """Provisioning itself may leave a logon count; it was there when the package was issued."""
        baseline = dataclasses.replace(NEW, logon_count=2, last_logon=SET)
        record = dataclasses.replace(RECORD, evidence={"dc1": baseline})
        assert found(record=record, seen={"dc1": baseline}).state is State.UNUSED

    def test_retired(self) -> None:
        moved = dataclasses.replace(WINDOWS_FIRST_CONTACT, password_last_set=filetime(USED_AT))
        finding = found(seen={"dc1": moved, "dc2": NEW})
        assert finding.state is State.RETIRED
        assert finding.evidence[0] == "its password was set at 2026-11-21T07:00:00+00:00, as seen on dc1"

    def test_applied_without_a_network_leaves_no_trace(self) -> None:
        finding = found(applied=(Applied(USED_AT),))
        assert finding == Finding(
            State.APPLIED, ("applied at 2026-11-21T07:00:00+00:00, no contact with the domain yet",)
        )


class TestDoubt:
    def test_one_silent_domain_controller(self) -> None:
        finding = found(seen={"dc1": NEW, "dc2": None})
        assert finding == Finding(State.UNKNOWN, ("dc2 did not answer, and the machine may use it",))

    def test_a_proof_outweighs_silence(self) -> None:
        assert found(seen={"dc1": WINDOWS_FIRST_CONTACT, "dc2": None}).state is State.USED

    def test_a_new_password_while_one_is_silent(self) -> None:
        finding = found(seen={"dc1": dataclasses.replace(NEW, password_last_set=SET + 1), "dc2": None})
        assert finding.state is State.UNKNOWN
        assert finding.evidence[0].startswith("its password was set at")

    def test_nobody_asked(self) -> None:
        assert found(seen={}).state is State.UNKNOWN

    def test_no_account(self) -> None:
        assert found(account=None, record=None).state is State.NOT_ISSUED
        assert found(account=None).state is State.UNKNOWN
        assert "hidden" in found(account=None).evidence[0]

    def test_no_record(self) -> None:
        assert found(record=None).state is State.UNKNOWN
        assert found(issued=ISSUED) == found()

    def test_issued_and_no_record_of_it(self) -> None:
        for account in (ACCOUNT, None):
            finding = found(account=account, record=None, issued=ISSUED)
            assert finding.state is State.UNRECORDED
            assert finding.evidence[0].startswith("its package was issued at 2026-11-18T12:00:00+00:00, and its issue")

    def test_intended_only(self) -> None:
        intended = dataclasses.replace(RECORD, password_last_set=None, package_sha256=None)
        assert found(record=intended).state is State.NOT_ISSUED

    def test_a_record_that_was_not_completed(self) -> None:
        """As a run of provisioned_packages leaves it that was killed: there is a package, so it may be in use."""
        cut_off = dataclasses.replace(RECORD, password_last_set=None)
        finding = found(record=cut_off)
        assert finding.state is State.UNKNOWN
        assert finding.evidence == ("its issue record is not complete; run provisioned_packages again",)


class TestOverdue:
    def test_too_long_in_staging(self) -> None:
        late = dataclasses.replace(RULES, overdue_after=timedelta(days=2))
        finding = found(late, in_staging=True)
        assert finding == Finding(State.OVERDUE, ("it waits in staging since 2026-11-18T12:00:00+00:00",), True)
        assert found(late, in_staging=False).state is State.UNUSED
        assert found(in_staging=True).state is State.UNUSED

    def test_used_and_never_promoted(self) -> None:
        late = dataclasses.replace(RULES, overdue_after=timedelta(days=2))
        finding = found(late, in_staging=True, seen={"dc1": WINDOWS_FIRST_CONTACT})
        assert (finding.state, finding.overdue) == (State.USED, True)

    def test_expired(self) -> None:
        expired = dataclasses.replace(RECORD, expires=(NOW - timedelta(days=1)).isoformat())
        assert found(record=expired).state is State.OVERDUE
        assert found(record=expired, seen={"dc1": WINDOWS_FIRST_CONTACT}).overdue is False
        assert found(record=expired, applied=(Applied(USED_AT),)).state is State.APPLIED

    def test_applied_and_never_seen(self) -> None:
        soon = dataclasses.replace(RULES, first_contact_within=timedelta(hours=4))
        assert found(soon, applied=(Applied(USED_AT),)).state is State.OVERDUE


class TestSuspicion:
    def suspicious(self, what: str, rules: Rules = RULES, **how: Any) -> None:
        finding = found(rules, **how)
        assert finding.state is State.SUSPICIOUS, finding
        assert what in finding.evidence[0]

    def test_key_credential(self) -> None:
        added = dataclasses.replace(ACCOUNT, key_credentials=1)
        self.suspicious("1 key credentials were added", account=added)
        self.suspicious("1 key credentials were added", account=added, seen={"dc1": WINDOWS_FIRST_CONTACT})

    def test_key_credential_that_machines_here_register(self) -> None:
        added = dataclasses.replace(ACCOUNT, key_credentials=1)
        rules = dataclasses.replace(RULES, device_keys=True)
        assert found(rules, account=added, seen={"dc1": WINDOWS_FIRST_CONTACT}).state is State.USED
        self.suspicious("1 key credentials", rules, account=added)
        two = dataclasses.replace(ACCOUNT, key_credentials=2)
        self.suspicious("2 key credentials", rules, account=two, seen={"dc1": WINDOWS_FIRST_CONTACT})

    @pytest.mark.parametrize("attribute", ["last_logon", "last_logon_timestamp"])
    def test_used_before_it_was_carried(self, attribute: str) -> None:
        early = filetime(CARRIED - timedelta(hours=1))
        self.suspicious(
            "used on dc2 at 2026-11-19T11:00:00+00:00, before", carried=CARRIED, seen=seen(**{attribute: early})
        )
        after = seen(**{attribute: filetime(USED_AT)})
        assert found(carried=CARRIED, seen=after).state is State.USED
        assert found(carried=None, seen=seen(**{attribute: early})).state is State.USED
        silent = {"dc0": None, **seen(**{attribute: early})}
        self.suspicious("used on dc2 at 2026-11-19T11:00:00+00:00, before", carried=CARRIED, seen=silent)

    def test_used_twice(self) -> None:
        twice = (Applied(USED_AT, "5CG1"), Applied(USED_AT, "5CG2"))
        self.suspicious("serial numbers 5cg1, 5cg2", applied=twice)
        again = (Applied(USED_AT, "5CG1"), Applied(USED_AT, "5cg1"))
        assert found(applied=again).state is State.APPLIED

    def test_used_by_another_machine(self) -> None:
        self.suspicious("serial number 5cg2, meant for 5cg1", applied=(Applied(USED_AT, "5CG2"),), serial_number="5CG1")

    def test_a_password_that_its_machine_did_not_set(self) -> None:
        self.suspicious("its machine never logged on", seen=seen(password_last_set=SET + 1))

    def test_another_account(self) -> None:
        self.suspicious("not the one", account=dataclasses.replace(ACCOUNT, object_guid="another"))


class TestRevocation:
    DEAD = dataclasses.replace(ACCOUNT, enabled=False, password_last_set=SET + 5)

    def test_revoked(self) -> None:
        finding = found(account=self.DEAD, revoked=REVOKED, seen=seen(password_last_set=SET + 5))
        assert finding.state is State.REVOKED
        assert "stick lost" in finding.evidence[0]

    def test_begun_and_not_finished(self) -> None:
        begun = dataclasses.replace(REVOKED, password_last_set=None)
        finding = found(account=self.DEAD, revoked=begun, seen=seen(password_last_set=SET + 5))
        assert finding.state is State.UNKNOWN
        assert "begun and not finished" in finding.evidence[0]

    def test_enabled_again(self) -> None:
        enabled = dataclasses.replace(self.DEAD, enabled=True)
        finding = found(account=enabled, revoked=REVOKED, seen=seen(password_last_set=SET + 5))
        assert finding.state is State.SUSPICIOUS
        assert "somebody enabled the account again" in finding.evidence[0]

    def test_used_afterwards(self) -> None:
        after = dataclasses.replace(SAMBA_FIRST_CONTACT, password_last_set=SET + 5)
        finding = found(account=self.DEAD, revoked=REVOKED, seen={"dc1": after})
        assert finding.state is State.SUSPICIOUS
        assert "after it was revoked" in finding.evidence[0]

    def test_issued_again_afterwards(self) -> None:
        later = dataclasses.replace(RECORD, password_last_set=SET + 9, package_sha256="1" * 64)
        account = dataclasses.replace(ACCOUNT, password_last_set=SET + 9)
        finding = found(account=account, record=later, revoked=REVOKED, seen=seen(password_last_set=SET + 9))
        assert finding.state is State.UNUSED
