# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a Windows join in any output, fact, log or file, on the control node or on the machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.branch import Branch
from tests.integration.leaks import search
from tests.integration.spy import Spy, indiscreet_collection
from tests.twin.farm import TwinFarm


@pytest.fixture
def spy(make_branch: Callable[[int], Branch], farm: TwinFarm) -> Spy:
    """Looks at a branch of two Windows machines, whose administrator's password is a canary, too."""
    branch = make_branch(2)
    farm.start(branch.names)
    branch.twins(farm)
    branch.variables["offline_join_rename"] = "follow_package"
    branch.issue()
    # The password comes as most teams give it: by a lookup, not written into the inventory.
    for name in branch.names:
        branch.host_variables[name]["ansible_password"] = "{{ lookup('ansible.builtin.env', 'SITE_PASSWORD') }}"
    branch.extra_environment["SITE_PASSWORD"] = farm.password
    return Spy(branch, canaries={"site password": farm.password})


def everything_a_twin_knows(farm: TwinFarm) -> dict[str, str]:
    """What was written down of each call, and what lies on each machine."""
    calls = {f"calls of {name}": json.dumps(farm.calls(name)) for name in farm.names}
    return calls | {f"state of {name}": json.dumps(farm.state(name)) for name in farm.names}


def test_join_and_second_run(spy: Spy, farm: TwinFarm) -> None:
    for arguments in (["--check"], [], []):
        done = spy.play("join", *arguments)
        assert done.returncode == 0, done.stdout[-3000:]
    assert spy.findings() == []
    assert search(everything_a_twin_knows(farm), spy.secrets()) == []
    for name in farm.names:
        [applied] = farm.calls(name, "win_join_package")
        assert applied["no_log"]
        assert applied["parameters"]["package"] == "********"
        assert farm.state(name)["files"] == {}


@pytest.mark.parametrize(
    "faults",
    [
        [{"kind": "status", "status": 87}],
        [{"kind": "drop", "module": "win_join_package"}],
        [{"kind": "power_loss", "when": "after"}],
    ],
    ids=["refused", "dropped", "power lost"],
)
def test_join_that_fails(spy: Spy, farm: TwinFarm, faults: list[dict[str, Any]]) -> None:
    for name in farm.names:
        farm.set(name, faults=faults)
    spy.play("join")
    assert {note["state"] for note in spy.branch.report().values()} <= {"failed", "pending"}
    assert spy.findings() == []
    assert search(everything_a_twin_knows(farm), spy.secrets()) == []


def test_spy_finds_what_an_indiscreet_action_shows(spy: Spy, tmp_path: Path) -> None:
    """Without no_log around the call of the hand, the loudest output shows the package."""
    told = "        done = self._hand.call_secretly(\n"
    # What a careless colleague might write to find a fault.
    debugged = f"        self._action._display.v(self._package.to_base64())\n{told}"
    environment = indiscreet_collection(tmp_path, {"plugins/action/join.py": (told, debugged)})
    assert spy.play("join", environment=environment).returncode == 0
    assert {found.canary for found in spy.findings()} >= {f"package of {name}" for name in spy.branch.names}
