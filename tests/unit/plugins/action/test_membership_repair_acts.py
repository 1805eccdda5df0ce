# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``membership_repair`` does to a machine whose channel is broken, and what it says where that does not help."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action import membership_repair
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import windows_machines

SECRET = "xQ7-vN2_kT9+wR4=hB6"
STANDS = {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0}
BROKEN = STANDS | {"connection_status": 5, "channel_status": 5}


class Windows(membership_repair.ActionModule):
    """A machine that notes what is asked of it; ``channels`` are what it says of its channel, look by look."""

    channels: list[dict[str, Any]]
    statuses: dict[str, int]
    calls: list[str]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        self.calls.append(hand)
        if hand == "win_domain_info":
            return {"locator": {"status": 0}, "channel": self.channels.pop(0)}
        if hand == "win_machine_info":
            now = windows_machines.clock(time.time() - windows_machines.NOON).utc
            return {**windows_machines.seen(**windows_machines.MEMBER), "clock": {"utc": now}}
        if hand == "win_machine_password":
            assert self._task.no_log
            assert (module_args["username"], module_args["password"]) == ("reissue", SECRET)
        return {"status": self.statuses.get(hand, 0)}


def make(*channels: dict[str, Any], check_mode: bool = False, **further: Any) -> Windows:
    given = {"name": "BER-PC-001", "domain": "corp.example", **further}
    action: Windows = actions.make(Windows, given, check_mode=check_mode)
    action._connection.set_option("remote_user", r".\Admin")
    action.channels, action.statuses, action.calls = [*channels], {}, []
    return action


def refusal(action: Windows) -> str:
    with pytest.raises(AnsibleActionFail) as raised:
        action.run(None, {})
    assert SECRET not in str(raised.value)
    return str(raised.value)


def test_a_channel_that_stands_is_left_alone() -> None:
    action = make(STANDS, username="reissue", password=SECRET)
    assert action.run(None, {}) == {"changed": False, "way": "none"}
    assert action.calls == ["win_domain_info"]


class TestReset:
    def test_with_the_password_of_the_option(self) -> None:
        action = make(BROKEN, STANDS, username="reissue", password=SECRET)
        assert action.run(None, {}) == {"changed": True, "way": "reset"}
        assert action.calls[-2:] == ["win_machine_password", "win_domain_info"]

    def test_with_the_password_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OFFLINE_JOIN_DIRECTORY_PASSWORD", SECRET)
        assert make(BROKEN, STANDS, username="reissue").run(None, {})["changed"]

    def test_a_check_resets_nothing(self) -> None:
        action = make(BROKEN, username="reissue", password=SECRET, check_mode=True)
        assert action.run(None, {}) == {"changed": True, "way": "reset"}
        assert "win_machine_password" not in action.calls

    def test_windows_does_not_reset_it(self) -> None:
        action = make(BROKEN, username="reissue", password=SECRET)
        action.statuses["win_machine_password"] = 5
        assert refusal(action).startswith("BER-PC-001: its password was not reset: ")
        assert action.calls[-1] == "win_machine_password"

    def test_it_did_not_help(self) -> None:
        said = refusal(make(BROKEN, BROKEN, username="reissue", password=SECRET))
        assert said.startswith("BER-PC-001: its password was reset, and still ")


class TestRejoin:
    @pytest.fixture
    def answer(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """What the action ``join`` answers; it and the restart are noted among the calls."""
        answer: dict[str, Any] = {"changed": True}

        def restart(action: Windows, *_how: Any) -> None:
            action.calls.append("restart")

        def run_action(action: Windows, name: str, arguments: dict[str, Any], _variables: dict[str, Any]) -> Any:
            assert (name, arguments["reboot"]) == ("adops.offline_join.join", True)
            assert arguments["rename"] == "follow_package"
            action.calls.append("join")
            return answer

        monkeypatch.setattr(membership_repair, "restart", restart)
        monkeypatch.setattr(membership_repair, "run_action", run_action)
        return answer

    @pytest.fixture
    def package(self, tmp_path: Path) -> str:
        path = tmp_path / "BER-PC-001.djoin"
        path.write_bytes(samples.build().to_djoin_file())
        return str(path)

    # 2692: it has left before, and the run ended there
    @pytest.mark.parametrize("status", [0, 2692])
    def test_left_restarted_and_joined(self, answer: dict[str, Any], package: str, status: int) -> None:
        action = make(BROKEN, package=package)
        action.statuses["win_domain_leave"] = status
        assert action.run(None, {}) == {"changed": True, "way": "rejoin"}
        assert action.calls[-3:] == ["win_domain_leave", "restart", "join"]
        assert answer["changed"]

    @pytest.mark.usefixtures("answer")
    def test_it_cannot_leave(self, package: str) -> None:
        action = make(BROKEN, package=package)
        action.statuses["win_domain_leave"] = 5
        assert refusal(action).startswith("BER-PC-001: it cannot leave: ")
        assert action.calls[-1] == "win_domain_leave"

    def test_the_join_failed(self, answer: dict[str, Any], package: str) -> None:
        answer |= {"failed": True, "msg": "BER-PC-001: Windows did not take the package"}
        assert refusal(make(BROKEN, package=package)) == "BER-PC-001: Windows did not take the package"


@pytest.mark.parametrize("check_mode", [True, False])
def test_another_device_keeps_its_password(check_mode: bool) -> None:
    action = make(BROKEN, username="reissue", password=SECRET, serial_number="5CG9999ABC", check_mode=check_mode)
    found = action.run(None, {})
    assert found["msg"].startswith("BER-PC-001: its serial number is 5CG1234XYZ, not 5CG9999ABC; ")
    assert action.calls == ["win_domain_info", "win_machine_info"]
