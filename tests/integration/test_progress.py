# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback plugin rollout_progress beside the standard one, in real runs of a playbook that is not ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PLAYBOOK = """
- name: Look
  hosts: all
  gather_facts: false
  tasks:
    - name: Answer
      ansible.builtin.ping:
        data: "{{ inventory_hostname }} xQ7-vN2_kT9"
    - name: Not today
      ansible.builtin.ping:
      when: false
    - name: Break
      ansible.builtin.command: "false"
      changed_when: false
      when: inventory_hostname == 'HAM-1'
    - name: Work
      block:
        - name: Tell a secret
          ansible.builtin.fail:
            msg: xQ7-vN2_kT9
          no_log: true
          when: inventory_hostname == 'BER-2'
      rescue:
        - name: Note
          ansible.builtin.set_fact:
            offline_join_note: {stage: look, state: pending, headline: "BER-2: is off"}
    - name: Rescued without a note
      when: inventory_hostname == 'BER-1'
      block:
        - name: Fail for a while
          ansible.builtin.command: "false"
          changed_when: false
      rescue:
        - name: Go on
          ansible.builtin.ping:
- name: Report
  hosts: all
  gather_facts: false
  tasks:
    - name: Write it
      adops.offline_join.acceptance_report:
        machines: [{name: BER-1, state: done}]
        dest: "{{ playbook_dir }}/reports"
      run_once: true
"""
HOSTS = {"BER-1": "BER", "BER-2": "BER", "HAM-1": "HAM"}
BREAKER = """
from ansible.plugins.callback import CallbackBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import progress

DOCUMENTATION = "name: breaker\\ntype: aggregate\\nshort_description: breaks\\ndescription: [breaks]\\noptions: {}"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "breaker"

    def v2_playbook_on_start(self, playbook):
        progress.Progress.task = lambda *_given, **_named: 1 / 0
"""


def run(directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (directory / "play.yml").write_text(PLAYBOOK)
    hosts = {name: {"ansible_connection": "local", "machine_branch": branch} for name, branch in HOSTS.items()}
    (directory / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    program = Path(sys.executable).with_name("ansible-playbook")
    known = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.run(
        [program, "-i", "hosts.json", "play.yml"],
        cwd=directory,
        env=known
        | {
            "ANSIBLE_CALLBACKS_ENABLED": "adops.offline_join.rollout_progress",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_HOME": str(directory / "ansible"),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_steps_causes_and_report_are_told_and_no_secret(tmp_path: Path) -> None:
    done = run(tmp_path, ANSIBLE_VERBOSITY="3", CI="true", OFFLINE_JOIN_PROGRESS_QUIET="0")
    told = [line.partition(" (0:")[0] for line in done.stderr.splitlines()]
    assert told[:1] == ["Look, Answer: BER 2 ok; HAM 1 ok"]
    assert "Look, Not today" not in done.stderr
    assert "Look, Go on: BER 1 ok, 1 pending; HAM 1 failed" in told
    assert "Report, Write it: BER 1 ok, 1 pending; HAM 1 failed" in told
    end = told.index("What stops machines:")
    assert told[end:] == [
        "What stops machines:",
        "  failed in: Break",
        "    1 failed: HAM-1",
        "  look: is off",
        "    1 pending: BER-2",
        f"Report: {tmp_path}/reports/acceptance.html",
    ]
    assert "xQ7-vN2" not in done.stderr
    assert done.returncode == 2, "one host failed"


def test_in_ci_it_tells_the_end_alone(tmp_path: Path) -> None:
    done = run(tmp_path, ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", CI="true")
    told = done.stderr.splitlines()
    assert told[0].startswith("3 machines in 0:00:")
    assert told[1] == "What stops machines:"
    assert json.loads(done.stdout)["stats"]["HAM-1"]["failures"] == 1


def test_a_fault_in_it_never_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "breaker.py").write_text(BREAKER)
    enabled = "adops.offline_join.rollout_progress,breaker"
    done = run(tmp_path, ANSIBLE_CALLBACKS_ENABLED=enabled, ANSIBLE_CALLBACK_PLUGINS=str(tmp_path))
    [said] = done.stderr.splitlines()
    assert re.fullmatch(
        r"rollout_progress tells no more of this run \(unexpected ZeroDivisionError at \w+\.py:\d+; "
        r"please report it with this line\); the run goes on",
        said,
    )
    assert done.returncode == 2
    assert (tmp_path / "reports" / "acceptance.html").exists()
