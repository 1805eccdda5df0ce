# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hand's call: what it is given, what becomes of its answer, and of a machine that does not answer."""

from __future__ import annotations

import time
import traceback
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.template import Templar
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded

SECRET = "xQ7-vN2_kT9+wR4=hB6"
UNREACHABLE = AnsibleConnectionFailure("ssl:  connection to\n192.0.2.1 refused")


class Action(ActionBase):
    """A real action plugin whose machine gives a fixed answer."""

    answer: Any = None

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        return Hand(self, "PC-1", task_vars).call("win_machine_info")

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        self.calls = [*getattr(self, "calls", []), {**call, "no_log": self._task.no_log}]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(self._connection) if callable(self.answer) else self.answer


def action(answer: Any, **keywords: Any) -> Action:
    data_loader = DataLoader()
    task = Task()
    for keyword, value in ({"args": {"name": "PC-1"}, "no_log": False} | keywords).items():
        setattr(task, keyword, value)
    connection = connection_loader.get("psrp", PlayContext())
    connection.set_options(var_options={"ansible_host": "192.0.2.1"})
    made = Action(task, connection, PlayContext(), data_loader, Templar(data_loader), loader)
    made.answer = answer
    return made


def break_below(connection: Any) -> None:
    """An exception from within the connection plugin, as where the machine's power was cut."""
    connection._parse_pipeline_result(None)


class TestCall:
    def test_answer_passes(self) -> None:
        asked = action({"clock": {"utc": 1}})
        answer = Hand(asked, "PC-1", {"a": 1}).call("win_machine_info", subsets=["clock"], more=None)
        assert answer == {"clock": {"utc": 1}}
        assert asked.calls == [
            {
                "module_name": "adops.offline_join.win_machine_info",
                "module_args": {"subsets": ["clock"], "more": None},
                "task_vars": {"a": 1},
                "no_log": False,
            }
        ]

    def test_a_machine_is_looked_at_with_its_clock(self) -> None:
        asked = action({"clock": {"utc": 1}})
        before = time.time()
        answer, reading = Hand(asked, "PC-1", {}).machine(("identity",), remains_paths=["x"])
        assert answer == {"clock": {"utc": 1}}
        assert reading.utc == 1
        assert before <= reading.before <= reading.after <= time.time()
        [call] = asked.calls
        assert call["module_name"] == "adops.offline_join.win_machine_info"
        assert call["module_args"] == {"subsets": ["identity", "clock"], "remains_paths": ["x"]}

    def test_without_variables_of_the_task(self) -> None:
        asked = action({})
        assert Hand(asked, "PC-1", None).call("z") == {}
        assert (asked.calls[0]["task_vars"], asked.calls[0]["module_args"]) == ({}, {})

    def test_a_failure_names_machine_and_module_and_cause(self) -> None:
        with pytest.raises(AnsibleActionFail) as raised:
            Hand(action({"failed": True, "msg": "is a domain controller"}), "PC-1", {}).call("z")
        assert str(raised.value) == "PC-1: adops.offline_join.z: is a domain controller"

    def test_a_failure_without_words(self) -> None:
        with pytest.raises(AnsibleActionFail, match=r"^PC-1: adops\.offline_join\.z:\s*$"):
            Hand(action({"failed": True}), "PC-1", {}).call("z")

    def test_a_crash_keeps_its_words_to_itself(self) -> None:
        crash = {"failed": True, "msg": f"MODULE FAILURE {SECRET}", "module_stdout": SECRET, "module_stderr": SECRET}
        with pytest.raises(AnsibleActionFail) as raised:
            Hand(action(crash), "PC-1", {}).call("z")
        assert str(raised.value) == "PC-1: adops.offline_join.z: it could not be run there"

    def test_output_beside_success_does_not_matter(self) -> None:
        answer = {"failed": False, "module_stdout": "noise"}
        assert Hand(action(answer), "PC-1", {}).call("z") == answer


class TestBrokenConnection:
    @pytest.mark.parametrize("way", ["call", "call_secretly"])
    def test_a_machine_that_goes_away_while_a_module_runs_is_unreachable(self, way: str) -> None:
        hand = Hand(action(break_below), "PC-1", {})
        with pytest.raises(AnsibleConnectionFailure) as raised:
            hand.call("z") if way == "call" else hand.call_secretly("z", {})
        assert str(raised.value) == "the connection broke while adops.offline_join.z ran"
        assert "AttributeError" not in "".join(traceback.format_exception(raised.value))

    def test_it_is_pending_where_unreachable_machines_are_ignored(self) -> None:
        found = action(break_below, ignore_unreachable=True).run(None, {})
        assert found["pending"]
        assert found["msg"] == (
            "PC-1: cannot be reached (the connection broke while adops.offline_join.win_machine_info ran); "
            "run again when it is on; if it is, open WinRM or SSH on it"
        )

    def test_what_the_connection_plugin_says_itself_passes(self) -> None:
        def connect(connection: Any) -> None:
            """Nobody listens on port 9."""
            for option, value in {"remote_addr": "127.0.0.1", "port": 9, "remote_user": "a", "auth": "ntlm"}.items():
                connection.set_option(option, value)
            connection._connect()

        with pytest.raises(AnsibleConnectionFailure, match="Connection refused"):
            Hand(action(connect), "PC-1", {}).call("z")

    @pytest.mark.parametrize("error", [UNREACHABLE, ValueError("x"), AnsibleActionFail("x")])
    def test_what_came_up_beside_the_connection_stays_what_it_is(self, error: Exception) -> None:
        with pytest.raises(type(error)) as raised:
            Hand(action(error), "PC-1", {}).call("z")
        assert raised.value is error


