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
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import windows_machines


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
    """A machine in UTC, so many seconds ahead of us and of its domain; it notes what its clock is told."""

    ahead: float
    seen: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    told: list[dict[str, Any]]
    w32time: dict[str, Any]
    looks: int

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        if hand == "win_machine_info":
            self.looks += 1
        if hand == "win_clock":
            self.told.append(module_args)
        utc = round((time.time() + self.ahead + 11_644_473_600) * TICKS)
        return {
            "win_machine_info": {
                **self.seen,
                "clock": {"utc": utc, "time_zone": "UTC", "w32time": self.w32time},
            },
            "win_domain_info": {"locator": {"status": 0}, "clock": {"status": 0, "offset": round(-self.ahead * TICKS)}},
            "win_clock": {"exit_codes": {"config": 0, "resync": 0}},
        }[hand] | self.answers.get(hand, {})


def machine(ahead: float, check_mode: bool = False, **arguments: Any) -> Any:
    """One that is not joined yet; with the domain as source, a member."""
    action = actions.make(Windows, {"name": "BER-PC-001", **arguments}, check_mode=check_mode)
    action.ahead, action.answers, action.told, action.looks = ahead, {}, [], 0
    action.seen = windows_machines.seen(**windows_machines.MEMBER if "domain" in arguments else {})
    action.w32time = {"running": True, "type": "NT5DS", "type_from_policy": False, "peers": None}
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
    assert found["diff"]["after"] == "clock: 0 s ahead\ntime_zone: UTC\nsource: NT5DS\n"
    assert action.looks == 1
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
    assert "time_zone: UTC\n" in found["diff"]["before"]
    assert "time_zone: W. Europe Standard Time\n" in found["diff"]["after"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_by_our_clock_a_member_is_left_alone(check_mode: bool) -> None:
    action = machine(200, check_mode, time_zone="W. Europe Standard Time")
    action.seen = windows_machines.seen(**windows_machines.MEMBER, elevated=False)
    found = action.run(None, {})
    assert (found["changed"], action.told) == (False, [])
    assert found["offset"] == pytest.approx(200, abs=2)
    assert found["diff"]["before"] == found["diff"]["after"]


def test_by_our_clock_a_member_is_set_that_kerberos_keeps_out() -> None:
    action = machine(3600, time_zone="W. Europe Standard Time")
    action.seen = windows_machines.seen(**windows_machines.MEMBER)
    assert action.run(None, {})["changed"]
    assert [told.keys() for told in action.told] == [{"shift"}]


def test_by_our_clock_a_member_of_another_name_is_left_alone() -> None:
    action = machine(3600)
    action.seen = windows_machines.seen(**windows_machines.MEMBER | {"active_name": "SOMEBODY"})
    assert (action.run(None, {})["changed"], action.told) == (False, [])


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"domain_role": 5}, "is a domain controller"), ({"serial_number": "X"}, "is X"), ({"elevated": False}, "740")],
)
def test_nothing_is_set_on_a_machine_that_is_not_meant(wrong: dict[str, Any], words: str, check_mode: bool) -> None:
    action = machine(200, check_mode, serial_number="5CG1234XYZ", time_zone="W. Europe Standard Time")
    action.seen = windows_machines.seen(**wrong)
    with pytest.raises(AnsibleActionFail, match=f"^BER-PC-001: .*{words}"):
        action.run(None, {})
    assert action.told == []


def test_a_check_takes_a_machine_for_the_member_that_it_would_be() -> None:
    action = machine(200, check_mode=True, **DOMAIN)
    action.seen = windows_machines.seen()
    assert action.run(None, {})["changed"]
    action = machine(200, **DOMAIN)
    action.seen = windows_machines.seen()
    with pytest.raises(AnsibleActionFail, match=r"no member of corp\.example"):
        action.run(None, {})


@pytest.mark.parametrize("subset", ["locator", "clock"])
def test_a_domain_whose_clock_cannot_be_read(subset: str) -> None:
    action = machine(200, **DOMAIN)
    action.answers["win_domain_info"] = {subset: {"status": 1355, "offset": 0}}
    with pytest.raises(
        AnsibleActionFail, match=r"BER-PC-001: the domain's clock cannot be read: .*ERROR_NO_SUCH_DOMAIN"
    ):
        action.run(None, {})
    assert action.told == []


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        ("config", 1058, "w32tm /config ended with 1058; look whether the service W32Time is disabled"),
        (
            "resync",
            -2147023436,
            "got no time from it: w32tm /resync ended with 0x800705b4; look at its way to a domain",
        ),
    ],
)
def test_a_time_service_that_does_not_do_it(act: str, code: int, words: str) -> None:
    action = machine(200, **DOMAIN)
    action.w32time["type"] = "NTP"
    action.answers["win_clock"] = {"exit_codes": {"config": 0, "resync": None, act: code}}
    with pytest.raises(AnsibleActionFail) as raised:
        action.run(None, {})
    assert str(raised.value).startswith("BER-PC-001: ")
    assert words in str(raised.value)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("ahead", "told"), [(200, ["shift"]), (20, [])])
def test_a_policy_decides_whom_the_service_follows(ahead: float, told: list[str], check_mode: bool) -> None:
    """The clock is set where it is off; the source is the policy's, whatever is configured, so it is only told."""
    action = machine(ahead, check_mode, **DOMAIN)
    action.w32time |= {"type": "NTP", "type_from_policy": True, "peers": "ntp.corp.example,0x8"}
    found = action.run(None, {})
    assert found["changed"] is bool(told)
    assert [sorted(one) for one in action.told] == ([told] if told and not check_mode else [])
    [warning] = found["warnings"]
    assert warning.startswith("BER-PC-001: a policy lets W32Time follow NTP (ntp.corp.example,0x8), not the domain; ")
    assert machine(ahead, check_mode, **DOMAIN).run(None, {})["warnings"] == []


def test_without_a_domain_its_policy_is_not_told() -> None:
    action = machine(20)
    action.w32time |= {"type": "NTP", "type_from_policy": True}
    assert action.run(None, {})["warnings"] == []
