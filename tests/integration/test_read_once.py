# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a step reads once for all machines comes from the first one, and what a stage gives to its role outranks the
inventory: no shape of ours may forget that."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.settings import READ_ONCE, WITHOUT_EFFECT

HOME = Path(__file__).parents[2]
OF_NO_HOST = {"offline_join_note", "offline_join_faults"}
OF_EACH_WHERE_IT_JOINS = {"offline_join_trusted_issuers"}
Task = dict[str, Any]


def _flat(tasks: list[Task]) -> Iterator[Task]:
    for task in tasks:
        yield task
        for section in ("block", "rescue", "always"):
            yield from _flat(task.get(section, []))


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}


def _read_by(texts: Iterable[Any], known: Mapping[str, Any]) -> set[str]:
    """Every name in these texts, and in what the names among them stand for."""
    found: set[str] = set()
    names = {name for text in texts for name in re.findall(r"\w+", str(text))}
    while new := names - found:
        found |= new
        names = {name for one in new if one in known for name in re.findall(r"\w+", str(known[one]))}
    return found


def _by_a_role(role: str, given: Mapping[str, Any], of_the_play: Mapping[str, Any]) -> set[str]:
    home = HOME / "roles" / role
    known = {**of_the_play, **_read(home / "vars" / "main.yml"), **given}
    once = [task for file in home.glob("tasks/*.yml") for task in _flat(_read(file)) if task.get("run_once")]
    return _read_by([{key: said for key, said in task.items() if key != "name"} for task in once], known) - set(given)


def _by_a_play(play: Task) -> set[str]:
    variables = play.get("vars", {})
    found = _read_by([play.get("module_defaults", {})], variables)
    for task in _flat(play["tasks"]):
        if task.get("run_once"):
            found |= _read_by([task], {**variables, **task.get("vars", {})})
        if role := task.get("ansible.builtin.import_role", {}).get("name"):
            found |= _by_a_role(role.rpartition(".")[2], task.get("vars", {}), variables)
    return found


STAGES = {
    f"{file.stem}: {play['name']}": play
    for file in sorted((HOME / "playbooks" / "stages").glob("*.yml"))
    for play in _read(file)
}
ROLES = sorted(file.parent.name for file in HOME.glob("roles/*/tasks"))
OPTIONS = {
    name
    for file in HOME.glob("roles/*/meta/argument_specs.yml")
    for name in _read(file)["argument_specs"]["main"].get("options", {})
}


def test_what_a_run_reads_once_must_be_the_same_for_all() -> None:
    """How a step is logged may differ, and what a machine is asked for itself."""
    found = set().union(*map(_by_a_play, STAGES.values()))
    ours = {name for name in found if name.startswith("offline_join_")} - OF_NO_HOST - OF_EACH_WHERE_IT_JOINS
    of_roles = {name for name in found & OPTIONS if not name.endswith("_secure_logging")}
    assert {*READ_ONCE} == ours | of_roles


def test_what_the_inventory_sets_without_effect() -> None:
    """What stages give to roles, each with a name that counts there, and what is read before the inventory is."""
    given = {
        name: {*re.findall(r"\b(?:offline_join|machine|package_issue)_\w+", str(text))}
        for play in STAGES.values()
        for task in _flat(play["tasks"])
        if "ansible.builtin.import_role" in task
        for name, text in task.get("vars", {}).items()
    }
    keywords = {
        name: set()
        for play in STAGES.values()
        for name in re.findall(r"\boffline_join_\w+", f"{play['hosts']} {play.get('serial', '')}")
    }
    assert WITHOUT_EFFECT.keys() == given.keys() | keywords.keys()
    for name, instead in WITHOUT_EFFECT.items():
        assert instead in ({**given, **keywords}[name] or {""}), name


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_gives_one_machines_own_value_to_all(stage: str) -> None:
    """Roles read the variables of each machine where they make the list of them."""
    for task in _flat(STAGES[stage]["tasks"]):
        role = task.get("ansible.builtin.import_role", {}).get("name", "").rpartition(".")[2]
        given = task.get("vars", {}) if role else {}
        own = {name for name, text in given.items() if re.search(r"\bmachine_|inventory_hostname", str(text))}
        once = _by_a_role(role, {}, {}) if role else set()
        assert own & once == set()
        if task.get("run_once"):
            assert not re.search(r"\bmachine_|(?<!hostvars\[)inventory_hostname", str(task)), task["name"]


@pytest.mark.parametrize("role", ROLES)
def test_no_step_of_a_role_speaks_of_the_first_machine_to_all(role: str) -> None:
    home = HOME / "roles" / role
    known = _read(home / "vars" / "main.yml")
    for task in (task for file in home.glob("tasks/*.yml") for task in _flat(_read(file)) if task.get("run_once")):
        # Where a task is delegated to is asked of the first machine, and so it must be.
        texts = [{key: said for key, said in task.items() if key not in ("name", "delegate_to")}]
        read = _read_by(texts, known)
        texts += [known[name] for name in read if name in known]
        assert not re.search(r"'machine_\w+', default=|\binventory_hostname\b", str(texts)), task["name"]
