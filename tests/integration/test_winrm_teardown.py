# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What opened WinRM: written for a kit, and taken back over the domain's connection, never over its own."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hands.powershell import faults, parse
from tests.integration.branch import Branch
from tests.twin.farm import TwinFarm
from tests.twin.hands.winrm_teardown import ACCOUNT, PARTS, TLS_PORT

POLICIES = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System!LocalAccountTokenFilterPolicy"
BASIC = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service!auth_basic"
OPEN: dict[str, Any] = {
    "bootstrap": [part for part in PARTS if part not in ("token_filter", "unencrypted", "basic")],
    "registry": {POLICIES: ["REG_DWORD", 1], BASIC: ["REG_DWORD", 1]},
}
PIN = Path(__file__).resolve().parents[2] / "docs" / "fresh_clients" / "pin.yml"
TAKE_BACK = """
- hosts: all
  gather_facts: false
  module_defaults:
    group/adops.offline_join.directory:
      server: "{{ offline_join_server }}"
      ca_cert: "{{ offline_join_ca_cert }}"
      username: "{{ offline_join_username }}"
  roles:
    - role: adops.offline_join.winrm_teardown
    - role: adops.offline_join.membership_verify
      membership_verify_domain: "{{ offline_join_domain }}"
      membership_verify_without_bootstrap: true
"""


def changed(text: str) -> dict[str, int]:
    return {host: int(number) for host, number in re.findall(r"^(\S+) +: ok=.*\bchanged=(\d+)", text, re.M)}


def pin(branch: Branch, farm: TwinFarm, name: str, kit: Path) -> None:
    """Let Ansible trust the certificate that the machine's receipt tells, and no other."""
    kit.mkdir()
    seen, serial = farm.status()[name], farm.state(name)["serial_number"]
    lines = Path(seen["certificate"]).read_text().splitlines()
    receipt = {"format": 1, "serial_number": serial, "certificate": "".join(lines[1:-1]), "error": None}
    (kit / f"{seen['computer_name']}-{serial}.winrm.json").write_text(json.dumps(receipt))
    branch.host_variables[name] |= {"machine_serial_number": serial}
    pinned = branch.play(str(PIN), "--limit", name, "-e", f"offline_join_winrm_kit={kit}")
    assert changed(pinned.stdout) == {name: 2}, pinned.stdout
    branch.host_variables[name]["ansible_winrm_ca_trust_path"] = str(kit / "pins" / f"{name}.pem")


@pytest.fixture
def machines(make_branch: Callable[[int], Branch], farm: TwinFarm, tmp_path: Path) -> Branch:
    """Machines that still have what opened WinRM; the first has joined, over its pinned certificate."""
    branch = make_branch(5)
    farm.start(branch.names, **OPEN)
    branch.twins(farm)
    branch.variables |= {"offline_join_rename": "follow_package", "offline_join_domain": branch.lab.domain}
    branch.extra_environment["ANSIBLE_FORKS"] = "5"
    first = branch.names[0]
    assert "failed" not in branch.issue(first)
    pin(branch, farm, first, tmp_path / "kit")
    joined = branch.play("join", "--limit", first)
    assert joined.returncode == 0, joined.stdout
    farm.set(first, network=True)
    branch.twins(farm, port=5985, auth="ntlm")
    return branch


def test_it_is_taken_back(machines: Branch, farm: TwinFarm, tmp_path: Path) -> None:
    """Predicted, done, proved by verification, left alone by the second run; what would cut the connection refused."""
    branch = machines
    good, same_port, same_account, only_way, by_policy = branch.names
    branch.host_variables[same_port] |= farm.inventory()[same_port]
    password = branch.host_variables[same_account]["ansible_password"]
    farm.set(same_account, users={ACCOUNT: password})
    branch.host_variables[same_account]["ansible_user"] = ACCOUNT
    farm.set(only_way, other_listeners=0)
    farm.set(by_policy, policy_registry={POLICIES: ["REG_DWORD", 1]})
    refusals = {
        same_port: f"{same_port}: this connection comes in by port {TLS_PORT}, which is to be closed",
        same_account: f"{same_account}: the login is the account that is to be removed",
        only_way: f"{only_way}: nothing else would let anybody in",
        by_policy: f"{by_policy}: still there after it was removed: token_filter",
    }
    playbook = tmp_path / "take_back.yml"
    playbook.write_text(TAKE_BACK)

    predicted = branch.play(str(playbook), "--check", "--diff", "--limit", good)
    assert changed(predicted.stdout) == {good: 1}
    assert "-listener" in predicted.stdout
    assert "what opened WinRM is still there: LocalAccountTokenFilterPolicy, auth_basic" in predicted.stdout
    assert farm.state(good)["bootstrap"] == OPEN["bootstrap"]

    done = branch.play(str(playbook))
    assert done.returncode == 2
    for name, sentence in refusals.items():
        assert sentence in done.stdout
        if name != by_policy:
            assert farm.state(name)["bootstrap"] == OPEN["bootstrap"], name
    assert changed(done.stdout)[good] == 1
    assert re.search(rf"^{good} .*failed=0", done.stdout, re.M)
    assert farm.state(good)["bootstrap"] == []
    assert farm.state(good)["registry"] == {}

    again = branch.play(str(playbook), "--limit", good)
    assert again.returncode == 0, again.stdout
    assert changed(again.stdout) == {good: 0}


KIT = """
- hosts: all
  gather_facts: false
  module_defaults:
    adops.offline_join.winrm_bootstrap:
      dest: "{{ kit }}/open_winrm.ps1"
      password_file: "{{ kit }}/winrm.password"
      control_nodes: ["192.0.2.10"]
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - adops.offline_join.winrm_bootstrap:
      check_mode: true
      register: predicted
    - ansible.builtin.assert:
        that: [predicted is changed, kit is not exists]
    - adops.offline_join.winrm_bootstrap:
      register: written
    - ansible.builtin.slurp:
        src: "{{ kit }}/winrm.password"
      register: password
      no_log: true
    - ansible.builtin.assert:
        that:
          - written is changed
          - (password.content | b64decode | trim) in lookup('file', kit ~ '/open_winrm.ps1')
        quiet: true
      no_log: true
    - adops.offline_join.winrm_bootstrap:
      register: again
    - adops.offline_join.winrm_bootstrap:
        hours: 24
      register: longer
    - ansible.builtin.assert:
        that: [again is not changed, longer is changed]
    - ansible.builtin.file:
        path: "{{ kit }}"
        mode: "0755"
    - adops.offline_join.winrm_bootstrap:
"""


def test_script_for_a_kit(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    """Predicted, written for its owner alone, kept by the second run; the password is nowhere to be seen."""
    branch = make_branch(1)
    kit = tmp_path / "kit"
    branch.variables["kit"] = str(kit)
    playbook = tmp_path / "kit.yml"
    playbook.write_text(KIT)
    done = branch.play(str(playbook), "--diff", "-vvv")
    assert f"{kit} is open to others (mode 0755)" in done.stdout
    assert re.search(rf"^{branch.names[0]} +: ok=9 .*failed=1", done.stdout, re.M), done.stdout
    assert "+192.0.2.10 for 12 hours" in done.stdout
    password = (kit / "winrm.password").read_text().strip()
    assert password not in done.stdout + done.stderr
    script = (kit / "open_winrm.ps1").read_bytes()
    assert script.count(password.encode()) == 1
    assert faults(parse(script.decode("ascii"))) == []
    assert [stat.S_IMODE(path.stat().st_mode) for path in sorted(kit.iterdir())] == [0o600, 0o600]
