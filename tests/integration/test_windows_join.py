# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows machines join over WinRM: many at once, and one play over many machines with one trouble each."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import text
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch
from tests.integration.witness import Witness
from tests.twin.farm import TwinFarm

MOST_RUNS_OF_A_JOINED_MACHINE = 5
DONE = {"state": "done"}
HOUR = 3600


@pytest.fixture
def twins(make_branch: Callable[[int], Branch], farm: TwinFarm) -> Callable[[int], Branch]:
    """Makes a branch of so many fresh PCs, whose packages are issued."""

    def make(size: int) -> Branch:
        branch = make_branch(size)
        farm.start(branch.names)
        branch.twins(farm)
        branch.variables["offline_join_rename"] = "follow_package"
        branch.extra_environment["ANSIBLE_FORKS"] = "20"
        assert "failed" not in branch.issue()
        return branch

    return make


def changed(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {host: int(number) for host, number in re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", done.stdout, re.M)}


def memberships(farm: TwinFarm) -> dict[str, bool]:
    return {name: farm.state(name)["part_of_domain"] for name in farm.names}


def accepted(farm: TwinFarm, names: Iterable[str]) -> set[str]:
    """The machines that the domain accepts by Netlogon and Kerberos."""
    verdicts = {name: farm.verdict(name) for name in names}
    return {name for name, verdict in verdicts.items() if verdict and verdict["status"] == 0}


def test_many_machines(twins: Callable[[int], Branch], farm: TwinFarm, tmp_path: Any, thorough: bool) -> None:
    """Predicted, joined, and left alone by the second run, which costs each machine five task runs."""
    branch = twins(50 if thorough else 6)
    farm.set(branch.names[0], clock_offset=float(HOUR))
    predicted = branch.play("join", "--check")
    assert predicted.returncode == 0, "the clock would be set by then"
    assert all(changed(predicted).values())
    assert not any(memberships(farm).values())
    assert not any(farm.calls(name, "win_join_package") for name in branch.names)

    assert branch.play("join").returncode == 0
    assert branch.report() == dict.fromkeys(branch.names, DONE)
    assert accepted(farm, branch.names) == set(branch.names)
    for name in branch.names:
        assert len([one for one in farm.calls(name) if "/r /t" in one["name"]]) == 1
        assert farm.state(name)["active_name"] == name

    before = {name: len(farm.calls(name, "win_join_package")) for name in branch.names}
    witness = Witness(tmp_path / "witness")
    again = branch.play("join", environment=witness.environment)
    assert again.returncode == 0
    assert changed(again) == dict.fromkeys(branch.names, 0)
    assert {name: len(farm.calls(name, "win_join_package")) for name in branch.names} == before
    _once, per_host = witness.once_and_per_host()
    assert max(per_host.values()) <= MOST_RUNS_OF_A_JOINED_MACHINE


# What is wrong with a machine, and the sentence with which it is left alone.
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "domain controller": ({"domain_role": 5, "part_of_domain": True}, "the machine is a domain controller"),
    "member elsewhere": (
        {"domain_role": 1, "part_of_domain": True, "domain": "other.example"},
        "the machine is a member of other.example; leave it first",
    ),
    "member under another name": (
        {"domain_role": 1, "part_of_domain": True, "domain": "corp.example", "active_name": "SOMEBODY"},
        "the machine is a member of corp.example already, as SOMEBODY",
    ),
    "Home edition": ({"sku": 101}, "this edition of Windows (SKU 101) cannot join a domain"),
    "Entra ID": ({"entra_join_type": 1}, "the machine is joined to Entra ID"),
    "filtered token": ({"elevated": False}, "the session is not elevated"),
    "new name waits": ({"pending_name": "LATER"}, "its new name LATER waits for a restart"),
}


# Whose clock is not even set, because they are not the machine that is meant, or a member, or would not let us.
LEFT_ALONE = ("is a domain controller", "is a member of", "its serial number", "not elevated")


def refuse(branch: Branch, farm: TwinFarm, names: Iterator[str]) -> dict[str, str]:
    """Make something wrong with as many machines as there are refusals: the sentence of each."""
    sentences = {}
    for settings, sentence in REFUSALS.values():
        name = next(names)
        farm.set(name, **settings)
        sentences[name] = sentence
    serial, named, damaged, missing = (next(names) for _number in range(4))
    branch.host_variables[serial]["machine_serial_number"] = "NOT-THIS-ONE"
    sentences[serial] = f"its serial number is {farm.state(serial)['serial_number']}, not NOT-THIS-ONE"
    branch.host_variables[named]["offline_join_rename"] = "refuse"
    sentences[named] = f"the machine is called {farm.state(named)['active_name']}; rename it"
    _change_one_letter(branch.package(damaged))
    sentences[damaged] = f"{branch.package(damaged)} is not the package that was issued"
    branch.package(missing).unlink()
    sentences[missing] = f"{branch.package(missing)} cannot be read"
    for name in sentences:
        farm.set(name, clock_offset=float(HOUR))
    return sentences


def _change_one_letter(file: Path) -> None:
    """Of the password, wherever that stands, so that the package is sound all the same."""
    package = Package.read(file.read_bytes())
    assert package.join.machine_password is not None
    password = package.join.machine_password.reveal().encode("utf-16-le")
    other = bytes([password[0] ^ 1]) + password[1:]
    content = base64.b64decode(package.to_base64())
    assert password in content
    file.write_bytes(text.to_djoin_file(content.replace(password, other)))


# What Windows answers, and how it is told, with its meaning, its name and the remedy; 2713 is a success.
STATUSES = {
    5: "the login may not join this machine",
    87: "Windows cannot read the package",
    2691: "the machine is a member already",
    2698: "this edition of Windows cannot join a domain",
    2719: "this Windows is too old for the package",
    -2147024891: "the login may not join this machine (ERROR_ACCESS_DENIED, 5)",
    4711: "Windows refused with a status that has no entry here (0x00001267, 4711)",
}

FAULTS: dict[str, list[dict[str, Any]]] = {
    "drops while it is looked at": [{"kind": "drop", "module": "win_machine_info"}],
    "drops before the package": [{"kind": "drop", "module": "win_join_package"}],
    "drops after the package": [{"kind": "drop", "module": "win_join_package", "when": "after"}],
    "loses power before the API": [{"kind": "power_loss"}],
    "loses power after the API": [{"kind": "power_loss", "when": "after"}],
    "is busy": [{"kind": "busy"}],
    "refuses credentials": [{"kind": "refuse"}],
}
HARMLESS: dict[str, list[dict[str, Any]]] = {
    "answers late": [{"kind": "late", "module": "win_machine_info", "seconds": 2}],
    "restarts slowly": [{"kind": "restart_late", "seconds": 3}],
}


def test_one_trouble_each(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Each stops its own machine, with its own sentence; nobody is lost: the second run joins all that may join."""
    branch = twins(len(REFUSALS) + 4 + len(STATUSES) + len(FAULTS) + len(HARMLESS) + 2)
    names = iter(branch.names)
    # So long the client waits for the answer to what a busy machine did not take.
    branch.variables["ansible_winrm_operation_timeout_sec"] = 3
    refused = refuse(branch, farm, names)
    statuses = {next(names): status for status in STATUSES}
    for name, status in statuses.items():
        farm.set(name, faults=[{"kind": "status", "status": status}])
    faulty, harmless = ([next(names) for _fault in faults] for faults in (FAULTS, HARMLESS))
    for name, faults in zip([*faulty, *harmless], [*FAULTS.values(), *HARMLESS.values()], strict=True):
        farm.set(name, faults=faults)
    must_restart, good = names
    farm.set(must_restart, faults=[{"kind": "status", "status": 2713}])

    first = branch.play("join")
    assert first.returncode == 2
    report = branch.report()
    for name in (good, must_restart, *harmless):
        assert report[name] == DONE, first.stdout
    for name, sentence in refused.items():
        note = report[name] | {"headline": report[name].get("headline", "")[: len(f"{name}: {sentence}")]}
        assert note == {"stage": "join", "state": "failed", "headline": f"{name}: {sentence}"}
        assert not farm.calls(name, "win_join_package")
        assert bool(farm.calls(name, "win_clock")) is not any(words in sentence for words in LEFT_ALONE), sentence
    for name, status in statuses.items():
        told = f"{name}: Windows did not take the package: {STATUSES[status]}"
        assert report[name]["headline"].startswith(told)
        assert farm.state(name)["marker"] is None
    for name in faulty:
        assert report[name]["state"] in ("pending", "failed"), name
        assert report[name]["headline"].startswith(f"{name}: "), report[name]

    second = branch.play("join", "--limit", ":".join(["all", *(f"!{name}" for name in refused)]))
    assert second.returncode == 0, second.stdout
    others = set(branch.names) - set(refused)
    assert accepted(farm, others) == others


def test_join_that_does_not_take_at_the_restart(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Windows may say why, or nothing at all."""
    branch = twins(2)
    told, untold = branch.names
    farm.set(told, faults=[{"kind": "join_at_boot", "status": 2710}])
    farm.set(untold, faults=[{"kind": "hollow"}])
    reasons = {told: "the prepared join is damaged", untold: "issue a new package"}
    assert branch.play("join").returncode == 2
    for name, reason in reasons.items():
        assert f"the restart did not make the machine a member: {reason}" in branch.report()[name]["headline"]
    assert branch.play("join").returncode == 2
    assert all("issue a new package" in note["headline"] for note in branch.report().values())
    assert "failed" not in branch.issue(regenerate="always")
    assert branch.play("join").returncode == 0
    assert accepted(farm, branch.names) == {*branch.names}


@pytest.mark.thorough
def test_member_that_another_package_made(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    """Alive: left as it is. Its account reset meanwhile: told. Without the network nobody knows."""
    branch = twins(2)
    assert branch.play("join").returncode == 0
    alive, dead = branch.names
    for name in branch.names:
        farm.set(name, marker=None)
    assert branch.play("join").returncode == 0
    for note in branch.report().values():
        assert note["state"] == "pending"
        assert note["headline"].endswith("run again when it sees its domain")
    for name in branch.names:
        farm.set(name, network=True)
    branch.issue(dead, regenerate="always", live_machines=[dead])
    assert branch.play("join").returncode == 2
    assert branch.report()[alive] == DONE
    assert branch.report()[dead]["headline"].startswith(f"{dead}: joined with a dead package: ")


def test_clock_an_hour_off(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    """The play sets it first; without that step the join refuses it."""
    branch = twins(2)
    by_play, by_itself = branch.names
    for name in branch.names:
        farm.set(name, clock_offset=float(HOUR))
    assert branch.play("join", "--limit", by_play).returncode == 0
    assert abs(farm.state(by_play)["clock_offset"]) < 5
    playbook = branch.directory / "only_join.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - adops.offline_join.join:\n"
        "        name: '{{ inventory_hostname }}'\n        rename: follow_package\n"
        f"        package: {branch.dest}/{{{{ inventory_hostname }}}}.djoin\n"
    )
    done = branch.play(str(playbook), "--limit", by_itself)
    assert done.returncode == 2
    assert f"{by_itself}: its clock is 1 h ahead, more than Kerberos accepts" in done.stdout
    assert not farm.calls(by_itself, "win_join_package")


def test_other_ways_to_the_machine(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    branch = twins(4)
    psrp, ntlm = farm.inventory(connection="psrp"), farm.inventory(port=5985, auth="ntlm")
    # Nothing is left of the way that the fixture chose.
    branch.host_variables = {name: (psrp if number < 2 else ntlm)[name] for number, name in enumerate(branch.names)}
    assert branch.play("join").returncode == 0
    assert accepted(farm, branch.names) == set(branch.names)


def test_what_was_left_behind_is_wiped(twins: Callable[[int], Branch], farm: TwinFarm) -> None:
    branch = twins(1)
    [name] = branch.names
    package = branch.package(name).read_bytes()
    answer_file = r"C:\Windows\Panther\unattend.xml"
    account_data = package.decode("utf-16").strip("\0")
    farm.set(name, files={
        r"C:\odj.txt": {"base64": base64.b64encode(package).decode()},
        answer_file: f"<unattend><AccountData>{account_data}</AccountData></unattend>",
    })  # fmt: skip
    playbook = branch.directory / "apply.yml"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  roles:\n    - role: adops.offline_join.package_apply\n"
        f"      package_apply_package: {branch.dest}/{{{{ inventory_hostname }}}}.djoin\n"
        "      package_apply_rename: follow_package\n      package_apply_remains_paths: ['C:\\*.txt']\n"
    )
    assert branch.play(str(playbook)).returncode == 0
    files = farm.state(name)["files"]
    assert set(files) == {answer_file}
    assert files[answer_file] == len("<unattend><AccountData></AccountData></unattend>")
