# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages revoked on a real domain controller: what stops working, what must not be revoked, and killed runs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch, RunningModule
from tests.integration.stolen_package import ALL, StolenPackage
from tests.lab import Lab

DISABLED, ENABLED = ["4098"], ["4096"]
HOOK = Path(__file__).parent / "kill_point"


def start(branch: Branch, *names: str, check: bool = False, **options: Any) -> RunningModule:
    branch.account = options.pop("account", "reissue")
    given = {"machines": [{"name": name} for name in names], "dest": str(branch.dest), "reason": "stick lost"}
    return branch.start_module("revocation", given | options, check=check)


def revoke(branch: Branch, *names: str, check: bool = False, **options: Any) -> dict[str, Any]:
    return start(branch, *(names or branch.names), check=check, **options).finish()


def succeeded(answer: dict[str, Any]) -> dict[str, Any]:
    assert not answer.get("failed"), answer
    return answer


def errors(answer: dict[str, Any]) -> dict[str, str]:
    assert answer.get("failed"), answer
    return {name: one["error"] for name, one in answer["machines"].items() if "error" in one}


def record(branch: Branch, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((branch.dest / f"{name}.revoked.json").read_text())
    return found


def modify(lab: Lab, dn: str, *lines: str) -> None:
    lab.ldap(["ldapmodify"], "administrator", input="\n".join([f"dn: {dn}", "changetype: modify", *lines, ""]))


def enable(branch: Branch, name: str) -> None:
    modify(branch.lab, f"CN={name},{branch.lab.staging_ou}", "replace: userAccountControl", "userAccountControl: 4096")


def make_live(branch: Branch, name: str) -> None:
    member = branch.member(name)
    assert member.request_offline_join(branch.package(name)).returncode == 0
    assert member.secure_channel().returncode == 0


@pytest.fixture
def issued(branch: Branch) -> Branch:
    """A branch of three machines, all issued into the staging OU, none of them used."""
    succeeded(branch.issue())
    return branch


class TestWhatItDoes:
    def test_one_reset_leaves_two_ways_open_and_revoking_none(self, issued: Branch) -> None:
        """The account is enabled again at the end, so that only the passwords are left to refuse the package."""
        name = issued.names[0]
        stolen = StolenPackage(issued, name)
        assert stolen.opens() == ALL
        issued.lab.reset_password(name)
        assert stolen.opens() == {"ntlm", "ldap"}, "why revoking takes two resets"
        succeeded(revoke(issued, name, incident=True, live_machines=[name]))
        assert stolen.opens() == set()
        enable(issued, name)
        assert stolen.opens() == set()

    def test_an_unused_package_is_dead_at_once(self, issued: Branch) -> None:
        one, two, untouched = issued.names
        stolen = [StolenPackage(issued, name) for name in (one, two)]
        before = issued.accounts()
        answer = succeeded(revoke(issued, one, two))
        assert [package.opens() for package in stolen] == [set(), set()]
        for name in (one, two):
            enable(issued, name)
        assert [package.opens() for package in stolen] == [set(), set()], "two resets, and not the flag alone"
        assert issued.accounts()[untouched] == before[untouched]
        mine = answer["machines"][one]
        assert [change["what"] for change in mine["changes"]] == ["enabled", "password", "package"]
        assert (mine["state"], mine["reason"]) == ("revoked", "stick lost")
        assert mine["controllers"] == {issued.lab.server: True}
        assert mine["cut_off"] == [
            f"Kerberos, NTLM and LDAP logons with the password of any copy of its package, on {issued.lab.server}"
        ]
        assert mine["outlives"] == [], "nobody had used it"
        assert not issued.package(one).exists()
        assert issued.issue_record(one).exists()
        assert issued.package(untouched).exists()

    def test_second_run_changes_nothing(self, issued: Branch) -> None:
        first = succeeded(revoke(issued))
        assert first["changed"]
        before, kept = issued.accounts(), record(issued, issued.names[0])
        again = succeeded(revoke(issued, reason="somebody else asks again"))
        assert not again["changed"]
        assert again["diff"] == []
        assert issued.accounts() == before
        assert record(issued, issued.names[0]) == kept
        assert {one["reason"] for one in again["machines"].values()} == {"stick lost"}
        assert {one["state"] for one in again["machines"].values()} == {"revoked"}

    def test_check_mode_predicts_and_changes_nothing(self, issued: Branch) -> None:
        before, files = issued.accounts(), sorted(issued.dest.iterdir())
        predicted = succeeded(revoke(issued, check=True))
        assert issued.accounts() == before
        assert sorted(issued.dest.iterdir()) == files
        done = succeeded(revoke(issued))
        assert predicted["diff"] == done["diff"]
        assert predicted["machines"][issued.names[0]]["state"] == "to be revoked"
        assert "two new random ones" in done["diff"][0]["after"]
        assert succeeded(revoke(issued, check=True))["changed"] is False

    def test_what_is_undone_is_done_again(self, issued: Branch) -> None:
        """Enabled again and its package put back: both end again, and its password stays."""
        name = issued.names[0]
        package = issued.package(name).read_bytes()
        succeeded(revoke(issued, name))
        enable(issued, name)
        issued.package(name).write_bytes(package)
        before = issued.accounts()[name]["pwdLastSet"]
        answer = succeeded(revoke(issued, name))
        assert [change["what"] for change in answer["machines"][name]["changes"]] == ["enabled", "package"]
        assert issued.accounts()[name]["userAccountControl"] == DISABLED
        assert issued.accounts()[name]["pwdLastSet"] == before

    def test_packages_does_not_issue_it_again_by_accident(self, issued: Branch) -> None:
        name = issued.names[0]
        succeeded(revoke(issued, name))
        issued.account = "issue"
        assert "somebody disabled the account" in errors(issued.issue(name))[name]
        enable(issued, name)
        assert "treated as live" in errors(issued.issue(name))[name]
        assert succeeded(issued.issue(name, live_machines=[name]))["machines"][name]["act"] == "reissue"
        again = succeeded(revoke(issued, name))
        assert again["changed"], "a new package is not revoked by the old record"

    def test_certificates_are_reported_and_kept(self, issued: Branch) -> None:
        """They tell what the certification authority has to revoke."""
        name = issued.names[0]
        content = b"no real certificate"
        value = "userCertificate:: " + base64.b64encode(content).decode()
        modify(issued.lab, f"CN={name},{issued.lab.staging_ou}", "add: userCertificate", value)
        fingerprint = hashlib.sha256(content).hexdigest()
        told = [f"the certificate with the SHA-256 fingerprint {fingerprint} is good until its CA revokes it"]
        assert succeeded(revoke(issued, name))["machines"][name]["outlives"] == told
        assert succeeded(revoke(issued, name))["machines"][name]["outlives"] == told
        assert "userCertificate" in issued.accounts()[name]


class TestRefusals:
    @pytest.mark.parametrize("check", [False, True])
    def test_a_live_machine_only_in_an_incident_and_named(self, issued: Branch, check: bool) -> None:
        live, named, unused = issued.names
        make_live(issued, live)
        make_live(issued, named)
        before = issued.accounts()
        for options in ({}, {"incident": True}, {"live_machines": [live, named]}):
            failed = errors(revoke(issued, live, named, check=check, **options))
            assert set(failed) == {live, named}
            assert "the machine is treated as live, because it logged on" in failed[live]
            assert "set incident and name it in live_machines" in failed[live]
        assert issued.accounts() == before
        answer = revoke(issued, incident=True, live_machines=[named.lower()], check=check)
        assert set(errors(answer)) == {live}
        assert [answer["machines"][name]["changed"] for name in (named, unused)] == [True, True]
        assert issued.accounts()[live] == before[live]
        assert issued.package(live).exists()
        if not check:
            assert any("20 minutes" in one for one in answer["machines"][named]["outlives"])
            assert any("CA" in one for one in answer["machines"][named]["outlives"])
            assert issued.member(named).secure_channel().returncode != 0
            assert issued.member(live).secure_channel().returncode == 0

    def test_without_a_record_it_counts_as_live(self, issued: Branch) -> None:
        name = issued.names[0]
        issued.issue_record(name).unlink()
        assert "there is no issue record" in errors(revoke(issued, name))[name]
        assert succeeded(revoke(issued, name, incident=True, live_machines=[name]))["changed"]
        assert not succeeded(revoke(issued, name))["changed"]

    @pytest.mark.parametrize("check", [False, True])
    def test_what_is_no_workstation_is_never_written(self, issued: Branch, check: bool) -> None:
        before = issued.lab.search("(sAMAccountName=DC1$)")
        options = {"incident": True, "live_machines": ["DC1"], "account": "administrator", "allow_tier0": True}
        failed = errors(revoke(issued, "DC1", check=check, **options))
        assert "is a domain controller; choose another name; no option allows to write it" in failed["DC1"]
        assert issued.lab.search("(sAMAccountName=DC1$)") == before

    @pytest.mark.parametrize("check", [False, True])
    def test_a_login_without_the_right(self, issued: Branch, check: bool) -> None:
        name = issued.names[0]
        before = issued.accounts()[name]
        failed = errors(revoke(issued, name, account="groups", check=check))
        assert "the login may not reset its password or write its userAccountControl" in failed[name]
        assert issued.accounts()[name] == before
        assert not (issued.dest / f"{name}.revoked.json").exists()

    def test_no_account_and_doubled_names(self, issued: Branch) -> None:
        one, two, three = issued.names
        issued.delete(f"CN={three},{issued.lab.staging_ou}")
        failed = errors(revoke(issued, one, one.lower(), two, three))
        assert set(failed) == {one, one.lower(), three}
        assert "there is no such account that the login can see" in failed[three]
        assert issued.accounts()[one]["userAccountControl"] == ENABLED
        assert issued.accounts()[two]["userAccountControl"] == DISABLED

    def test_a_named_controller_that_does_not_answer(self, issued: Branch) -> None:
        name = issued.names[0]
        nowhere = f"dc9.{issued.lab.domain}"
        answer = revoke(issued, name, controllers=[issued.lab.server, nowhere])
        assert f"it does not show on {nowhere} yet" in errors(answer)[name]
        mine = answer["machines"][name]
        assert mine["controllers"] == {issued.lab.server: True, nowhere: None}
        assert any(f"{nowhere} did not answer" in one for one in mine["outlives"])
        again = succeeded(revoke(issued, name, controllers=[issued.lab.server]))
        assert not again["changed"]


class TestKilledRun:
    def test_killed_anywhere_it_is_finished_by_the_next_run(
        self, make_branch: Callable[[int], Branch], thorough: bool
    ) -> None:
        branch = make_branch(40)
        succeeded(branch.issue())
        between_resets = 0
        names = iter(branch.names)
        for number in range(1, 40, 1 if thorough else 4):
            name = next(names)
            stolen = StolenPackage(branch, name)
            before = branch.accounts()[name]
            log = branch.directory / f"events.{number}"
            if not self.killed(branch, name, number, log):
                break
            what = [line.split(" ", 2)[2] for line in log.read_text().splitlines()]
            after = branch.accounts()[name]
            answered = sum("modifyRequest" in one and "answered" in one for one in what)
            between_resets += after["userAccountControl"] == DISABLED and answered == 1
            if after["pwdLastSet"] != before["pwdLastSet"]:
                assert (branch.dest / f"{name}.revoked.json").exists(), f"killed after {what}"
            answer = succeeded(revoke(branch, name))
            assert answer["machines"][name]["state"] == "revoked"
            assert record(branch, name)["password_last_set"] == int(branch.accounts()[name]["pwdLastSet"][0])
            assert not branch.package(name).exists()
            assert not list(branch.dest.glob(f".{name}*"))
            enable(branch, name)
            assert stolen.opens() == set(), f"killed after {what}"
        else:
            pytest.fail("it never came to its end")
        assert number > 10
        assert between_resets

    def killed(self, branch: Branch, name: str, number: int, log: Path) -> bool:
        honest = branch.extra_environment
        hook = {"PYTHONPATH": str(HOOK), "KILL_AT": f"MainThread {number}", "KILL_LOG": str(log)}
        hook["COVERAGE_PROCESS_START"] = ""  # its events are not those of the module
        branch.extra_environment = honest | hook | {"KILL_DEST": str(branch.dest)}
        process = start(branch, name).process
        branch.extra_environment = honest
        assert process.stdout is not None
        assert process.stderr is not None
        with process:
            said, complained = process.stdout.read(), process.stderr.read()
            process.wait(timeout=60)
        assert process.returncode in (0, -9), said + complained
        return process.returncode == -9


class TestPlaybook:
    def test_by_limit_with_a_reason(self, issued: Branch) -> None:
        one, live, untouched = issued.names
        make_live(issued, live)
        duty = issued.lab.accounts["reissue"]
        issued.variables["offline_join_revoke_username"] = duty.upn
        # That of the other duties is not even at hand.
        secrets = {"OFFLINE_JOIN_REVOKE_PASSWORD": duty.password, "OFFLINE_JOIN_DIRECTORY_PASSWORD": "forgotten"}
        issued.extra_environment |= secrets
        done = issued.play("revoke", "--limit", f"{one},{live}", "-e", "offline_join_reason='stick lost'")
        assert done.returncode != 0, done.stdout
        report = issued.report()
        assert report[one] == {"state": "done"}
        assert report[live]["stage"] == "revoke"
        assert f"{live}: revoke CN={live}" in report[live]["headline"]
        assert "treated as live" in report[live]["headline"]
        assert untouched not in report
        accounts = issued.accounts()
        assert [accounts[name]["userAccountControl"] for name in issued.names] == [DISABLED, ENABLED, ENABLED]
        assert "cut off: Kerberos, NTLM and LDAP logons" in done.stdout
        assert record(issued, one)["reason"] == "stick lost"

    def test_without_a_reason(self, issued: Branch) -> None:
        before = issued.accounts()
        assert issued.play("revoke").returncode != 0
        assert "offline_join_reason" in issued.report()[issued.names[0]]["headline"]
        assert issued.accounts() == before