class TestCallSecretly:
    @pytest.mark.parametrize("before", [False, True])
    def test_nothing_of_the_call_is_logged_and_later_all_is_as_before(self, before: bool) -> None:
        asked = action({"status": 0}, no_log=before)
        assert Hand(asked, "PC-1", {}).call_secretly("z", {"package": SECRET}) == {"status": 0}
        assert [(call["no_log"], call["module_args"]) for call in asked.calls] == [(True, {"package": SECRET})]
        assert asked._task.no_log is before

    @pytest.mark.parametrize("answer", [{"failed": True, "msg": "no"}, UNREACHABLE, ValueError("x")])
    def test_also_after_a_failure(self, answer: Any) -> None:
        asked = action(answer)
        with pytest.raises((AnsibleActionFail, AnsibleConnectionFailure, ValueError)):
            Hand(asked, "PC-1", {}).call_secretly("z", {"package": SECRET})
        assert asked.calls[0]["no_log"] is True
        assert asked._task.no_log is False

    def test_what_would_be_exposed_is_not_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)
        asked = action({"status": 0})
        with pytest.raises(AnsibleActionFail, match=r"^PC-1: pipelining is off, so the package would become"):
            Hand(asked, "PC-1", {}).call_secretly("z", {"package": SECRET})
        assert not hasattr(asked, "calls")
        assert Hand(asked, "PC-1", {}).call("z") == {"status": 0}, "no secret is carried"


class TestUnreachable:
    @pytest.mark.parametrize("keywords", [{}, {"ignore_unreachable": False}])
    def test_ansible_hears_of_it(self, keywords: dict[str, bool]) -> None:
        with pytest.raises(AnsibleConnectionFailure) as raised:
            action(UNREACHABLE, **keywords).run()
        assert raised.value is UNREACHABLE

    @pytest.mark.parametrize(
        ("arguments", "task_vars", "name"),
        [
            ({"name": "PC-7"}, {"inventory_hostname": "pc-7.example"}, "PC-7"),
            ({}, {"inventory_hostname": "pc-7.example"}, "pc-7.example"),
            ({"name": ""}, {"inventory_hostname": "pc-7.example"}, "pc-7.example"),
            ({}, {}, "the machine"),
            ({}, None, "the machine"),
        ],
    )
    def test_where_unreachable_machines_are_ignored_it_is_pending(
        self, arguments: dict[str, str], task_vars: dict[str, Any] | None, name: str
    ) -> None:
        asked = action(UNREACHABLE, ignore_unreachable=True, args=arguments)
        assert asked.run(None, task_vars) == {
            "failed": True,
            "pending": True,
            "unreached": "cannot be reached (ssl: connection to 192.0.2.1 refused)",
            "msg": f"{name}: cannot be reached (ssl: connection to 192.0.2.1 refused); "
            "run again when it is on; if it is, open WinRM or SSH on it",
        }

    @pytest.mark.parametrize(
        "cause",
        [
            "ntlm: the specified credentials were rejected by the server",
            "Failed to authenticate the user Admin with ntlm",
            "Authentication failed.",
        ],
    )
    def test_a_refused_login_is_no_absence(self, cause: str) -> None:
        assert action(AnsibleConnectionFailure(cause), ignore_unreachable=True).run(None, {}) == {
            "failed": True,
            "pending": False,
            "unreached": f"the login was refused ({cause})",
            "msg": f"PC-1: the login was refused ({cause}); correct its user or password",
        }

    def test_a_failure_is_no_absence(self) -> None:
        with pytest.raises(AnsibleActionFail, match="is a domain controller"):
            action({"failed": True, "msg": "is a domain controller"}, ignore_unreachable=True).run()

    def test_a_fault_is_no_absence_and_keeps_its_words_to_itself(self) -> None:
        with pytest.raises(AnsibleActionFail) as raised:
            action(ValueError(SECRET), ignore_unreachable=True).run()
        assert str(raised.value).startswith("unexpected ValueError at test_hand_calls.py:")

    def test_an_answer_passes(self) -> None:
        assert action({"a": 1}, ignore_unreachable=True).run(None, {}) == {"a": 1}
