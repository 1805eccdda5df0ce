# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shapes of our plays and directory steps. Where one of them differs, machines are lost silently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

HOME = Path(__file__).parents[2]
Task = dict[str, Any]

PLAY = {
    "hosts": "{{ offline_join_hosts | default('all') }}",
    "gather_facts": False,
    "strategy": "ansible.builtin.linear",
}
PLAY_KEYWORDS = {"name", "vars", "module_defaults", "max_fail_percentage", "tasks", *PLAY}
LEAVE_OUT = {"ansible.builtin.meta": "end_host", "when": "offline_join_note is defined"}
ON_THE_CONTROL_NODE = {
    "ansible_connection": "local",
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    "ansible_become": False,
}
DIRECTORY_STEP = {
    "run_once": True,
    "delegate_to": "localhost",
    "changed_when": False,
    "failed_when": False,
    "vars": ON_THE_CONTROL_NODE | {"ansible_pipelining": True},
}
# Plays that speak of all machines at once, also of those that were noted.
TOLD_OF_ALL = ("Settings", "Complete", "Record", "Acceptance", "Report")
READS = {"adops.offline_join.computer_info", "adops.offline_join.ledger_info"}
DYNAMIC = {"include_role", "include_tasks", "ansible.builtin.include_role", "ansible.builtin.include_tasks"}


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text()) or []


def _flat(tasks: list[Task]) -> Iterator[Task]:
    for task in tasks:
        yield task
        for section in ("block", "rescue", "always"):
            yield from _flat(task.get(section, []))


PLAYBOOKS = sorted((HOME / "playbooks").rglob("*.yml"))
PLAYS = {
    f"{file.relative_to(HOME)}: {play['name']}": play
    for file in PLAYBOOKS
    for play in _read(file)
    if "ansible.builtin.import_playbook" not in play
}
ROLE_TASKS = {str(file.relative_to(HOME)): _read(file) for file in sorted(HOME.glob("roles/*/tasks/*.yml"))}
ROLE_VARIABLES = {file.parts[-3]: yaml.safe_load(file.read_text()) for file in HOME.glob("roles/*/vars/main.yml")}
RUNTIME = yaml.safe_load((HOME / "meta" / "runtime.yml").read_text())
DIRECTORY_MODULES = {f"adops.offline_join.{name}" for name in RUNTIME["action_groups"]["directory"]}


def test_there_is_something_to_look_at() -> None:
    assert {file.stem for file in PLAYBOOKS} >= {"prepare", "join", "rollout"}
    assert any(name.endswith("Report") for name in PLAYS)
    assert DIRECTORY_MODULES & {module for tasks in ROLE_TASKS.values() for task in _flat(tasks) for module in task}


@pytest.mark.parametrize("name", PLAYS)
def test_play(name: str) -> None:
    """No play of ours splits its hosts, gathers facts, targets another pattern or inherits a strategy."""
    play = PLAYS[name]
    assert {keyword: play.get(keyword) for keyword in PLAY} == PLAY
    # Promotion goes in waves.
    assert set(play) <= PLAY_KEYWORDS | ({"serial"} if name.endswith("Promote") else set())


@pytest.mark.parametrize("name", [name for name in PLAYS if not name.endswith(TOLD_OF_ALL)])
def test_stage(name: str) -> None:
    """First those are left out that an earlier stage noted; then everything stands in one block that notes."""
    leave_out, *for_all, block = PLAYS[name]["tasks"]
    assert all(task.get("run_once") for task in for_all)
    assert leave_out.keys() - {"name", "vars"} == LEAVE_OUT.keys()
    assert leave_out["ansible.builtin.meta"] == LEAVE_OUT["ansible.builtin.meta"]
    # What a play is not for leaves it, too: a skipped step would cost as much as one that runs.
    assert leave_out["when"].partition(" or ")[0] == LEAVE_OUT["when"]
    assert block["ignore_unreachable"] is True
    note = block["rescue"][-1]
    assert set(note["ansible.builtin.set_fact"]["offline_join_note"]) == {"stage", "state", "headline"}


def test_every_playbook_begins_with_the_settings_and_ends_with_the_report() -> None:
    for file in (HOME / "playbooks").glob("*.yml"):
        assert _read(file)[0]["ansible.builtin.import_playbook"] == "stages/settings.yml", file
        assert _read(file)[-1]["ansible.builtin.import_playbook"] == "stages/report.yml", file


