# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of the house that no tool checks: which room imports what, what a hand may use, what is documented where."""

from __future__ import annotations

import ast
import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.doc_fragments._directory import ModuleDocFragment
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
MODULE_UTILS = PLUGINS / "module_utils"
ROOMS = ("_package", "_directory", "_rollout")
OURS = "ansible_collections.adops.offline_join.plugins"
IN_ROOMS = [path for room in ROOMS for path in sorted((MODULE_UTILS / room).rglob("*.py"))]
SOURCES = sorted(PLUGINS.rglob("*.py"))
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
# Without main() a file only documents an action plugin.
RUNNING = [name for name in MODULES if "def main(" in (PLUGINS / "modules" / f"{name}.py").read_text(encoding="utf-8")]
HANDS = [PLUGINS / "modules" / f"samba_{name}.py" for name in ("join_package", "member_info", "member_password")]
FAILURE = MODULE_UTILS / "_call" / "failure.py"
HAND_SOURCES = [*HANDS, MODULE_UTILS / "_samba_member.py", FAILURE, FAILURE.with_name("__init__.py")]
# The only modules of the control node's own that need not stand guarded.
AT_HOME = {"ansible", "ansible_collections"}
# ansible-core 2.21 repeats the arguments only where it is asked to; 2.19 does not know the question.
TELL_ARGUMENTS = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}


def parse(path: Path, version: tuple[int, int] | None = None) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path), feature_version=version)


def imports(tree: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str, int]]:
    """Every import statement anywhere with each module it names and the level: 0 is absolute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, 0
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or "", node.level


def name_of(path: Path) -> str:
    return str(path.relative_to(PLUGINS))


def third_party(module: str) -> bool:
    return module.partition(".")[0] not in {*sys.stdlib_module_names, *AT_HOME}


class TestRooms:
    @pytest.mark.parametrize("path", IN_ROOMS, ids=name_of)
    def test_a_room_imports_itself_and_the_standard_library(self, path: Path) -> None:
        depth = len(path.relative_to(MODULE_UTILS).parts) - 1
        may_be_third_party = path.name == "libraries.py"
        for _node, module, level in imports(parse(path)):
            if level:
                assert level <= depth, f"import of {'.' * level}{module} leads out of the room"
            else:
                known = module.partition(".")[0] in sys.stdlib_module_names
                assert known or may_be_third_party, f"import of {module}"

    @pytest.mark.parametrize("path", sorted(MODULE_UTILS.rglob("*.py")), ids=name_of)
    def test_what_modules_share_is_imported_relatively(self, path: Path) -> None:
        named = [module for _node, module, _level in imports(parse(path))]
        assert not [module for module in named if module.startswith("ansible_collections")]

    def test_what_modules_share_knows_ansible_in_one_place(self) -> None:
        knowing = {
            name_of(path)
            for path in MODULE_UTILS.rglob("*.py")
            for _node, module, level in imports(parse(path))
            if not level and module.partition(".")[0] == "ansible"
        }
        assert knowing == {"module_utils/_call/modules.py"}

    def test_nothing_below_imports_what_stands_above(self) -> None:
        above = ("modules", "action", "filter", "inventory", "plugin_utils", "callback")
        for path in sorted(MODULE_UTILS.rglob("*.py")):
            for _node, module, _level in imports(parse(path)):
                assert not {*module.split(".")} & {*above}, f"{name_of(path)} imports {module}"


class TestImports:
    @pytest.mark.parametrize("path", SOURCES, ids=name_of)
    def test_no_function_imports(self, path: Path) -> None:
        """Forks inherit what the parent has loaded; a late import costs every host its time."""
        for function in ast.walk(parse(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                assert not list(imports(function)), f"line {function.lineno}"

    @pytest.mark.parametrize("path", SOURCES, ids=name_of)
    def test_third_parties_stand_guarded_at_the_top(self, path: Path) -> None:
        tree = parse(path)
        guarded = {
            node
            for guard in tree.body
            if isinstance(guard, ast.Try) and any(_catches_import_error(handler) for handler in guard.handlers)
            for statement in guard.body
            for node in ast.walk(statement)
        }
        for node, module, level in imports(tree):
            if not level and third_party(module):
                assert node in guarded, f"import of {module} in line {node.lineno}"


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "ImportError"


class TestHands:
    @pytest.mark.parametrize("path", HAND_SOURCES, ids=name_of)
    def test_python_3_8_can_read_it(self, path: Path) -> None:
        parse(path, (3, 8))

    @pytest.mark.parametrize("path", HAND_SOURCES, ids=name_of)
    def test_it_needs_only_the_standard_library(self, path: Path) -> None:
        allowed = {*sys.stdlib_module_names}
        for node, module, level in imports(parse(path)):
            if module == f"{OURS}.module_utils":
                assert isinstance(node, ast.ImportFrom)
                assert [alias.name for alias in node.names] == ["_samba_member"]
            elif module == "ansible.module_utils.basic":
                assert path in HANDS
            elif level:
                assert (path.stem, module) == ("_samba_member", "_call.failure")
            else:
                assert module.partition(".")[0] in allowed, module

    def test_no_newer_methods(self) -> None:
        """What a parser cannot see: methods and merging of dictionaries that came with Python 3.9."""
        for path in HAND_SOURCES:
            names = {node.attr for node in ast.walk(parse(path)) if isinstance(node, ast.Attribute)}
            assert not names & {"removeprefix", "removesuffix"}, name_of(path)

    def test_no_other_module_is_a_hand(self) -> None:
        sharing = {
            path for path in sorted((PLUGINS / "modules").glob("*.py")) if "_samba_member" in path.read_text("utf-8")
        }
        assert sharing == {*HANDS}


def asked(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """The hands that are called by their names, each with the options that are named there."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="call" | "call_secretly" | "_look"),
                args=[ast.Constant(value=str() as hand), *more],
            ):
                named = {keyword.arg for keyword in node.keywords if keyword.arg}
                keys = [key for given in more if isinstance(given, ast.Dict) for key in given.keys]
                yield hand, named | {key.value for key in keys if isinstance(key, ast.Constant)}


