# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs without a directory: machines that were lost on the way, those of two branches in one run, and an inventory
that says what no play reads there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

Hosts = dict[str, dict[str, Any]]


def run(directory: Path, playbook: str, hosts: Hosts, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Hosts whose name begins with HAM are in the group ``branch_HAM``. No domain controller listens."""
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "offline_join_server": "127.0.0.99",
        "offline_join_username": "rollout@corp.example",
        "offline_join_dest": str(directory / "packages"),
        "offline_join_staging_ou": "OU=Staging,DC=corp,DC=example",
        "offline_join_seal": "none",
        "offline_join_reason": "lost in the post",
    }
    branches = {"branch_HAM": {"hosts": {name: {} for name in hosts if name.startswith("HAM")}}}
    inventory = {"all": {"vars": variables, "hosts": hosts, "children": branches}}
    (directory / "hosts.json").write_text(json.dumps(inventory))
    environment = {"ANSIBLE_HOME": str(directory / "ansible"), "ANSIBLE_NOCOLOR": "1"}
    return subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "hosts.json", playbook, *arguments],
        cwd=directory,
        env=os.environ | environment | {"OFFLINE_JOIN_DIRECTORY_PASSWORD": "nobody asks for it"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def notes(directory: Path) -> dict[str, dict[str, str]]:
    said: dict[str, dict[str, str]] = json.loads((directory / "packages" / "report.json").read_text())["machines"]
    return said


NOWHERE = {"ansible_connection": "{{ connections[machine_type] }}"}


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_machine_whose_connection_cannot_be_resolved(lost: int, tmp_path: Path) -> None:
    """No stage can note anything for it, be it the first one, one between, or the last one."""
    names = ["BER-1", "BER-2", "BER-3"]
    hosts: Hosts = {name: NOWHERE if name == names[lost] else {} for name in names}
    done = run(tmp_path, "adops.offline_join.join", hosts)
    assert done.returncode == 2
    report = notes(tmp_path)
    note = report.pop(names[lost])
    assert (note["state"], note.get("stage")) == ("failed", "complete"), done.stdout
    assert note["headline"].startswith(f"{names[lost]}: it was asked and did not answer")
    assert [one["stage"] for one in report.values()] == ["join"] * 2


@pytest.mark.parametrize("playbook", ["prepare", "revoke"])
def test_a_playbook_that_talks_to_no_machine_needs_no_connection(playbook: str, tmp_path: Path) -> None:
    hosts: Hosts = {"BER-1": NOWHERE, "BER-2": {}}
    done = run(tmp_path, f"adops.offline_join.{playbook}", hosts)
    assert done.returncode == 2
    assert [one["stage"] for one in notes(tmp_path).values()] == [playbook] * 2, done.stdout


def test_two_branches_in_one_run(tmp_path: Path) -> None:
    """Nobody is asked anything, not even where the first one could not be; alone each branch goes its way."""
    hosts: Hosts = {
        "BER-1": NOWHERE,
        "HAM-1": {"offline_join_staging_ou": "OU=Hamburg,DC=corp,DC=example"},
        "BER-2": {"offline_join_dns_servers": ["192.0.2.1"]},
    }
    done = run(tmp_path, "adops.offline_join.prepare", hosts)
    assert done.returncode == 2
    expected = (
        "offline_join_staging_ou: not the same for BER-1 and HAM-1, and a run has one value for all machines; "
        "run the playbook once for each branch, with --limit branch_HAM"
    )
    note = {"stage": "settings", "state": "failed", "headline": expected}
    assert notes(tmp_path) == dict.fromkeys(hosts, note)
    assert done.stdout.count(f'"settings: {expected}"') == len(hosts)
    assert "Check its name" not in done.stdout
    alone = run(tmp_path, "adops.offline_join.join", hosts, "--limit", "branch_HAM")
    assert {name: one["stage"] for name, one in notes(tmp_path).items()} == {"HAM-1": "join"}, alone.stdout


def test_an_inventory_that_says_what_no_play_reads_there(tmp_path: Path) -> None:
    """It names one machine, and the run would revoke all. (With -e it covers those alone: test_road.)"""
    said: dict[str, Any] = {"offline_join_hosts": "BER-1", "package_revoke_reason": "stolen"}
    hosts: Hosts = {"BER-1": {}, "BER-2": {}, "HAM-1": said}
    done = run(tmp_path, "adops.offline_join.revoke", hosts)
    assert done.returncode == 2
    expected = (
        "offline_join_hosts counts with -e only; package_revoke_reason counts with -e only, "
        "in the inventory offline_join_reason does; nothing was touched"
    )
    note = {"stage": "settings", "state": "failed", "headline": expected}
    assert notes(tmp_path) == dict.fromkeys(hosts, note), done.stdout
