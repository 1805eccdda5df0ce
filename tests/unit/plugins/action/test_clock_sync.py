# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``clock_sync`` does with its machine, and before it looks at it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action.clock_sync import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import TICKS
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
    assert found["msg"] == (
        "PC-1: cannot be reached (adops.offline_join.win_machine_info); "
        "run again when it is on; if it is, open WinRM or SSH on it"
    )


class Windows(ActionModule):
    """A member in UTC, so many seconds ahead of us and of its domain; it notes what its clock is told."""

    ahead: float
    answers: dict[str, dict[str, Any]]
    told: list[dict[str, Any]]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        if hand == "win_clock":
            self.told.append(module_args)
        utc = round((time.time() + self.ahead + 11_644_473_600) * TICKS)
        return {
            "win_machine_info": {"clock": {"utc": utc, "time_zone": "UTC", "w32time": {"type": "NT5DS"}}},
            "win_domain_info": {"locator": {"status": 0}, "clock": {"status": 0, "offset": round(-self.ahead * TICKS)}},
            "win_clock": {"exit_codes": {"config": 0, "resync": 0}},
        }[hand] | self.answers.get(hand, {})


def machine(ahead: float, check_mode: bool = False, **arguments: Any) -> Any:
    action = actions.make(Windows, {"name": "PC-1", **arguments}, check_mode=check_mode)
    action.ahead, action.answers, action.told = ahead, {}, []
    return action


DOMAIN = {"source": "domain", "domain": "corp.example"}


@pytest.mark.parametrize("source", [{}, DOMAIN])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_clock_that_is_off_is_set(source: dict[str, Any], check_mode: bool) -> None:
    action = machine(200, check_mode, **source)
    found = action.run(None, {})
    assert found["changed"]
    assert found["offset"] == pytest.approx(200, abs=2)
    assert found["diff"]["before"].startswith("clock: 3 min ")
    assert found["diff"]["after"] == "clock: 0 s ahead\n"
    assert len(action.told) == (0 if check_mode else 1)
    assert [told["shift"] / TICKS for told in action.told] == [pytest.approx(-200, abs=2)] * len(action.told)


@pytest.mark.parametrize("source", [{}, DOMAIN])
def test_a_clock_that_is_right_enough_is_left_alone(source: dict[str, Any]) -> None:
    action = machine(20, **source)
    found = action.run(None, {})
    assert (found["changed"], action.told) == (False, [])
    assert found["diff"]["before"] == found["diff"]["after"]


def test_only_another_time_zone() -> None:
    action = machine(20, time_zone="W. Europe Standard Time")
    found = action.run(None, {})
    assert (found["changed"], action.told) == (True, [{"time_zone": "W. Europe Standard Time"}])
    assert found["diff"]["before"] == found["diff"]["after"], "the time itself stays"


@pytest.mark.parametrize("subset", ["locator", "clock"])
def test_a_domain_whose_clock_cannot_be_read(subset: str) -> None:
    action = machine(200, **DOMAIN)
    action.answers["win_domain_info"] = {subset: {"status": 1355, "offset": 0}}
    with pytest.raises(AnsibleActionFail, match=r"PC-1: the domain's clock cannot be read: .*ERROR_NO_SUCH_DOMAIN"):
        action.run(None, {})
    assert action.told == []


def test_a_time_service_that_does_not_do_it() -> None:
    action = machine(200, **DOMAIN)
    action.answers["win_clock"] = {"exit_codes": {"config": 0, "resync": 1058}}
    with pytest.raises(AnsibleActionFail) as raised:
        action.run(None, {})
    said = "PC-1: w32tm /resync ended with 1058; look whether the service W32Time is disabled"
    assert str(raised.value) == said