def options_told(hand: str) -> set[str]:
    """What the documentation of a hand on Windows or Linux tells of its options."""
    beside = PLUGINS / "modules" / f"{hand}.yml"
    if beside.exists():
        documentation = yaml.safe_load(beside.read_text("utf-8"))["DOCUMENTATION"]
    else:
        source = (PLUGINS / "modules" / f"{hand}.py").read_text("utf-8")
        documentation = yaml.safe_load(source.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])
    return {*documentation.get("options", {})}


def test_a_hand_is_asked_only_what_it_takes() -> None:
    calls = [
        (path, hand, options)
        for folder in ("action", "plugin_utils")
        for path in sorted((PLUGINS / folder).glob("*.py"))
        for hand, options in asked(parse(path))
    ]
    assert {hand for _path, hand, _options in calls} >= {"win_join_package", "win_package_wipe", "samba_member_info"}
    for path, hand, options in calls:
        assert options <= options_told(hand), f"{name_of(path)} asks {hand}"


def options_of(module: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options that a module takes, in its own words: what it repeats when it refuses its arguments."""
    with patch_module_args({"no such option": 1} | TELL_ARGUMENTS), pytest.raises(SystemExit):
        runpy.run_module(f"{OURS}.modules.{module}", run_name="__main__")
    answer = json.loads(capsys.readouterr().out)
    assert answer["failed"]
    return {*answer["invocation"]["module_args"]} - {"no such option"}


class TestDirectoryOptions:
    def test_action_group_is_every_module_that_asks_the_directory(self, capsys: pytest.CaptureFixture[str]) -> None:
        groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
        options = {module: options_of(module, capsys) for module in RUNNING}
        asking = [module for module in RUNNING if "server" in options[module]]
        assert asking
        assert sorted(groups["directory"]) == asking
        for module in asking:
            assert {*ARGUMENT_SPEC} <= options[module], "module_defaults give every member every option"

    def test_action_group_is_every_module_that_opens_the_ledger(self, capsys: pytest.CaptureFixture[str]) -> None:
        groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
        opening = [module for module in RUNNING if {"ledger", "ledger_timeout"} <= options_of(module, capsys)]
        assert opening
        assert sorted(groups["ledger"]) == opening

    @pytest.mark.parametrize("module", MODULES)
    def test_documentation_says_who_asks_the_directory(self, module: str) -> None:
        tree = parse(PLUGINS / "modules" / f"{module}.py")
        [documentation] = [
            node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "DOCUMENTATION"
            and isinstance(node.value, ast.Constant)
        ]
        fragments = yaml.safe_load(documentation)["extends_documentation_fragment"]
        groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
        asks = module in groups["directory"]
        assert ("adops.offline_join._directory" in fragments) is asks
        assert ("adops.offline_join._attributes.directory_group" in fragments) is asks


DOCUMENTED: dict[str, dict[str, Any]] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]


class TestDirectoryDocumentation:
    def test_every_option_is_documented_and_no_other(self) -> None:
        assert [*DOCUMENTED] == [*ARGUMENT_SPEC]

    @pytest.mark.parametrize("option", ARGUMENT_SPEC)
    def test_option_is_what_its_documentation_says(self, option: str) -> None:
        said = {key: value for key, value in DOCUMENTED[option].items() if key not in ("description", "version_added")}
        assert said == {key: value for key, value in ARGUMENT_SPEC[option].items() if key != "no_log"}

    @pytest.mark.parametrize("option", ARGUMENT_SPEC)
    def test_option_names_its_environment_variable(self, option: str) -> None:
        variables = re.findall(r"E\((\w+)\)", " ".join(DOCUMENTED[option]["description"]))
        assert variables == [f"OFFLINE_JOIN_DIRECTORY_{option.upper()}"]

    def test_environment_variables_reach_the_module(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """All from the environment; a port that nobody listens on shows that each of them arrived."""
        given = {
            "server": "127.0.0.1",
            "port": "9",
            "tls_mode": "start_tls",
            "username": "issue",
            "password": "xQ7-vN2_kT9+wR4=hB6",
            "connection_timeout": "2",
        }
        for option, value in given.items():
            monkeypatch.setenv(f"OFFLINE_JOIN_DIRECTORY_{option.upper()}", value)
        with patch_module_args({**TELL_ARGUMENTS}), pytest.raises(SystemExit):
            runpy.run_module(f"{OURS}.modules.directory_info", run_name="__main__")
        answer = json.loads(capsys.readouterr().out)
        assert answer["msg"].startswith("connect to 127.0.0.1 port 9: ")
        arguments = answer["invocation"]["module_args"]
        assert (arguments["tls_mode"], arguments["username"]) == ("start_tls", "issue")
        assert arguments["connection_timeout"] == 2
        assert arguments["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
        assert given["password"] not in json.dumps(answer)
