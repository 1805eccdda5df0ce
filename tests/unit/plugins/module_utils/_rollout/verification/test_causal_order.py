# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of a verification, on its own and in its place: the first broken cause is the headline."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Check, Verdict
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import TICKS
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import causal_order
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.subject import Expected
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.verified_machines import (
    BROKEN,
    DAY,
    DN,
    EXPECTED,
    FOLLOWING,
    GROUP,
    GUID,
    JOINED,
    NOW,
    REPLICA,
    STAGING,
    WSUS,
    Case,
    put,
    registry,
)

WARNING_ONLY = {"clock_source"}


def finding(case: Case, check_id: str) -> Check:
    [found] = [one for one in case.outcome().findings if one.id == check_id]
    return found


def changed(*changes: Callable[[Case], None]) -> Case:
    case = Case()
    for change in changes:
        change(case)
    return case


def test_a_working_member_passes_everything() -> None:
    outcome = Case().outcome()
    assert outcome.headline is None
    assert not outcome.pending
    assert not outcome.warnings()
    assert {one.id: one.verdict for one in outcome.findings} == dict.fromkeys(causal_order.IDS, Verdict.PASS)
    assert all(one.evidence and not one.remedy for one in outcome.findings)


def test_checks_stand_in_causal_order() -> None:
    assert tuple(one.id for one in Case().outcome().findings) == causal_order.IDS
    assert [*BROKEN] == [one for one in causal_order.IDS if one not in WARNING_ONLY]


@pytest.mark.parametrize("check_id", BROKEN)
def test_each_check_stops_the_machine_alone(check_id: str) -> None:
    change, pending = BROKEN[check_id]
    outcome = changed(change).outcome()
    assert outcome.headline is not None
    assert outcome.headline.id == check_id
    assert outcome.pending is pending
    assert outcome.headline.evidence
    assert outcome.headline.remedy
    json.dumps([one.to_result() for one in outcome.findings])


@pytest.mark.parametrize("check_id", BROKEN)
def test_what_is_tolerated_is_told(check_id: str) -> None:
    outcome = changed(BROKEN[check_id][0]).outcome(tolerate=[check_id])
    assert outcome.headline is None
    assert len(outcome.warnings()) >= 1


def test_the_first_broken_cause_is_the_headline() -> None:
    """All are broken, and repaired one after the other: each in its turn becomes the headline."""
    waiting = [*BROKEN]
    while waiting:
        outcome = changed(*(BROKEN[one][0] for one in waiting)).outcome()
        assert outcome.headline is not None
        assert outcome.headline.id == waiting.pop(0)
    assert changed().outcome().headline is None


def test_without_a_domain_controller_nothing_of_the_domain_is_judged() -> None:
    case = changed(put("domain.locator.status", 1355), put("domain.channel.verify_status", 5))
    verdicts = {one.id: one.verdict for one in case.outcome().findings}
    assert verdicts["secure_channel"] is Verdict.SKIPPED
    assert verdicts["replication"] is Verdict.SKIPPED
    assert "1355" in finding(case, "domain_controller").evidence


def test_nothing_expected_is_nothing_checked() -> None:
    case = Case()
    case.expected = {"name": "BER-PC-001", "domain": "CORP.example", "bitlocker": "ignore"}
    case.domain["policy"]["core"] = case.domain["directaccess"] = None
    outcome = case.outcome()
    assert outcome.headline is None
    skipped = {one.id for one in outcome.findings if one.verdict is Verdict.SKIPPED}
    assert skipped == {
        "identity", "dns_servers", "organizational_unit", "groups", "policy", "policy_values", "certificates",
        "directaccess", "laps", "bitlocker", "administrators", "bootstrap",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("nobody_looked_for", "check_id", "words"),
    [("doubles", "doubles", "nobody looked for doubles"), ("replicas", "replication", "no other domain controller")],
)
def test_what_nobody_looked_at_is_neither_good_nor_bad(nobody_looked_for: str, check_id: str, words: str) -> None:
    case = Case()
    del case.account[nobody_looked_for]
    assert finding(case, check_id).verdict is Verdict.SKIPPED
    assert words in finding(case, check_id).evidence
    assert case.outcome().headline is None


