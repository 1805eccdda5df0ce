# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memberships that died are repaired: both ways, what is refused, and runs that stopped on the way."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch
from tests.twin.farm import TwinFarm

TICKS, UNIX_EPOCH = 10_000_000, 116_444_736_000_000_000  # FILETIME
# Where the connection breaks, which leaves the machine as a run that is killed there.
STOPS: tuple[dict[str, Any], ...] = (
    {"module": "win_domain_leave", "when": "after"},
    {"module": "win_join_package", "when": "before"},
    {"module": "win_join_package", "when": "after"},
)
ROLE = """
- hosts: all
  gather_facts: false
  roles:
    - role: adops.offline_join.membership_repair
      membership_repair_domain: corp.example
      membership_repair_username: "{{ login }}"
      membership_repair_package: "{{ new_package }}"
"""


@pytest.fixture
def members(make_branch: Callable[[int], Branch], farm: TwinFarm) -> Callable[[int], Branch]:
    """Makes a branch of so many machines that have joined, and do not see their domain."""

    def make(size: int) -> Branch:
        branch = make_branch(size)
        farm.start(branch.names)
        branch.twins(farm)
        branch.extra_environment["ANSIBLE_FORKS"] = "20"
        assert "failed" not in branch.issue()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: join(farm, name, branch.package(name)), branch.names))
        branch.variables["login"] = "{{ offline_join_username }}"
        branch.variables["new_package"] = f"{branch.dest}/{{{{ inventory_hostname }}}}.djoin"
        return branch

    return make


def join(farm: TwinFarm, name: str, package: Path) -> None:
    """As the hand and the field kit do it: they note what was applied, and when."""
    farm.join(name, package)
    noted = {"machine_name": name, "domain": "corp.example", "last_boot": 0, "boot": 0, "status": 0}
    applied = round(time.time() * TICKS) + UNIX_EPOCH
    sha256 = Package.read(package.read_bytes()).sha256
    farm.set(name, marker={**noted, "package_sha256": sha256, "applied": applied})


def repair(branch: Branch, *arguments: str) -> tuple[dict[str, int], dict[str, str]]:
    """Which machines were changed, and what those said that failed."""
    playbook = branch.directory / "repair.yml"
    playbook.write_text(ROLE)
    branch.account = "reissue"
    done = branch.play(str(playbook), *arguments)
    changed = {host: int(number) for host, number in re.findall(r"^(\S+) +: .*\bchanged=(\d+)", done.stdout, re.M)}
    return changed, failures(done)


def failures(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return dict(re.findall(r"^(?:fatal|failed): \[(\S+)\]: .*?\"msg\": \"(.*?)\"[,}]", done.stdout, re.M))


def acts(farm: TwinFarm, name: str) -> list[str]:
    hands = [one["name"].rpartition(".")[2] for one in farm.calls(name) if one["kind"] == "module"]
    return [hand for hand in hands if not hand.endswith("_info")]


def test_both_ways_refusals_and_interrupted_runs(members: Callable[[int], Branch], farm: TwinFarm) -> None:
    branch = members(8 + len(STOPS))
    healthy, reset, rejoined, helpless, elsewhere, away, filtered, outdated, *stopped = branch.names
    for name in (healthy, reset, filtered, outdated):
        farm.set(name, network=True)
    farm.set(filtered, elevated=False)
    # Its secret is dead, and the package in its folder is the one that it was joined with.
    branch.host_variables[outdated]["login"] = "{{ omit }}"
    branch.lab.reset_password(outdated)
    for name in (reset, helpless):
        branch.lab.reset_password(name)
    anew = [rejoined, *stopped]
    assert "failed" not in branch.issue(*anew, regenerate="always", live_machines=anew)
    branch.host_variables[helpless]["new_package"] = "{{ omit }}"
    farm.set(elsewhere, domain="other.example")
    for name, stop in zip(stopped, STOPS, strict=True):
        farm.set(name, faults=[{"kind": "drop", **stop}])
    broken = [reset, *anew]
    refused = {helpless, elsewhere, away, filtered, outdated}
    before = {name: farm.verdict(name)["status"] for name in branch.names}
    assert {name for name, status in before.items() if status == 0} == {healthy, elsewhere, away, filtered}

    changed, said = repair(branch, "--check")
    assert {name for name, number in changed.items() if number} == set(broken)
    assert set(said) == refused
    assert not any(acts(farm, name) for name in branch.names)

    changed, said = repair(branch)
    assert {name for name, number in changed.items() if number} == {reset, rejoined}
    assert refused | set(stopped) >= set(said) >= refused
    assert "nothing is known to be broken: the domain or its controllers were not found" in said[helpless]
    assert "is a member of other.example, not of corp.example" in said[elsewhere]
    # The package that it was joined with still lies there, and no domain controller is in reach to say that it lives.
    assert "nothing is known to be broken: the domain or its controllers were not found" in said[away]
    assert "the session is not elevated (ERROR_ELEVATION_REQUIRED, 740); log in with" in said[filtered]
    assert "it was joined with this very package; issue a new one" in said[outdated]
    assert not any(acts(farm, name) for name in (healthy, *refused))
    assert acts(farm, reset) == ["win_machine_password"]
    assert acts(farm, rejoined) == ["win_domain_leave", "win_join_package"]
    assert not any(farm.state(name)["part_of_domain"] for name in stopped)

    # Meanwhile a domain controller is in reach, but a machine that has left has no password to reset.
    for name in stopped:
        farm.set(name, network=True)
    changed, said = repair(branch, "--limit", ",".join(stopped))
    assert not said
    assert changed == dict.fromkeys(stopped, 1)
    assert all("win_machine_password" not in acts(farm, name) for name in stopped)
    assert {farm.verdict(name)["status"] for name in (healthy, away, filtered, *broken)} == {0}

    for name in broken:
        farm.set(name, network=True)
    known = {name: acts(farm, name) for name in branch.names}
    changed, said = repair(branch)
    assert set(changed.values()) == {0}
    assert set(said) == refused
    assert {name: acts(farm, name) for name in branch.names} == known
