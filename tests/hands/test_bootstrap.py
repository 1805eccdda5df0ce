# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that opens WinRM: it parses, ends what it begins, and is taken back by the hand. Nothing is run here."""

from __future__ import annotations

import base64
import json
import re

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import winrm_bootstrap
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.subject import BOOTSTRAP
from tree_sitter import Node

from tests.hands.powershell import PLUGINS, faults, parse, source, text_of, walk
from tests.twin.hands import winrm_teardown

TEMPLATE = (PLUGINS / "plugin_utils" / "_bootstrap" / "open_winrm.ps1").read_text(encoding="utf-8")
PASSWORD = "Aa0-'\"`$(){}@#<>&|;,%"
SCRIPT = winrm_bootstrap.script(TEMPLATE, ["192.0.2.10", "2001:db8::1"], PASSWORD, 12)
HAND = source("win_winrm_teardown")
LONGEST_ARGUMENTS = 32767  # of a command line of Windows, in characters


def function(text: str, name: str) -> Node:
    [found] = [
        node
        for node in walk(parse(text))
        if node.type == "function_statement" and text_of(node).startswith(f"Function {name} ")
    ]
    return found


def assigned(text: str, variable: str) -> set[str]:
    """Every text that a variable is set to."""
    return set(re.findall(rf"^\s*\${variable} = '([^']*)'$", text, re.MULTILINE))


@pytest.mark.parametrize("text", [TEMPLATE, SCRIPT], ids=["template", "script"])
def test_it_parses_and_is_ascii(text: str) -> None:
    assert faults(parse(text)) == []
    assert text.isascii()


def test_settings_stand_in_it_whatever_the_password() -> None:
    [settings] = re.findall(r"(?<=@'\n)(.*)(?=\n'@)", SCRIPT)
    assert json.loads(settings) == {"control_nodes": ["192.0.2.10", "2001:db8::1"], "password": PASSWORD, "hours": 12}
    literals = [text_of(node) for node in walk(parse(SCRIPT)) if node.type == "verbatim_here_string_characters"]
    assert literals == [f"@'\n{settings}\n'@"]
    # what is given to a cmdlet may be logged (event 4103)
    assert not [text_of(node) for node in walk(parse(SCRIPT)) if node.type == "command" and settings in text_of(node)]


def test_the_task_needs_nothing_from_outside() -> None:
    body = function(TEMPLATE, "Close-WinRM")
    set_in_it = {text.lower() for text in re.findall(r"\$(\w+) [-+]?= ", text_of(body))}
    set_in_it |= {text.lower() for text in re.findall(r"foreach \(\$(\w+) in", text_of(body))}
    used = {text_of(node).lower().removeprefix("$") for node in walk(body) if node.type == "variable"}
    assert used - {"false", "true", "null"} <= set_in_it
    functions = set(re.findall(r"^Function ([\w-]+)", TEMPLATE, re.MULTILINE))
    assert not [name for name in functions - {"Close-WinRM"} if name in text_of(body)]


def test_the_task_fits_into_a_command_line() -> None:
    encoded = base64.b64encode(text_of(function(TEMPLATE, "Close-WinRM")).encode("utf-16-le"))
    assert len(encoded) < LONGEST_ARGUMENTS * 0.8


@pytest.mark.parametrize("variable", ["marker", "account"])
def test_script_and_hand_use_the_same_names(variable: str) -> None:
    [name] = assigned(TEMPLATE, variable)
    assert assigned(HAND, variable) == {name}
    if variable == "account":
        assert name == winrm_bootstrap.ACCOUNT == winrm_teardown.ACCOUNT


def test_script_and_hand_use_the_same_keys() -> None:
    for variable in ("record", "policies"):
        [key] = assigned(TEMPLATE, variable)
        assert {f"HKLM:\\{one}" for one in assigned(HAND, variable)} == {key}


def test_hand_removes_what_verification_looks_for() -> None:
    keys = {variable: assigned(HAND, variable).pop() for variable in ("policies", "service")}
    read = {(keys[variable], name) for variable, name in re.findall(r"::Data\(\$(policies|service), '(\w+)'\)", HAND)}
    assert read == {(one["key"], one["name"]) for one in BOOTSTRAP}


def test_every_part_is_looked_at_and_removed() -> None:
    named = re.findall(r"'(\w+)'", " ".join(re.findall(r"^\$names \+?= .*$", HAND, re.MULTILINE)))
    assert tuple(named) == winrm_teardown.PARTS
    for name in ("Get-Part", "Remove-Part"):
        cases = re.findall(r"^ +'(\w+)' \{$", text_of(function(HAND, name)), re.MULTILINE)
        assert cases == [part for part in named if part in cases]
        assert cases == named, name


def test_the_end_is_arranged_before_anything_is_opened() -> None:
    acts = TEMPLATE[TEMPLATE.index("\ntry {") :]
    steps = re.findall(r"^    (?:\$certificate = )?(?:Assert|Set)-([A-Z]\w+)(?: \| .*)?$", acts, re.MULTILINE)
    assert steps == ["Fresh", "Record", "DeadlineTask", "Listener", "Account", "FirewallRule"]


def test_it_does_not_stay_on_the_disk_of_windows() -> None:
    """Last of all, whatever became of it, and the hand knows where an image has it."""
    receipt, end = TEMPLATE.index("::WriteAllText("), TEMPLATE.index("\nif ($receipt.error)")
    [removed] = [found.start() for found in re.finditer(r"Remove-Item -LiteralPath \$PSCommandPath -Force", TEMPLATE)]
    assert receipt < removed < end
    assert re.findall(r'^\$script = "(.*)"$', HAND, re.MULTILINE) == ["$env:SystemRoot\\Setup\\Scripts\\open_winrm.ps1"]


def test_no_password_leaves_the_script() -> None:
    """It is used once, for the account, and neither printed nor noted."""
    assert re.findall(r"\$settings\.password.*", TEMPLATE) == ["$settings.password).SecurePassword"]
    receipt = TEMPLATE[TEMPLATE.index("$receipt = @{") :]
    assert "password" not in receipt.lower()