# Changes, the check, its verdict, words of its evidence or remedy, and whether it is pending.
DETAILS: dict[str, tuple[list[Callable[[Case], None]], str, Verdict, str, bool]] = {
    "no serial number": ([put("machine.identity.serial_number", None)], "identity", Verdict.SKIPPED, "serial", False),
    "workgroup": (
        [put("machine.membership.part_of_domain", False), put("machine.membership.domain", "WORKGROUP")],
        "membership", Verdict.FAIL, "is in WORKGROUP; join it first", False,
    ),
    "waits for its restart": (
        [put("machine.membership.part_of_domain", False), put("machine.membership.pending_join", {"status": 0})],
        "membership", Verdict.FAIL, "its package is applied, but it is no member yet; restart it", False,
    ),
    "other domain": (
        [put("machine.membership.domain", "other.example")], "membership", Verdict.FAIL, "not of corp.example", False,
    ),
    "no address": (
        [put("machine.network.adapters", [])], "address", Verdict.FAIL, "it has no address; look at cable", True,
    ),
    "a strange DNS server beside": (
        [put("machine.network.adapters", [{"addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.10", "9.9.9.9"]}])],
        "dns_servers", Verdict.FAIL, "not all of them the domain's", False,
    ),
    "DNS of the VPN beside DNS of the house": (
        [put("machine.network.adapters", [
            {"addresses": ["192.168.1.2"], "dns_servers": ["192.168.1.1"]},
            {"addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.11"]},
        ])],
        "dns_servers", Verdict.PASS, "192.168.1.1", False,
    ),
    "all DNS servers of the domain": (
        [put("machine.network.adapters", [{"addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.11", "192.0.2.10"]}])],
        "dns_servers", Verdict.PASS, "192.0.2.10, 192.0.2.11", False,
    ),
    "channel closed for another reason": (
        [put("domain.channel.verify_status", 1788)], "secure_channel", Verdict.FAIL, "the secure channel to the", False,
    ),
    "groups without the nested ones": (
        [lambda case: case.account.pop("all_groups")], "groups", Verdict.PASS, "DirectAccessClients", False,
    ),
    "value of the old place": (
        [registry(WSUS, 7), registry({"name": "Distinguished-Name"}, f"CN=BER-PC-001,{STAGING}")],
        "policy_values", Verdict.FAIL, "gpupdate", True,
    ),
    "value before any policy": (
        [registry(WSUS, 7), put("domain.policy.core", None)], "policy_values", Verdict.FAIL, "gpupdate", True,
    ),
    "list of strings": (
        [put("expected.policy_values", ({**WSUS, "data": ["a", "b"]},)), registry(WSUS, ["a", "b"])],
        "policy_values", Verdict.PASS, "1 values", False,
    ),
    "list that is another": (
        [put("expected.policy_values", ({**WSUS, "data": "['a']"},)), registry(WSUS, ["a"])],
        "policy_values", Verdict.FAIL, "['a'], not", False,
    ),
    "access denied at the locator": (
        [put("domain.locator.status", 5)], "domain_controller", Verdict.FAIL, "finds no domain controller", False,
    ),
    "site of the subnet unknown": (
        [put("domain.locator.client_site", None)], "domain_controller", Verdict.FAIL, "add the subnet", False,
    ),
    "domain controller of another site": (
        [put("domain.locator.client_site", "Lyon")], "domain_controller", Verdict.FAIL, "is itself in site Lyon", False,
    ),
    "clock two minutes off": (
        [put("domain.clock.offset", 120 * TICKS)], "clock", Verdict.FAIL, "2 min behind of that of DC1", False,
    ),
    "clock just within what its measure is worth": (
        [put("domain.clock.offset", 301 * TICKS), put("domain.clock.round_trip", 4 * TICKS)],
        "clock", Verdict.FAIL, "Kerberos accepts five minutes", False,
    ),
    "no time server, clock right": (
        [put("domain.clock.status", 10060)], "clock", Verdict.PASS, "the control node", False,
    ),
    "no time server, clock wrong": (
        [put("domain.clock.status", 10060), put("machine.clock.utc", NOW - 600 * TICKS)],
        "clock", Verdict.FAIL, "10 min behind of that of the control node, more than Kerberos accepts", False,
    ),
    "clock of the manufacturer": (
        [put("machine.clock.w32time", {**FOLLOWING, "type": "NTP"})],
        "clock_source", Verdict.FAIL, "follows NTP (time.windows.com,0x9), not the domain", False,
    ),
    "clock of a policy": (
        [put("machine.clock.w32time", {**FOLLOWING, "type": "NTP", "type_from_policy": True})],
        "clock_source", Verdict.FAIL, "a policy lets W32Time follow NTP (time.windows.com,0x9), not the domain", False,
    ),
    "clock of domain and peers": (
        [put("machine.clock.w32time", {**FOLLOWING, "type": "AllSync"})],
        "clock_source", Verdict.PASS, "follows the domain", False,
    ),
    "clock of nobody": (
        [put("machine.clock.w32time", {**FOLLOWING, "running": False})],
        "clock_source", Verdict.FAIL, "W32Time does not run", False,
    ),
    "waits for another name": (
        [put("machine.identity.pending_name", "LATER")], "name", Verdict.FAIL, "its new name LATER waits", False,
    ),
    "no account": ([put("account.exists", False)], "account", Verdict.FAIL, "no account ber-pc-001$", False),
    "directory silent": (
        [lambda case: case.account.clear(), put("account.error", "no way")],
        "account", Verdict.FAIL, "does not tell: no way", False,
    ),
    "no right to see whether it is enabled": ([put("account.enabled", None)], "account", Verdict.PASS, DN, False),
    "controller not asked": (
        [put("account.replicas", {})], "replication", Verdict.UNKNOWN, "was not asked", False,
    ),
    "controller silent": (
        [put("account.replicas", {"DC1.CORP.EXAMPLE": None})], "replication", Verdict.UNKNOWN, "not answer", False,
    ),
    "an earlier account there": (
        [put("account.replicas", {"dc1.corp.example": {**REPLICA, "object_guid": "other"}})],
        "replication", Verdict.FAIL, "not yet replicated to DC1.corp.example: the account, which is still an", True,
    ),
    "password, place and groups late": (
        [put("account.replicas", {"dc1.corp.example": {
            **REPLICA, "password_last_set": 0, "groups": [], "distinguished_name": f"CN=BER-PC-001,{STAGING}"}})],
        "replication", Verdict.FAIL, f"its password, its place (still CN=BER-PC-001,{STAGING}), its groups", True,
    ),
    "younger password there": (
        [put("account.replicas", {"dc1.corp.example": {
            **REPLICA, "password_last_set": NOW, "groups": [GROUP.upper()]}})],
        "replication", Verdict.PASS, "as it was written", False,
    ),
    "channel has no partner": (
        [put("domain.channel.verify_status", 1311)], "secure_channel", Verdict.FAIL, "run again", True,
    ),
    "channel refused": (
        [put("domain.channel.connection_status", 5)], "secure_channel", Verdict.FAIL,
        "the domain refuses the machine's secret (ERROR_ACCESS_DENIED, 5); repair the membership", False,
    ),
    "channel without its service": (
        [put("domain.channel.verify_status", 1062)], "secure_channel", Verdict.FAIL,
        "it cannot be verified: the service Netlogon does not run (ERROR_SERVICE_NOT_ACTIVE, 1062); start Netlogon",
        False,
    ),
    "channel of a disabled account": (
        [put("domain.channel.connection_status", 1331)], "secure_channel", Verdict.FAIL,
        "it cannot be verified: the account is disabled (ERROR_ACCOUNT_DISABLED, 1331); find out who", False,
    ),
    "channel whose domain controller went away": (
        [put("domain.channel.channel_status", 1726)], "secure_channel", Verdict.FAIL, "run again", True,
    ),
    "channel and clock": (
        [put("domain.channel.channel_status", 1398)], "secure_channel", Verdict.FAIL, "set the clock", False,
    ),
    "group by its DN": ([put("expected.groups", (GROUP.upper(),))], "groups", Verdict.PASS, "CN=", False),
    "no policy yet": ([put("domain.policy.core", None)], "policy", Verdict.FAIL, "not processed its policy yet", True),
    "policy failed": (
        [put("domain.policy.core", {"status": 1398})], "policy", Verdict.FAIL, "ERROR_TIME_SKEW", False,
    ),
    "policy without a controller": (
        [put("domain.policy.core", {"status": 1311})], "policy", Verdict.FAIL, "gpupdate", True,
    ),
    "policy of the old place": (
        [put("expected.policies", ("Other",)), registry({"name": "Distinguished-Name"}, f"CN=BER-PC-001,{STAGING}")],
        "policy", Verdict.FAIL, f"when the account was in {STAGING}", True,
    ),
    "policy by GUID": (
        [put("expected.policies", ("31b2f340-016d-11d2-945f-00c04fb984f9",))], "policy", Verdict.PASS, "31b2", False,
    ),
    "value is another": ([registry(WSUS, 7)], "policy_values", Verdict.FAIL, "is 7, not 'https://wsus'", False),
    "value that must be absent": (
        [put("expected.policy_values", ({**WSUS, "data": None},))], "policy_values", Verdict.FAIL, "not absent", False,
    ),
    "number written as text": (
        [put("expected.policy_values", ({**WSUS, "data": "7"},)), registry(WSUS, 7)],
        "policy_values", Verdict.PASS, "1 values", False,
    ),
    "certificate without key": (
        [lambda case: case.domain["certificates"][0].update(has_private_key=False)],
        "certificates", Verdict.FAIL, "issuer issuing ca", True,
    ),
    "certificate that expired": (
        [lambda case: case.domain["certificates"][0].update(not_after=NOW)], "certificates", Verdict.FAIL, "no", True,
    ),
    "certificate of tomorrow": (
        [lambda case: case.domain["certificates"][0].update(not_before=NOW + 1)],
        "certificates", Verdict.FAIL, "no valid", True,
    ),
    "certificate of another template": (
        [put("expected.certificates", ({"template": "1.2.3"},))], "certificates", Verdict.FAIL, "1.2.3", True,
    ),
    "certificate from this very moment": (
        [lambda case: case.domain["certificates"][0].update(not_before=NOW)], "certificates", Verdict.PASS, "1", False,
    ),
    "certificate of the template": (
        [put("expected.certificates", ({"template": "1.2.3"},)),
         lambda case: case.domain["certificates"][0].update(template="1.2.3")],
        "certificates", Verdict.PASS, "1", False,
    ),
    "LAPS in the moment of the join": (
        [put("account.laps_expiration", JOINED + 30 * DAY)], "laps", Verdict.PASS, "after the join", False,
    ),
    "DirectAccess not configured": (
        [put("domain.directaccess", None)], "directaccess", Verdict.FAIL, "not configured", False,
    ),
    "LAPS expires in the past": ([put("account.laps_expiration", 5)], "laps", Verdict.FAIL, "earlier machine", True),
    "LAPS without an expiry": ([put("account.laps_expiration", None)], "laps", Verdict.FAIL, "has no expiry", True),
    "LAPS after a join of unknown time": (
        [put("domain.events", [{"id": 4099, "time": NOW, "status": 5}])], "laps", Verdict.FAIL, "cannot be told", False,
    ),
    "LAPS after the join that the marker knows": (
        [put("domain.events", []), put("machine.membership.pending_join", {"status": 0, "applied": JOINED})],
        "laps", Verdict.PASS, "after the join", False,
    ),
    "no volume known": ([put("machine.security.bitlocker", [])], "bitlocker", Verdict.FAIL, "every volume", True),
    "not encrypted yet": (
        [lambda case: case.machine["security"]["bitlocker"][0].update(conversion_status=0)],
        "bitlocker", Verdict.FAIL, "not encrypted: C:", True,
    ),
    "not encrypted, and need not be": (
        [put("expected.bitlocker", "escrowed"),
         lambda case: case.machine["security"]["bitlocker"][0].update(conversion_status=0)],
        "bitlocker", Verdict.PASS, "nothing is encrypted", False,
    ),
    "encrypting without an escrow": (
        [put("account.recovery_objects", []),
         lambda case: case.machine["security"]["bitlocker"][0].update(conversion_status=2)],
        "bitlocker", Verdict.FAIL, "no recovery password of it is seen in the directory", False,
    ),
    "locked": (
        [put("account.recovery_objects", []),
         lambda case: case.machine["security"]["bitlocker"][0].update(conversion_status=None, drive=None)],
        "bitlocker", Verdict.FAIL, "a volume without a letter is encrypted", False,
    ),
    "without a recovery password": (
        [lambda case: case.machine["security"]["bitlocker"][0].update(protectors=[{"id": f"{{{GUID}}}", "type": 1}])],
        "bitlocker", Verdict.FAIL, "has no recovery password", False,
    ),
    "removable": (
        [put("expected.bitlocker", "escrowed"),
         put("account.recovery_objects", []),
         lambda case: case.machine["security"]["bitlocker"][0].update(volume_type=2)],
        "bitlocker", Verdict.PASS, "nothing is encrypted", False,
    ),
    "a virtual machine": (
        [put("expected.bitlocker", "ignore"), put("account.recovery_objects", [])],
        "bitlocker", Verdict.SKIPPED, "not looked at", False,
    ),
    "a file that nobody can read": (
        [put("machine.remains.files", [{"path": "C:\\held.xml", "kind": 2}])],
        "remains", Verdict.UNKNOWN, "C:\\held.xml cannot be read", False,
    ),
    "a package beside a file that nobody can read": (
        [put("machine.remains.files", [{"path": "C:\\held.xml", "kind": 2}, {"path": "C:\\odj.txt", "kind": 0}])],
        "remains", Verdict.FAIL, "a package is left in C:\\odj.txt; wipe", False,
    ),
    "somebody more rules it": (
        [lambda case: case.machine["security"]["administrators"].append("S-1-5-21-1-2-3-1001")],
        "administrators", Verdict.FAIL, "beyond S-1-5-21-1-2-3-1001", False,
    ),
    "a plain SID": (
        [put("expected.administrators", ("S-1-5-21-1-2-3-500", "S-1-5-21-7-8-9-512"))],
        "administrators", Verdict.PASS, "exactly", False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("detail", DETAILS)
def test_details(detail: str) -> None:
    changes, check_id, verdict, words, pending = DETAILS[detail]
    found = finding(changed(*changes), check_id)
    assert found.verdict is verdict
    assert words in str(found)
    assert getattr(found, "pending", False) is pending


def test_warnings_stop_nobody() -> None:
    case = changed(put("machine.clock.w32time", {**FOLLOWING, "type": "NTP", "peers": None}))
    assert case.outcome().headline is None
    [told] = case.outcome().warnings()
    assert told.startswith("W32Time follows NTP, not the domain; ")


def test_what_is_read_of_the_registry() -> None:
    expected = Expected(**EXPECTED)
    assert [one["name"] for one in expected.registry_values()] == [
        "Distinguished-Name", "WUServer", "LocalAccountTokenFilterPolicy", "allow_unencrypted", "auth_basic",
    ]  # fmt: skip
    without = dataclasses.replace(expected, without_bootstrap=False)
    assert [one["name"] for one in without.registry_values()] == ["Distinguished-Name", "WUServer"]


def test_whatever_else_is_not_well_is_said_below_the_headline() -> None:
    case = Case()
    for check_id in ("certificates", "address"):
        BROKEN[check_id][0](case)
    put("machine.clock.w32time.running", False)(case)
    outcome = case.outcome()
    assert outcome.headline is not None
    first, *others = outcome.said().split("\n")
    assert first == str(outcome.headline)
    assert [one.partition(": ")[0] for one in others] == ["fail clock_source", "fail certificates"]


def test_times_are_told_by_the_youngest_join() -> None:
    case = changed(put("domain.events", [{"id": 4098, "time": one, "status": None} for one in (JOINED, JOINED - DAY)]))
    assert case.subject.joined == JOINED
    assert case.subject.policy_subject == DN
