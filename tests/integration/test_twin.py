# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole twin: Ansible joins Windows machines to the lab's domain, and Ansible sees what happened to them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.lab import LabError
from tests.twin.farm import TwinFarm

SECONDS = 120
ANSIBLE = Path(sys.prefix, "bin", "ansible")
JOIN = "package={{ package }} package_sha256={{ package_sha256 }} machine_name={{ machine_name }} domain={{ domain }}"
WHOLE = ("winrm", 5986)
Answers = dict[str, tuple[str, dict[str, Any]]]


class Site:
    """A branch of Windows machines ``PC1`` ..., each with the package of one computer account."""

    def __init__(self, branch: Branch, farm: TwinFarm) -> None:
        self.branch, self.farm = branch, farm
        self.machine_names = dict(zip(farm.names, branch.names, strict=True))
        branch.issue()

    def package_of(self, name: str) -> dict[str, str]:
        """The host variables with its package."""
        machine_name = self.machine_names[name]
        text = self.branch.package(machine_name).read_bytes().decode("utf-16").strip("\0")
        return {
            "package": text,
            "package_sha256": hashlib.sha256(base64.b64decode(text)).hexdigest(),
            "machine_name": machine_name,
            "domain": self.branch.lab.domain,
        }

    def ansible(
        self, hosts: str, module: str, arguments: str = "", *more: str, over: tuple[str, int] = WHOLE
    ) -> Answers:
        """Run one module; by host the word of Ansible (SUCCESS, CHANGED, FAILED!, UNREACHABLE!) and the result."""
        variables = {name: host | self.package_of(name) for name, host in self.farm.inventory(*over).items()}
        inventory = self.branch.directory / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": variables}}))
        done = subprocess.run(
            [str(ANSIBLE), "-i", str(inventory), hosts, "-m", module, "-a", arguments, *more],
            env=os.environ | self.farm.environment() | {"ANSIBLE_NOCOLOR": "1"}, cwd=inventory.parent,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        found = re.findall(r"^(\S+) \| (\S+) => (\{.*?^\})", done.stdout, re.M | re.S)
        assert found, done.stdout + done.stderr
        return {name: (word, json.loads(result)) for name, word, result in found}

    def membership(self, name: str) -> dict[str, Any]:
        _word, result = self.ansible(name, "adops.offline_join.win_machine_info", "subsets=membership")[name]
        found: dict[str, Any] = result["membership"]
        return found

    def channel(self, name: str) -> dict[str, Any]:
        domain = self.branch.lab.domain
        arguments = f"domain={domain} subsets=locator,channel"
        _word, result = self.ansible(name, "adops.offline_join.win_domain_info", arguments)[name]
        return result


@pytest.fixture
def site(branch: Branch) -> Iterator[Site]:
    with TwinFarm(branch.lab) as farm:
        farm.start([f"PC{number}" for number in range(1, len(branch.names) + 1)])
        yield Site(branch, farm)


def words(answers: Answers) -> set[str]:
    return {word for word, _result in answers.values()}


@pytest.mark.parametrize("over", [WHOLE, ("winrm", 5985), ("psrp", 5986), ("psrp", 5985)], ids=str)
def test_every_machine_answers_over_every_wire(site: Site, over: tuple[str, int]) -> None:
    pings = site.ansible("all", "ansible.windows.win_ping", over=over)
    assert {name: result["ping"] for name, (_word, result) in pings.items()} == dict.fromkeys(site.farm.names, "pong")
    looks = site.ansible("all", "adops.offline_join.win_machine_info", over=over)
    serials = {name: result["identity"]["serial_number"] for name, (_word, result) in looks.items()}
    assert serials == {name: site.farm.state(name)["serial_number"] for name in site.farm.names}
    assert len(set(serials.values())) == len(serials)


def test_from_the_package_to_a_secure_channel_and_its_end(site: Site) -> None:
    predicted = site.ansible("all", "adops.offline_join.win_join_package", JOIN, "--check")
    assert words(predicted) == {"CHANGED"}
    assert not any(machine["pending"] for machine in site.farm.status().values())
    applied = site.ansible("all", "adops.offline_join.win_join_package", JOIN)
    assert [result["status"] for _word, result in applied.values()] == [0, 0, 0]
    assert site.membership("PC1")["part_of_domain"] is False
    assert site.membership("PC1")["pending_join"]["machine_name"] == site.machine_names["PC1"]
    restarted = site.ansible("all", "ansible.windows.win_reboot", "post_reboot_delay=1")
    assert [result["rebooted"] for _word, result in restarted.values()] == [True, True, True]
    for name, machine_name in site.machine_names.items():
        verdict = {"machine_name": machine_name, "domain": site.branch.lab.domain, "status": 0}
        assert site.farm.verdict(name) == verdict
        assert site.farm.state(name)["active_name"] == machine_name
    assert site.membership("PC1")["domain_role"] == 1
    assert site.channel("PC1")["locator"]["status"] == 1355
    site.farm.set("PC1", network=True)
    assert site.channel("PC1")["channel"]["channel_status"] == 0
    site.branch.lab.reset_password(site.machine_names["PC1"])
    assert site.channel("PC1")["channel"]["channel_status"] == 5
    assert site.farm.verdict("PC1")["status"] == 5
    assert site.farm.verdict("PC2")["status"] == 0


def test_what_arrived_is_known_without_its_secrets(site: Site) -> None:
    site.ansible("PC1", "adops.offline_join.win_join_package", JOIN, "--check")
    (call,) = site.farm.calls("PC1", "win_join_package")
    source = Path(__file__).parents[2] / "plugins" / "modules" / "win_join_package.ps1"
    assert call["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (call["check_mode"], call["parameters"]["package"]) == (True, "********")
    assert site.package_of("PC1")["package"] not in json.dumps([site.farm.calls("PC1"), site.farm.state("PC1")])


def test_misfortunes_look_as_they_do_in_the_field(site: Site) -> None:
    site.farm.set("PC1", faults=[{"kind": "refuse", "times": None}])
    site.farm.set("PC2", faults=[{"kind": "drop", "module": "win_ping"}])
    site.farm.set("PC3", faults=[{"kind": "busy"}])
    # After a Send that failed the plugin still waits for output, for one operation timeout.
    answers = site.ansible("all", "ansible.windows.win_ping", "", "-e", "ansible_winrm_operation_timeout_sec=2")
    # Ansible takes neither of the last two for a machine that is out of reach.
    assert {name: word for name, (word, _result) in answers.items()} == {
        "PC1": "UNREACHABLE!", "PC2": "FAILED!", "PC3": "FAILED!",
    }  # fmt: skip
    assert "rejected" in answers["PC1"][1]["msg"]
    assert "Connection aborted" in answers["PC2"][1]["msg"]
    assert "send_input failed" in answers["PC3"][1]["msg"]
    site.farm.set("PC3", faults=[{"kind": "late", "seconds": 3}])
    began = time.monotonic()
    assert site.ansible("PC3", "ansible.windows.win_ping")["PC3"][0] == "SUCCESS"
    assert time.monotonic() - began > 3
    site.farm.switch_off("PC3")
    assert site.ansible("PC3", "ansible.windows.win_ping")["PC3"][0] == "UNREACHABLE!"
    site.farm.switch_on("PC3")
    assert site.ansible("PC3", "ansible.windows.win_ping")["PC3"][0] == "SUCCESS"


def test_power_lost_while_a_package_is_applied(site: Site) -> None:
    site.farm.set("PC1", network=True, faults=[{"kind": "power_loss", "when": "before"}])
    site.farm.set("PC2", network=True, faults=[{"kind": "power_loss", "when": "after"}])
    site.farm.set("PC3", faults=[{"kind": "status", "status": 2719}])
    answers = site.ansible("all", "adops.offline_join.win_join_package", JOIN)
    assert {name: word for name, (word, _result) in answers.items()} == {
        "PC1": "FAILED!", "PC2": "FAILED!", "PC3": "SUCCESS",
    }  # fmt: skip
    assert answers["PC3"][1]["status"] == 2719
    site.ansible("PC1:PC2", "ansible.builtin.wait_for_connection", "timeout=30")
    assert [site.farm.state(name)["boots"] for name in ("PC1", "PC2", "PC3")] == [2, 2, 1]
    assert site.membership("PC1")["pending_join"]["status"] is None
    assert site.farm.verdict("PC1") is None
    assert site.farm.verdict("PC2")["status"] == 0
    assert site.membership("PC3")["pending_join"] is None


def test_two_farms_and_no_lab(site: Site, tmp_path: Path) -> None:
    with TwinFarm(directory=tmp_path / "farm") as second:
        second.start(["PC1"], serial_number="ABC")
        assert second.status()["PC1"]["address"] != site.farm.status()["PC1"]["address"]
        assert (second.state("PC1")["serial_number"], second.state("PC1")["network"]) == ("ABC", False)
        with pytest.raises(LabError, match="without a lab"):
            second.set("PC1", network=True)
        with pytest.raises(LabError, match="no machine PC9"):
            second.state("PC9")
    assert not second.running
    assert not second.directory.exists()
    assert site.farm.running
