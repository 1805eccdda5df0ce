# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A restart by the action of another collection: found, not there, or not come back."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.plugin_utils import _restart
from ansible_collections.adops.offline_join.plugins.plugin_utils._other_action import run_action
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions


class Own(ActionBase):
    def run(self, *_arguments: Any) -> dict[str, Any]:
        raise NotImplementedError


@pytest.fixture
def action() -> ActionBase:
    made: ActionBase = actions.make(Own, {"of": "this action"})
    return made


class TestOtherAction:
    def test_it_runs_with_its_own_arguments(self, action: ActionBase) -> None:
        answer = run_action(action, "ansible.builtin.fail", {"msg": "hello"}, {})
        assert answer["msg"] == "hello"
        assert action._task.args == {"of": "this action"}

    def test_a_collection_that_is_not_installed(self, action: ActionBase) -> None:
        with pytest.raises(AnsibleActionFail) as raised:
            run_action(action, "nobody.nothing.win_reboot", {}, {})
        said = "nobody.nothing.win_reboot is not there; install the collection nobody.nothing on the control node"
        assert str(raised.value) == said


class TestRestart:
    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """What the other action is asked for; ``answer`` is what it says."""
        asked: dict[str, Any] = {"answer": {"rebooted": True}}

        def run(_action: ActionBase, name: str, arguments: dict[str, Any], _variables: dict[str, Any]) -> Any:
            asked[name] = arguments
            return asked["answer"]

        monkeypatch.setattr(_restart, "run_action", run)
        return asked

    def test_it_waits_as_long_as_it_is_told_to(self, action: ActionBase, asked: dict[str, Any]) -> None:
        _restart.restart(action, "PC-1", {}, 300)
        assert asked["ansible.windows.win_reboot"]["reboot_timeout"] == 300

    @pytest.mark.parametrize(
        ("words", "cause"), [({"msg": "timed out waiting"}, "timed out waiting"), ({}, "no reason given")]
    )
    def test_it_does_not_come_back(
        self, action: ActionBase, asked: dict[str, Any], words: dict[str, str], cause: str
    ) -> None:
        asked["answer"] = {"failed": True, **words}
        with pytest.raises(AnsibleActionFail) as raised:
            _restart.restart(action, "PC-1", {}, 300)
        assert str(raised.value) == f"PC-1: the restart failed: {cause}; run again when it is on"
