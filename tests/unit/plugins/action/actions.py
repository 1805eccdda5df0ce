# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugins as Ansible makes them, on machines that they do not come to."""

from __future__ import annotations

import importlib
from typing import Any

import yaml
from ansible.errors import AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins import loader
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

_COLLECTION = "adops.offline_join"


def make(kind: type[ActionBase], arguments: dict[str, Any], **keywords: Any) -> Any:
    data_loader = DataLoader()
    task = Task()
    for keyword, value in ({"args": arguments, "check_mode": False} | keywords).items():
        setattr(task, keyword, value)
    connection = connection_loader.get("psrp", PlayContext())
    connection.set_options(var_options={"ansible_host": "192.0.2.1", "ansible_user": "Admin"})
    return kind(task, connection, PlayContext(), data_loader, Templar(data_loader), loader)


class Off(ActionBase):
    """In front of an action: its machine is off."""

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        raise AnsibleConnectionFailure(call["module_name"])


def options(documentation: str) -> dict[str, dict[str, Any]]:
    """The documented options without what is said of them, those of the fragments among them."""
    said = yaml.safe_load(documentation)
    documented: dict[str, dict[str, Any]] = dict(said["options"])
    for fragment in said["extends_documentation_fragment"]:
        file, section = (*fragment.removeprefix(f"{_COLLECTION}.").split("."), "documentation")[:2]
        fragments = importlib.import_module(f"ansible_collections.{_COLLECTION}.plugins.doc_fragments.{file}")
        shared = yaml.safe_load(getattr(fragments.ModuleDocFragment, section.upper()))
        documented = shared.get("options", {}) | documented
    return {
        name: {key: value for key, value in option.items() if key not in ("description", "version_added")}
        for name, option in documented.items()
    }


def spec(argument_spec: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What an action takes, in the form of its documentation."""
    return {
        name: {key: value for key, value in option.items() if key != "no_log"} for name, option in argument_spec.items()
    }


def secrets(argument_spec: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, option in argument_spec.items() if option.get("no_log")}
