# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks that cannot record what happened, or not report it: every machine is told, the next run makes it good."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger

from tests.integration.branch import Branch
from tests.integration.seals import Seals

STAGES = Path(__file__).parents[2] / "playbooks" / "stages"


@pytest.mark.thorough
def test_another_process_holds_it(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    branch = make_branch(2)
    seals = Seals(tmp_path)
    seals.put_on(branch)
    location = str(branch.directory / "ledger.db")
    branch.variables["offline_join_ledger"] = location
    branch.extra_environment["OFFLINE_JOIN_LEDGER_TIMEOUT"] = "1"
    ledger = Ledger.open(location, create=True)
    with ledger.writing():
        held = branch.play("prepare")
    assert held.returncode == 2, held.stdout
    note = {
        "stage": "record",
        "state": "failed",
        "headline": f"write to the ledger {location}: another process holds it, longer than the timeout; "
        "look what still writes to it, or set ledger_timeout higher, and run it again",
    }
    assert branch.report() == dict.fromkeys(branch.names, note)
    assert ledger.read() == []
    packages = {name: seals.file(branch, name).read_bytes() for name in branch.names}
    accounts = branch.accounts()
    again = branch.play("prepare")
    assert again.returncode == 0, again.stdout
    assert {one["state"] for one in branch.report().values()} == {"done"}
    assert branch.accounts() == accounts
    for name in branch.names:
        assert [link.event.kind for link in ledger.read([name])] == ["issued", "sealed"]
        kept = ledger.package(name)
        assert kept is not None
        assert kept.content == packages[name] == seals.file(branch, name).read_bytes()


@pytest.mark.parametrize(
    ("variable", "template", "stage"),
    [
        ("offline_join_ledger", "{{ nowhere }}", "record"),
        ("offline_join_reason", "{{ lookup('ansible.builtin.file', 'nowhere') }}", "record"),
        ("offline_join_title", "{{ lookup('ansible.builtin.file', 'nowhere') }}", None),
    ],
)
def test_variable_that_cannot_be_resolved(branch: Branch, variable: str, template: str, stage: str | None) -> None:
    branch.variables |= {"offline_join_ledger": str(branch.directory / "ledger.db"), variable: template}
    playbook = branch.directory / "end.yml"
    end = ("record", "acceptance", "report")
    playbook.write_text(json.dumps([{"ansible.builtin.import_playbook": str(STAGES / f"{one}.yml")} for one in end]))
    done = branch.play(str(playbook))
    assert done.returncode == 2, done.stdout
    assert {one.get("stage") for one in branch.report().values()} == {stage}
    told = dict(re.findall(r"^fatal: \[([^] ]+)\]: FAILED! => \{(.+?)(?=^\S)", done.stdout, re.MULTILINE | re.DOTALL))
    assert {name for name, said in told.items() if "nowhere" in said} == {*branch.names}
