# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine that neither came to the end of its playbook nor has a note is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.endings import missing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import Results
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known

PLAYBOOKS = Path(__file__).resolve().parents[6] / "playbooks"
LATEST = {
    "prepare": known.ISSUED,
    "join": known.APPLIED,
    "accept": {**known.RETIRED, **known.PROMOTED},
    "field_kit": known.CARRIED,
    "revoke": {"__package_revoke_call": known.of_all({"state": "to be revoked"})},
    "expire": {"__package_expire_call": known.of_all({"state": "kept"})},
}
NOTES_EVERYBODY = ["audit", "import_receipts"]


def is_missing(playbook: str, variables: dict[str, Any], *, promote: bool = True) -> bool:
    return missing(Results.read(known.NAME, variables), playbook, promote=promote)


@pytest.mark.parametrize("playbook", [*LATEST, *NOTES_EVERYBODY])
def test_nothing_was_heard_of_it(playbook: str) -> None:
    assert is_missing(playbook, {})
    assert not is_missing(playbook, known.noted(playbook))
    others = {name: one for end, said in LATEST.items() if end != playbook for name, one in said.items()}
    assert is_missing(playbook, others)


@pytest.mark.parametrize("playbook", LATEST)
def test_it_came_to_the_end(playbook: str) -> None:
    assert not is_missing(playbook, LATEST[playbook])
    # A bulk module tells of all machines.
    of_another = {"machine_name": "BER-PC-002", **LATEST[playbook]}
    assert is_missing(playbook, of_another) is (playbook not in ("join", "accept"))


def test_acceptance_without_promotion() -> None:
    assert is_missing("accept", known.RETIRED)
    assert not is_missing("accept", known.RETIRED, promote=False)


def test_every_playbook_names_its_own_end() -> None:
    """Right before what is told of all machines; the whole road ends as its last stretch does."""
    ends = {}
    for file in PLAYBOOKS.glob("*.yml"):
        imports = yaml.safe_load(file.read_text(encoding="utf-8"))
        stages = [Path(one["ansible.builtin.import_playbook"]).stem for one in imports]
        last = stages.index("complete")
        assert not {*stages[last + 1 :]} - {"record", "acceptance", "report"}
        ends[file.stem] = imports[last]["vars"]["__offline_join_playbook"]
    assert ends.pop("rollout") == "accept"
    assert ends == {name: name for name in (*LATEST, *NOTES_EVERYBODY)}
