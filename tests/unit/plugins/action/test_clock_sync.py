# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``clock_sync`` does before it looks at its machine."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action.clock_sync import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.modules.clock_sync import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions


class Off(actions.Off, ActionModule):
    pass


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "name"),
        ({"name": "PC-1", "source": "domain"}, "source is domain but all of the following are missing: domain"),
        ({"name": "PC-1", "source": "sundial"}, "sundial"),
        ({"name": "PC-1", "tolerance": "little"}, "tolerance"),
        ({"name": "PC-1", "force": True}, "force"),
    ],
)
def test_arguments(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        actions.make(ActionModule, arguments).run(None, {})


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    "arguments", [{}, {"source": "domain", "domain": "corp.example"}, {"domain": "corp.example", "tolerance": 5}]
)
def test_a_machine_that_is_off(arguments: dict[str, Any], check_mode: bool) -> None:
    given = {"name": "PC-1"} | arguments
    with pytest.raises(AnsibleConnectionFailure):
        actions.make(Off, given, check_mode=check_mode).run(None, {})
    found = actions.make(Off, given, check_mode=check_mode, ignore_unreachable=True).run(None, {})
    assert found["pending"]
    assert found["msg"] == "PC-1: cannot be reached (adops.offline_join.win_machine_info); run again when it is on"