@pytest.mark.parametrize("name", [*PLAYS, *ROLE_TASKS])
def test_nothing_is_included_at_run_time(name: str) -> None:
    for task in _flat(PLAYS[name]["tasks"] if name in PLAYS else ROLE_TASKS[name]):
        assert not DYNAMIC & set(task), task["name"]
        assert not isinstance(task.get("any_errors_fatal"), str), task["name"]


@pytest.mark.parametrize("name", PLAYS)
def test_steps_on_the_control_node(name: str) -> None:
    for task in _flat(PLAYS[name]["tasks"]):
        if "delegate_to" in task and "delegate_facts" not in task:
            assert task["delegate_to"] == "localhost", task["name"]
            assert task["run_once"] is True, task["name"]
            assert task["vars"].items() >= ON_THE_CONTROL_NODE.items(), task["name"]


@pytest.mark.parametrize("name", ROLE_TASKS)
def test_directory_steps(name: str) -> None:
    """One call for all machines that never fails, then each machine speaks for itself."""
    tasks = list(_flat(ROLE_TASKS[name]))
    for task, answer in zip(tasks, [*tasks[1:], {}], strict=True):
        if not (DIRECTORY_MODULES & set(task) or task.get("delegate_to") == "localhost"):
            continue
        assert {keyword: task.get(keyword) for keyword in DIRECTORY_STEP} == DIRECTORY_STEP, task["name"]
        assert task["no_log"].endswith("_secure_logging }}"), task["name"]
        # What holds for one machine must not decide for all.
        assert not re.search("hostvars|inventory_hostname|machine_", str(task.get("when", ""))), task["name"]
        if READS & set(task):
            continue  # each machine's own step gets its entry as an argument
        mine = answer["ansible.builtin.assert"]["that"].removeprefix("'error' not in ")
        assert re.fullmatch(r"__\w*mine", mine), task["name"]
        assert answer["changed_when"] == f"{mine}.changed | default(false)", task["name"]
        said = {**ROLE_VARIABLES[name.split("/")[1]], **answer.get("vars", {})}[mine]
        assert f"({task['register']}.machines | default({{}}))" in said, task["name"]
        assert f"default({{'error': {task['register']}.msg" in said, task["name"]


def test_every_variable_of_the_playbooks_is_documented() -> None:
    """Each by its name, or, of the connection options, by its ending."""
    used = {name for file in PLAYBOOKS for name in re.findall(r"(?<![\w.])offline_join_[a-z0-9_]+", file.read_text())}
    told = (HOME / "docs" / "playbooks.md").read_text()
    internal = {"offline_join_note", "offline_join_faults"}
    missing = {name for name in used - internal if f"`{name}`" not in told}
    assert {name for name in missing if f"`{name.removeprefix('offline_join')}`" not in told} == set()


def _options(stage: str, role: str) -> Task:
    """What a stage gives to its role, by the names without the role's prefix."""
    play = next(play for name, play in PLAYS.items() if name.endswith(f": {stage}"))
    step = play["tasks"][-1]["block"][0]
    return {name.removeprefix(f"{role}_"): value for name, value in step["vars"].items()}


def test_both_looks_at_a_machine_know_the_same_options() -> None:
    specification = _read(HOME / "roles" / "membership_verify" / "meta" / "argument_specs.yml")
    known = {name.removeprefix("membership_verify_") for name in specification["argument_specs"]["main"]["options"]}
    verify, promote = _options("Verify", "membership_verify"), _options("Promote", "computer_promote")
    assert verify.keys() >= promote.keys() & known > {"policies", "laps", "administrators"}


@pytest.mark.parametrize(("promote", "last"), [(True, False), (False, True), ("false", True)])
def test_last_look_expects_what_policies_bring(promote: bool | str, last: bool) -> None:
    """That is the one of its promotion; or, where a machine stays in staging, the one of ``verify``."""
    options = _options("Verify", "membership_verify")
    play, again = _read(HOME / "playbooks" / "stages" / "verify.yml")
    assert again["vars"].items() - play["vars"].items() == {("offline_join_phase", "site")}
    given = {"offline_join_policies": ["Baseline"], "offline_join_laps": True, "offline_join_administrators": ["S-1"]}
    internal = {name: trust_as_template(text) for name, text in play["vars"].items()}
    templar = Templar(DataLoader(), {"offline_join_promote": promote, **internal, **given})
    asked = {name: trust_as_template(options[name]) for name in ("policies", "laps", "administrators")}
    expected: Task = {"policies": ["Baseline"], "laps": True, "administrators": ["S-1"]}
    assert templar.template(asked) == (expected if last else {"policies": [], "laps": False})
