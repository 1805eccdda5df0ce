# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Late packages on two domain controllers: only what every source says is unused expires."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.integration.stolen_package import StolenPackage
from tests.integration.test_revocation import DISABLED, ENABLED, errors, make_live, record, revoke, succeeded
from tests.lab import Lab


@pytest.fixture
def issued(pair: Lab, tmp_path: Path) -> Branch:
    """Three machines whose packages are issued and known to both domain controllers."""
    code = secrets.token_hex(3).upper()
    made = Branch(pair, tmp_path, tuple(f"E{code}-{number}" for number in range(1, 4)))
    succeeded(made.issue())
    pair.replicate()
    return made


def expire(branch: Branch, *machines: dict[str, Any], check: bool = False, **options: Any) -> dict[str, Any]:
    """With a lifetime that is over; the answer may fail where the second domain controller lags."""
    branch.account = "reissue"
    known = [{"name": name, "underway": ""} for name in branch.names]
    given = {"machines": list(machines) or known, "dest": str(branch.dest)}
    here = {"lifetime": 0, "controllers": [branch.lab.server]}
    return branch.module("expiry", given | here | options, check=check)


def states(answer: dict[str, Any]) -> list[str]:
    return [one["state"] for one in answer["machines"].values()]


class TestExpiry:
    def test_only_what_is_late_and_unused(self, issued: Branch) -> None:
        unused, live, underway = issued.names
        make_live(issued, live)
        machines = [{"name": unused, "underway": ""}, {"name": live}, {"name": underway, "underway": "it was carried"}]
        before = issued.accounts()
        predicted = succeeded(expire(issued, *machines, check=True))
        assert states(predicted) == ["to be revoked", "used", "underway"]
        assert issued.accounts() == before
        answer = succeeded(expire(issued, *machines))
        assert states(answer) == ["revoked", "used", "underway"]
        assert answer["machines"][underway]["reason"] == "it was carried"
        after = issued.accounts()
        assert after[unused]["userAccountControl"] == DISABLED
        assert after[live] == before[live]
        assert after[underway] == before[underway]
        assert record(issued, unused)["reason"] == "its package expired"
        again = succeeded(expire(issued, *machines))
        assert not again["changed"]
        assert states(again) == ["revoked", "used", "underway"]

    def test_what_is_not_late(self, issued: Branch) -> None:
        before = issued.accounts()
        assert states(succeeded(expire(issued, lifetime=30))) == ["valid"] * 3
        assert states(succeeded(expire(issued, lifetime=None))) == ["valid"] * 3
        assert issued.accounts() == before

    def test_what_nobody_noted(self, issued: Branch) -> None:
        """A machine that was joined offline looks like one whose package still lies in the safe."""
        joined, *others = issued.names
        member = issued.member(joined)
        assert member.request_offline_join(issued.package(joined)).returncode == 0
        before = issued.accounts()
        answer = succeeded(expire(issued, *({"name": name} for name in issued.names)))
        assert states(answer) == ["unknown"] * 3
        assert "nobody noted whether it was applied; keep a ledger" in answer["machines"][joined]["reason"]
        told = errors(revoke(issued, machines=[{"name": joined, "underway": "it was applied"}]))[joined]
        assert "the machine is treated as live, because it was applied; leave it alone; in an incident, set" in told
        assert issued.accounts() == before
        assert member.secure_channel().returncode == 0
        stranded = succeeded(expire(issued, {"name": others[0]}, strand=True, strand_machines=[others[0]]))
        assert states(stranded) == ["revoked"]

    def test_stranded_only_when_wanted_and_named(self, issued: Branch) -> None:
        name = issued.names[0]
        machine = {"name": name, "underway": "it was applied"}
        assert states(succeeded(expire(issued, machine, strand=True))) == ["underway"]
        assert states(succeeded(expire(issued, machine, strand_machines=[name]))) == ["underway"]
        assert states(succeeded(expire(issued, machine, strand=True, strand_machines=[name.lower()]))) == ["revoked"]

    def test_without_a_record(self, issued: Branch) -> None:
        issued.issue_record(issued.names[0]).unlink()
        before = issued.accounts()
        assert states(succeeded(expire(issued, {"name": issued.names[0]}))) == ["unknown"]
        assert issued.accounts() == before


class TestSecondDomainController:
    def test_a_silent_one_leaves_all_of_it_alone(self, issued: Branch) -> None:
        before = issued.accounts()
        issued.lab.stop_second_controller()
        try:
            answer = succeeded(expire(issued))
            refused = errors(revoke(issued, issued.names[0]))
        finally:
            issued.lab.start(second_controller=True)
        assert states(answer) == ["unknown"] * 3
        assert f"{issued.lab.second_server} did not answer" in answer["machines"][issued.names[0]]["reason"]
        assert f"{issued.lab.second_server} did not answer" in refused[issued.names[0]]
        assert issued.accounts() == before
        assert {one["userAccountControl"][0] for one in before.values()} == set(ENABLED)

    def test_used_there_only(self, issued: Branch) -> None:
        """lastLogon and logonCount are not replicated."""
        name = issued.names[0]
        assert StolenPackage(issued, name).opens_ldap_of(issued.lab.second_server)
        assert states(succeeded(expire(issued, {"name": name}))) == ["used"]

    def test_revoked_once_it_shows_on_both(self, issued: Branch) -> None:
        name, here, there = issued.names[0], issued.lab.server, issued.lab.second_server
        answer = revoke(issued, name)
        assert answer["machines"][name]["controllers"] == {here: True, there: False}
        assert f"it does not show on {there} yet; let it replicate" in errors(answer)[name]
        assert f"{there} still accepts the old password" in answer["machines"][name]["outlives"][0]
        before = issued.accounts()[name]
        issued.lab.replicate()
        again = succeeded(revoke(issued, name))
        assert not again["changed"]
        assert again["machines"][name]["controllers"] == {here: True, there: True}
        assert issued.accounts()[name]["pwdLastSet"] == before["pwdLastSet"]
