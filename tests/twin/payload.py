# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core pipes into PowerShell: the bootstrap, the manifest and its actions.

ansible-core 2.19, ``executor/powershell/module_manifest.py``: two JSON objects, with a line of four NUL bytes between
them. The script that runs is always ``bootstrap_wrapper.ps1``; what it is to do stands in the manifest's actions.
"""

from __future__ import annotations

import base64
import functools
import json
import pkgutil
import re
from dataclasses import dataclass, field
from typing import Any

_SEPARATOR = b"\n\0\0\0\0\n"
_MODULE = re.compile(r"ansible_collections\.(\w+\.\w+)\.plugins\.modules\.(\w+)\.ps1")


class NotUnderstood(Exception):
    """The input is not what ansible-core 2.19 sends; the text says what is missing."""


@dataclass(frozen=True)
class Module:
    """A module with its arguments: ``options`` are the task's, ``internal`` what Ansible adds as ``_ansible_*``."""

    name: str
    source: str = field(repr=False)
    options: dict[str, Any] = field(repr=False)
    internal: dict[str, Any] = field(repr=False)
    utilities: frozenset[str]


def is_bootstrap(script: str) -> bool:
    """Whether a script is Ansible's bootstrap, whatever the shell plugin did to its white space."""
    return _bootstrap() in "".join(script.split())


@functools.cache
def _bootstrap() -> str:
    source = pkgutil.get_data("ansible.executor.powershell", "bootstrap_wrapper.ps1")
    assert source is not None
    return "".join(source.decode().split())


def module_in(standard_input: bytes) -> Module:
    """The one module that the input wants to run. Raises NotUnderstood."""
    bootstrap, _between, rest = standard_input.replace(b"\r\n", b"\n").partition(_SEPARATOR)
    manifest_text = rest.partition(_SEPARATOR)[0]
    if _object(bootstrap, "bootstrap").get("name") != "exec_wrapper":
        raise NotUnderstood("the bootstrap does not name exec_wrapper")
    manifest = _object(manifest_text, "manifest")
    actions = [action["name"] for action in manifest.get("actions", [])]
    if actions != ["module_wrapper.ps1"]:
        raise NotUnderstood(f"the twin runs plain modules only, not {' and '.join(actions) or 'nothing'}")
    return _module(manifest["actions"][0]["params"], manifest["scripts"])


def _object(text: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise NotUnderstood(f"the {what} is no JSON") from None
    if not isinstance(value, dict):
        raise NotUnderstood(f"the {what} is no JSON object")
    return value


def _module(parameters: dict[str, Any], scripts: dict[str, dict[str, str]]) -> Module:
    script = parameters["Script"]
    arguments = [one["Value"] for one in parameters.get("Variables", []) if one["Name"] == "complex_args"]
    if not parameters.get("ForModule") or len(arguments) != 1:
        raise NotUnderstood(f"{script} is a script, not a module")
    match = _MODULE.fullmatch(script)
    return Module(
        name=f"{match[1]}.{match[2]}" if match else script.removesuffix(".ps1"),
        source=base64.b64decode(scripts[script]["script"]).decode("utf-8-sig"),
        options={name: value for name, value in arguments[0].items() if not name.startswith("_ansible_")},
        internal={name: value for name, value in arguments[0].items() if name.startswith("_ansible_")},
        utilities=frozenset([*parameters.get("CSharpModules", []), *parameters.get("PowerShellModules", [])]),
    )
