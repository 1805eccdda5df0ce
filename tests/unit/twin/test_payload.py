# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core itself would pipe into PowerShell, decoded."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.executor.powershell import module_manifest
from ansible.plugins.shell.powershell import ShellModule

from tests.twin.execution import script_of
from tests.twin.payload import NotUnderstood, is_bootstrap, module_in

NAME = "ansible_collections.adops.offline_join.plugins.modules.win_probe"
SOURCE = "#!powershell\n#AnsibleRequires -CSharpUtil Ansible.Basic\n$spec = @{}\n"


def piped(**changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "name": NAME,
        "module_data": SOURCE.encode(),
        "module_path": "win_probe.ps1",
        "module_args": {"domain": "corp.example", "umlaut": "Zürich", "_ansible_check_mode": True},
        "environment": {},
        "async_timeout": 0,
        "become_plugin": None,
        "substyle": "powershell",
        "task_vars": {},
        "profile": "legacy",
    }
    return module_manifest._create_powershell_wrapper(**{**arguments, **changes})


def test_module() -> None:
    module = module_in(piped())
    assert module.name == "adops.offline_join.win_probe"
    assert module.source == SOURCE
    assert module.options == {"domain": "corp.example", "umlaut": "Zürich"}
    assert module.internal == {"_ansible_check_mode": True}
    assert "Ansible.Basic.cs" in module.utilities


def test_a_module_of_no_collection_keeps_its_name() -> None:
    assert module_in(piped(name="probe")).name == "probe"


def test_asynchronous_tasks_are_refused_by_name() -> None:
    with pytest.raises(NotUnderstood, match="not async_wrapper"):
        module_in(piped(async_timeout=60, environment={"ANSIBLE_ASYNC_DIR": "C:\\jobs"}))


def test_scripts_are_refused_by_name() -> None:
    with pytest.raises(NotUnderstood, match="is a script, not a module"):
        module_in(piped(substyle="script"))


@pytest.mark.parametrize("text", [b"", b"{}", b"[]\n\0\0\0\0\n{}", json.dumps({"name": "other"}).encode()])
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(NotUnderstood):
        module_in(text)


def test_the_bootstrap_is_known_in_the_shell_plugins_wording() -> None:
    command_line = ShellModule().build_module_command("", "", "")
    script = script_of(command_line)
    assert script != command_line
    assert is_bootstrap(script)


def test_another_script_is_no_bootstrap() -> None:
    script = script_of(ShellModule()._encode_script("hostname", strict_mode=False, preserve_rc=False))
    assert script == "hostname"
    assert not is_bootstrap(script)
