# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road from account to member with ansible-playbook: no machine is lost silently, whatever goes wrong."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.branch import Branch
from tests.integration.stolen_package import StolenPackage
from tests.integration.witness import Witness
from tests.lab import Member

PACKAGES = "adops.offline_join.packages"
SAMBA_JOIN = "adops.offline_join.samba_join"
MOST_RUNS_PER_HOST = 25
DONE = {"state": "done"}


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "witness")


def recap(done: subprocess.CompletedProcess[str], counter: str) -> dict[str, int]:
    """One number of the play recap, by host."""
    return {host: int(number) for host, number in re.findall(rf"^(\S+) +: ok=.*\b{counter}=(\d+)", done.stdout, re.M)}


def states(branch: Branch) -> dict[str, str]:
    return {name: note["state"] for name, note in branch.report().items()}


def joined(branch: Branch) -> set[str]:
    """The machines whose stored secret the domain accepts."""
    members = {name: branch.member(name) for name in branch.names}
    return {name for name, member in members.items() if member.joined and member.secure_channel().returncode == 0}


def switch_off(branch: Branch, *names: str) -> None:
    """Nobody listens where Ansible looks for these machines."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for name in names:
        off = {"ansible_connection": "ansible.builtin.ssh", "ansible_host": "127.0.0.1", "ansible_port": port}
        branch.host_variables.setdefault(name, {}).update(off)


def within_budget(branch: Branch, witness: Witness) -> None:
    """A task run costs 15 to 20 s for 1,000 hosts, also one that is skipped; a call for all costs nothing per host."""
    once, per_host = witness.once_and_per_host()
    print(f"rollout: {max(per_host.values())} task runs per host, and {once} once for all")
    assert witness.hosts(PACKAGES) == [branch.names[0]]
    assert sorted(witness.hosts("ansible.builtin.validate_argument_spec")) == sorted(branch.names * 5)
    assert set(per_host) == set(branch.names)
    assert max(per_host.values()) <= MOST_RUNS_PER_HOST


def test_happy_road(branch: Branch, witness: Witness) -> None:
    """Predicted, gone within the budget, gone again, and predicted once more."""
    branch.members()
    everyone = dict.fromkeys(branch.names, DONE)
    predicted = branch.play("rollout", "--check")
    assert predicted.returncode == 0
    assert all(recap(predicted, "changed").values())
    assert not branch.dest.exists()
    assert not branch.accounts()
    assert not any(branch.member(name).joined for name in branch.names)

    first = branch.play("rollout", environment=witness.environment)
    assert first.returncode == 0
    within_budget(branch, witness)
    # The first host also counts what is done once for all.
    assert {**recap(first, "changed"), branch.names[0]: 0} == {**recap(predicted, "changed"), branch.names[0]: 0}
    assert branch.report() == everyone
    assert joined(branch) == set(branch.names)

    for arguments in ([], ["--check"]):
        again = branch.play("rollout", *arguments)
        assert again.returncode == 0
        assert recap(again, "changed") == dict.fromkeys(branch.names, 0)
        assert branch.report() == everyone


def test_check_mode_between_the_stages(branch: Branch) -> None:
    """The packages are there, so the machines are looked at, but nothing is applied."""
    branch.members()
    branch.issue()
    predicted = branch.play("join", "--check")
    assert predicted.returncode == 0
    assert all(recap(predicted, "changed").values())
    assert not any(branch.member(name).joined for name in branch.names)


def test_domain_controller_is_not_there(branch: Branch) -> None:
    branch.variables["offline_join_server"] = "127.0.0.99"
    done = branch.play("rollout")
    assert done.returncode == 2
    assert recap(done, "failed") == dict.fromkeys(branch.names, 1)
    assert set(branch.report()) == set(branch.names)
    for note in branch.report().values():
        assert (note["stage"], note["state"]) == ("prepare", "failed")
        assert "connect to 127.0.0.99 port 636" in note["headline"]
        assert done.stdout.count(f"prepare: {note['headline']}") >= len(branch.names)


def test_machines_that_cannot_be_prepared(make_branch: Callable[[int], Branch], witness: Witness) -> None:
    """The first host, which speaks for all in the directory, is one of them; none gets an account by another name."""
    branch = make_branch(5)
    branch.members()
    misnamed, taken, unresolved, *good = branch.names
    branch.host_variables[misnamed]["machine_name"] = "PC_001"
    branch.host_variables[unresolved]["machine_name"] = "{{ asset_tag }}-X"
    dn = f"CN={taken},CN=Computers,DC=corp,DC=example"
    branch.add(dn, {"objectClass": ["computer"], "sAMAccountName": [f"{taken}$"], "userAccountControl": ["4096"]})
    done = branch.play("rollout", environment=witness.environment)
    assert done.returncode == 2
    assert recap(done, "failed") == dict.fromkeys((misnamed, taken, unresolved), 1) | dict.fromkeys(good, 0)
    assert set(branch.accounts()) == {taken, *good}
    assert joined(branch) == set(good)
    assert sorted(witness.hosts(SAMBA_JOIN)) == good
    report = branch.report()
    assert {name: report[name] for name in good} == dict.fromkeys(good, DONE)
    for name, cause in ((misnamed, "PC_001: "), (taken, f"{taken}: {dn}: (1) it is not in OU=Staging")):
        assert (report[name]["stage"], report[name]["state"]) == ("prepare", "failed")
        assert report[name]["headline"].startswith(cause)
        assert f"prepare: {report[name]['headline']}" in done.stdout
    assert report[unresolved]["state"] == "failed"
    assert "asset_tag" in report[unresolved]["headline"]


def test_machines_that_are_off(branch: Branch) -> None:
    """The first and the last: pending, with a package that waits for them, and no failure."""
    branch.members()
    first, on, last = branch.names
    switch_off(branch, first, last)
    done = branch.play("rollout")
    assert done.returncode == 0
    assert states(branch) == {first: "pending", on: "done", last: "pending"}
    assert joined(branch) == {on}
    for name in (first, last):
        assert branch.package(name).exists()
        assert branch.report()[name]["stage"] == "join"
        assert branch.report()[name]["headline"] in done.stdout
    del branch.host_variables[first]["ansible_connection"]
    assert branch.play("join").returncode == 0
    assert states(branch) == {first: "done", on: "done", last: "pending"}
    assert joined(branch) == {first, on}


def test_every_machine_is_off(branch: Branch) -> None:
    switch_off(branch, *branch.names)
    done = branch.play("rollout")
    assert done.returncode == 0
    assert states(branch) == dict.fromkeys(branch.names, "pending")
    assert "3 machines: 3 pending" in done.stdout


def test_limit(branch: Branch) -> None:
    first, second, third = branch.names
    for limit, limited in ((second, {second}), (f"!{first}", {second, third})):
        assert branch.play("prepare", "--limit", limit).returncode == 0
        assert branch.report() == dict.fromkeys(limited, DONE)
        assert set(branch.accounts()) == limited


@pytest.mark.thorough
def test_another_strategy_in_the_environment(branch: Branch, witness: Witness) -> None:
    """With the strategy free a task with run_once runs on every host."""
    environment = witness.environment | {"ANSIBLE_STRATEGY": "ansible.builtin.free"}
    assert branch.play("prepare", environment=environment).returncode == 0
    assert witness.hosts(PACKAGES) == [branch.names[0]]
    assert set(branch.accounts()) == set(branch.names)


def test_variables_of_the_branch_reach_the_module(branch: Branch, witness: Witness) -> None:
    _first, second, third = branch.names
    wanted = {"port": 389, "tls_mode": "start_tls", "connection_timeout": 7, "cert_validation": "ignore_hostname"}
    branch.variables |= {f"offline_join_{option}": value for option, value in wanted.items()}
    arguments = ["-e", f"offline_join_hosts={second}:{third}"]
    assert branch.play("prepare", *arguments, environment=witness.environment).returncode == 0
    assert branch.report() == dict.fromkeys((second, third), DONE)
    assert set(branch.accounts()) == {second, third}
    assert witness.hosts(PACKAGES) == [second]
    given = witness.results(PACKAGES)[0]["task_fields"]["args"]
    assert {option: given[option] for option in wanted} == wanted
    assert "auth_protocol" not in given


@pytest.mark.thorough
def test_names_differ_from_those_of_the_inventory(
    make_branch: Callable[[int], Branch], request: pytest.FixtureRequest
) -> None:
    branch = make_branch(2)
    branch.members()
    named, lower = branch.names
    desk = f"Desk-{lower}.Berlin"
    members = [branch.member(name) for name in branch.names]
    for member in members:
        # The branch is about to forget these names.
        request.addfinalizer(member.remove)
    branch.host_variables[desk] = branch.host_variables.pop(named) | {"machine_name": named.title()}
    branch.host_variables[lower.lower()] = branch.host_variables.pop(lower)
    branch.names = (desk, lower.lower())
    assert branch.play("rollout").returncode == 0
    assert branch.report() == dict.fromkeys(branch.names, DONE)
    assert all(member.secure_channel().returncode == 0 for member in members)
    assert recap(branch.play("rollout"), "changed") == dict.fromkeys(branch.names, 0)


def test_joins_that_are_refused(make_branch: Callable[[int], Branch]) -> None:
    """Each stops its own machine with its own sentence, and changes nothing on it."""
    branch = make_branch(6)
    branch.members()
    branch.issue()
    swapped, other, elsewhere, member_before, truncated, good = branch.names
    packages = [branch.package(name).read_bytes() for name in (swapped, other)]
    for name, package in zip((other, swapped), packages, strict=True):
        branch.package(name).write_bytes(package)
    conf = branch.member(elsewhere).smb_conf
    conf.write_text(conf.read_text().replace("realm = CORP.EXAMPLE", "realm = OTHER.EXAMPLE"))
    assert branch.member(member_before).request_offline_join(branch.package(member_before)).returncode == 0
    branch.package(truncated).write_bytes(branch.package(truncated).read_bytes()[:-100])

    done = branch.play("join")
    assert done.returncode == 2
    assert recap(done, "failed") == dict.fromkeys(branch.names, 1) | {good: 0}
    report = branch.report()
    assert report.pop(good) == DONE
    sentences = {
        swapped: f"the package is for {other}, not for {swapped}; look which file package names",
        other: f"the package is for {swapped}, not for {other}; look which file package names",
        elsewhere: "smb.conf says realm = OTHER.EXAMPLE, but the package is for corp.example; correct one",
        member_before: "the host is a member",
        truncated: f"{branch.package(truncated)} ",
    }
    for name, sentence in sentences.items():
        assert (report[name]["stage"], report[name]["state"]) == ("join", "failed")
        assert report[name]["headline"].startswith(f"{name}: {sentence}")
    assert joined(branch) == {member_before, good}


def test_retirement(make_branch: Callable[[int], Branch]) -> None:
    """A member changes its password over a secure channel that it proved; then its package joins nothing."""
    branch = make_branch(4)
    branch.members()
    branch.issue()
    reset, good, dark, hasty = branch.names
    branch.host_variables[hasty]["offline_join_retire_twice"] = True
    for name in branch.names:
        assert branch.member(name).request_offline_join(branch.package(name)).returncode == 0
    branch.lab.reset_password(reset)
    branch.host_variables[dark]["ansible_python_interpreter"] = str(branch.member(dark).python)
    stolen, stolen_from_hasty = StolenPackage(branch, good), StolenPackage(branch, hasty)
    before = passwords_last_set(branch)

    predicted = branch.play("accept", "--check")
    assert passwords_last_set(branch) == before

    done = branch.play("accept")
    assert done.returncode == 2, done.stdout
    for run in (predicted, done):
        # The first host also counts the report.
        assert recap(run, "changed") | {reset: 0} == {reset: 0, good: 1, dark: 0, hasty: 1}
    report = branch.report()
    assert report[good] == report[hasty] == DONE
    for name, state, cause in (
        (reset, "failed", "the domain refuses the machine's secret (NT_STATUS_ACCESS_DENIED); "),
        (dark, "pending", "it finds no domain controller of corp.example; "),
    ):
        assert (report[name]["stage"], report[name]["state"]) == ("retire", state)
        assert report[name]["headline"].startswith(f"{name}: it cannot change its password: {cause}")
        assert report[name]["headline"] in predicted.stdout
    after = passwords_last_set(branch)
    assert after == before | {name: after[name] for name in (good, hasty)}
    assert after[good] > before[good]
    assert stolen.opens() == {"ntlm", "ldap"}, "for an hour, as after any single change"
    assert stolen_from_hasty.opens() == set()
    thief = Member(good, branch.directory / "thief", branch.lab.view)
    thief.create()
    assert thief.request_offline_join(branch.package(good)).returncode == 0
    assert "NT_STATUS_ACCESS_DENIED" in thief.secure_channel().stderr

    again = branch.play("accept")
    assert recap(again, "changed") == dict.fromkeys(branch.names, 0)
    assert branch.report() == report
    assert passwords_last_set(branch) == after
    assert joined(branch) == {good, dark, hasty}


def passwords_last_set(branch: Branch) -> dict[str, int]:
    """As ldbsearch sees it."""
    return {name: int(entry["pwdLastSet"][0]) for name, entry in branch.accounts().items()}
