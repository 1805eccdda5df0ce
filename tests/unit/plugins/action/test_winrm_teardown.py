# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``winrm_teardown`` knows before it looks at its machine: its arguments, and the port it comes in by."""

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
