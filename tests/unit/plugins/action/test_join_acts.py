# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``join`` does to its machine, one hand after the other, and what it says where a hand did not do it."""

from __future__ import annotations

import copy
import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action import join
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import windows_machines

PACKAGE = samples.build()
APPLIED = windows_machines.PENDING | {"package_sha256": PACKAGE.sha256}
LEFT = r"C:\Windows\Temp\BER-PC-001.djoin"
HELD = r"C:\Windows\Panther\unattend.xml"


class Windows(join.ActionModule):
    """A machine that notes what is asked of it; the start of its domain is what ``started`` says."""

    machine: dict[str, Any]
    started: dict[str, Any]
    failing: dict[str, dict[str, Any]]
    calls: list[str]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        self.calls.append(hand)
        if hand == "win_machine_info":
            return copy.deepcopy(self.started if "restart" in self.calls else self.machine)
        if hand == "win_join_package":
            assert self._task.no_log
            assert module_args["package"] == PACKAGE.to_base64()
        if hand == "win_package_wipe":
            assert module_args == {"files": [LEFT]}
        answers = {
            "win_join_package": {"status": 0},
            "win_package_wipe": {"left": []},
            "win_domain_info": {
                "locator": {"status": 0},
                "channel": {"verify_status": 0, "flags": 0, "connection_status": 0, "channel_status": 0},
                "events": [],
            },
        }
        return answers[hand] | self.failing.get(hand, {})


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a machine in front of the action; what is said of it changes what it looks like."""
    path = tmp_path / "BER-PC-001.djoin"
    path.write_bytes(PACKAGE.to_djoin_file())

    def restart(action: Windows, name: str, _variables: dict[str, Any], seconds: int) -> None:
        assert (name, seconds) == ("BER-PC-001", 600)
        action.calls.append("restart")

    monkeypatch.setattr(join, "restart", restart)

    def make(
        failing: dict[str, Any] | None = None, files: tuple[str, ...] = (), check_mode: bool = False, **changes: Any
    ) -> Any:
        given = {"name": "BER-PC-001", "package": str(path), "reboot": changes.pop("reboot", True)}
        action: Any = actions.make(Windows, given, check_mode=check_mode)
        action.calls, action.failing = [], failing or {}
        waiting = {name: changes.pop(name, False) for name in ("component_servicing", "windows_update")}
        seen = windows_machines.seen(**changes)
        now = windows_machines.clock(time.time() - windows_machines.NOON).utc
        action.machine = {
            **seen,
            "clock": {"utc": now},
            "restart": seen["restart"] | waiting,
            "remains": {"files": [{"path": file, "kind": 2 if file == HELD else 0} for file in files]},
        }
        action.started = windows_machines.seen(**windows_machines.MEMBER)
        return action

    return make


def refusal(action: Windows) -> str:
    with pytest.raises(AnsibleActionFail) as raised:
        action.run(None, {})
    assert PACKAGE.to_base64() not in str(raised.value)
    assert str(raised.value).startswith("BER-PC-001: ")
    return str(raised.value)


def test_applied_wiped_and_restarted_in_this_order(windows: Any) -> None:
    action = windows(files=(LEFT,))
    answer = action.run(None, {})
    assert action.calls == ["win_machine_info", "win_join_package", "win_package_wipe", "restart", "win_machine_info"]
    assert (answer["changed"], answer["restart_required"], answer["warnings"]) == (True, False, [])
    assert answer["package_sha256"] == PACKAGE.sha256


@pytest.mark.parametrize("more", [(), (LEFT,)])
def test_a_file_that_cannot_be_read_stops_no_join(windows: Any, more: tuple[str, ...]) -> None:
    action = windows(files=(HELD, *more))
    answer = action.run(None, {})
    assert ("win_package_wipe" in action.calls) is bool(more), "what is not known to be a package is not wiped"
    [warning] = answer["warnings"]
    assert warning == f"BER-PC-001: {HELD} cannot be read; look by hand whether a package is left in it"
    again = windows(files=(HELD, *more), **windows_machines.MEMBER).run(None, {})
    assert (again["changed"], again["warnings"]) == (bool(more), [warning])


def test_without_leave_to_restart_it_waits(windows: Any) -> None:
    action = windows(reboot=False)
    answer = action.run(None, {})
    assert action.calls == ["win_machine_info", "win_join_package"]
    assert (answer["changed"], answer["restart_required"]) == (True, True)


@pytest.mark.parametrize("reboot", [True, False])
def test_a_package_that_waits_for_the_restart_is_not_applied_again(windows: Any, reboot: bool) -> None:
    action = windows(reboot=reboot, pending_join=APPLIED)
    answer = action.run(None, {})
    assert ("win_join_package" in action.calls, "restart" in action.calls) == (False, reboot)
    assert (answer["changed"], answer["restart_required"]) == (reboot, not reboot)


@pytest.mark.parametrize("changes", [{}, {"pending_join": APPLIED}, {"files": (LEFT,), **windows_machines.MEMBER}])
def test_a_check_touches_nothing(windows: Any, changes: dict[str, Any]) -> None:
    action = windows(check_mode=True, **changes)
    assert action.run(None, {})["changed"]
    assert not {"win_join_package", "win_package_wipe", "restart"} & {*action.calls}


def test_a_member_by_another_package_is_asked_whether_it_works(windows: Any) -> None:
    action = windows(**windows_machines.MEMBER)
    answer = action.run(None, {})
    assert action.calls == ["win_machine_info", "win_domain_info"]
    assert (answer["changed"], answer["package_sha256"]) == (False, None), "it was not this package"
    dead = windows({"win_domain_info": {"channel": {
        "verify_status": 0, "flags": 0x80, "connection_status": 5, "channel_status": 5,
    }}}, **windows_machines.MEMBER)  # fmt: skip
    found = dead.run(None, {})
    assert (found["failed"], found["pending"]) == (True, False)
    assert "repair the membership (role membership_repair)" in found["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("files", [(), (LEFT,)])
def test_a_member_that_does_not_see_its_domain_yet(windows: Any, files: tuple[str, ...], check_mode: bool) -> None:
    """One that an answer file joined: what Windows has read is taken away at once, the rest waits for the network."""
    away = {"win_domain_info": {"locator": {"status": 1355}}}
    action = windows(away, files=files, check_mode=check_mode, **windows_machines.MEMBER)
    found = action.run(None, {})
    assert (found["failed"], found["pending"], found["changed"]) == (True, True, bool(files))
    assert found["msg"].startswith("BER-PC-001: a member of corp.example already, and whether the domain accepts it")
    assert found["msg"].endswith("run again when it sees its domain")
    wiped = ["win_package_wipe"] if files and not check_mode else []
    assert action.calls == ["win_machine_info", *wiped, "win_domain_info"]


def test_a_check_passes_over_a_clock_that_the_step_before_would_have_set(windows: Any) -> None:
    action = windows(check_mode=True)
    action.machine["clock"]["utc"] += 10**11
    assert action.run(None, {})["changed"]
    action = windows()
    action.machine["clock"]["utc"] += 10**11
    assert "more than Kerberos accepts; set it first (role clock_sync)" in refusal(action)


def test_a_package_that_expired_since_it_was_applied(windows: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    late = dataclasses.replace(
        windows_machines.OFFER, machine_name="BER-PC-001", package_sha256=PACKAGE.sha256, untimely="it expired"
    )
    monkeypatch.setattr(join._offered_package, "read", lambda _action, _arguments: (PACKAGE, late))
    member = windows(**windows_machines.MEMBER, pending_join=APPLIED)
    assert member.run(None, {})["changed"] is False
    assert windows(pending_join=APPLIED).run(None, {})["changed"], "the restart is all that is missing"
    fresh = windows()
    assert refusal(fresh) == "BER-PC-001: it expired"
    assert "win_join_package" not in fresh.calls


def test_windows_refuses_the_package(windows: Any) -> None:
    action = windows({"win_join_package": {"status": 2732}})
    assert "Windows did not take the package: " in refusal(action)
    assert "restart" not in action.calls


def test_a_package_that_cannot_be_wiped_is_no_success(windows: Any) -> None:
    """It is as secret as a password until the machine has changed its own."""
    action = windows({"win_package_wipe": {"left": [LEFT]}}, files=(LEFT,))
    assert refusal(action).endswith(f"a package is left in {LEFT}, and cannot be wiped; delete it by hand")
    assert "restart" not in action.calls


@pytest.mark.parametrize(
    ("events", "words"), [([], "issue a new package"), ([{"status": 1326}, {"status": 5}], "ERROR_LOGON_FAILURE")]
)
def test_a_restart_that_made_no_member(windows: Any, events: list[dict[str, int]], words: str) -> None:
    action = windows({"win_domain_info": {"events": events}})
    action.started = windows_machines.seen()
    said = refusal(action)
    assert "the package was applied, but the restart did not make the machine a member" in said
    assert words in said
    assert action.calls[-2:] == ["win_machine_info", "win_domain_info"]


@pytest.mark.parametrize("waits", ["component_servicing", "windows_update"])
def test_a_restart_of_windows_own_is_told(windows: Any, waits: str) -> None:
    [warning] = windows(**{waits: True}).run(None, {})["warnings"]
    assert warning == "Windows also waits for a restart of its own, which may take longer than usual"
    assert windows(pending_join=APPLIED, **{waits: True}).run(None, {})["warnings"] == []
