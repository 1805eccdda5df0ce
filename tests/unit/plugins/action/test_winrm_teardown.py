# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``winrm_teardown`` removes, what it must not remove, and by which port it comes in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.adops.offline_join.plugins.action.winrm_teardown import ARGUMENT_SPEC, ActionModule, port_of
from ansible_collections.adops.offline_join.plugins.modules.winrm_teardown import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions


class Off(actions.Off, ActionModule):
    pass


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == set()


@pytest.mark.parametrize(("arguments", "words"), [({}, "name"), ({"name": "PC-1", "force": True}, "force")])
def test_arguments(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        actions.make(ActionModule, arguments).run(None, {})


def test_a_machine_that_is_off() -> None:
    with pytest.raises(AnsibleConnectionFailure):
        actions.make(Off, {"name": "PC-1"}).run(None, {})


@pytest.mark.parametrize(
    ("plugin", "variables", "port"),
    [
        ("winrm", {}, 5986),
        ("winrm", {"ansible_port": "5985"}, 5985),
        ("winrm", {"ansible_winrm_port": 443}, 443),
        ("psrp", {}, 5986),
        ("psrp", {"ansible_psrp_protocol": "http"}, 5985),
        ("psrp", {"ansible_port": 5987}, 5987),
        ("ssh", {"ansible_port": 5986}, None),
    ],
)
def test_port(plugin: str, variables: dict[str, Any], port: int | None) -> None:
    connection = connection_loader.get(plugin, PlayContext())
    connection.set_options(var_options={"ansible_host": "192.0.2.1", **variables})
    assert port_of(connection) == port


PARTS = ("listener", "firewall rule", "account")


class Windows(ActionModule):
    """A machine that has these parts, and after their removal those of ``stubborn``."""

    there: tuple[str, ...]
    stubborn: tuple[str, ...]
    seen: dict[str, Any]
    removals: list[bool]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        assert module_name == "adops.offline_join.win_winrm_teardown"
        removes = module_args["remove"]
        self.removals.append(removes)
        after = self.stubborn if removes else self.there
        seen = {"account_sid": None, "caller_sid": "S-1-5-21-9-9-9-1104", "listener_port": 5985, "other_listeners": 1}
        parts = [{"name": one, "before": one in self.there, "after": one in after} for one in PARTS]
        return {**seen, "parts": parts, **self.seen}


def make(*there: str, stubborn: tuple[str, ...] = (), **seen: Any) -> Any:
    action = actions.make(Windows, {"name": "PC-1"})
    action.there, action.stubborn, action.seen, action.removals = there, stubborn, seen, []
    return action


def test_what_is_there_is_removed_and_looked_for_again() -> None:
    action = make("listener", "account")
    found = action.run(None, {})
    assert action.removals == [False, True]
    assert (found["changed"], found["removed"]) == (True, ["listener", "account"])
    assert found["diff"] == {"before": "listener\naccount\n", "after": ""}


def test_where_nothing_is_left_nothing_is_removed() -> None:
    action = make()
    found = action.run(None, {})
    assert action.removals == [False]
    assert (found["changed"], found["removed"], found["diff"]) == (False, [], {"before": "", "after": ""})


def test_what_comes_back_is_no_success() -> None:
    with pytest.raises(AnsibleActionFail) as raised:
        make("listener", "account", stubborn=("listener",)).run(None, {})
    said = "PC-1: still there after it was removed: listener; look for a policy that sets it, or remove it by hand"
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"listener_port": 5986}, "PC-1: this connection comes in by port 5986, which is to be closed"),
        ({"other_listeners": 0}, "PC-1: nothing else would let anybody in"),
        ({"account_sid": "S-1-5-21-9-9-9-1104"}, "PC-1: the login is the account that is to be removed"),
    ],
)
def test_the_only_way_in_is_not_closed(seen: dict[str, Any], words: str) -> None:
    action = make("listener", **seen)
    with pytest.raises(AnsibleActionFail, match=words):
        action.run(None, {})
    assert action.removals == [False]
