# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell of the Windows hands: it parses, and says what its documentation says. Nothing is run here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hands import documentation, results, shapes
from tests.hands.powershell import MODULE_UTILS, MODULES, NAMES, PLUGINS, bare, faults, parse, source, text_of, walk
from tests.twin import contract
from tests.twin.spec import spec_in

UTILS = "ansible_collections.adops.offline_join.plugins.module_utils."
# option names whose values are secrets
SECRETS = {"package", "password"}
GIVEN_TO_CMDLETS = re.compile(r"convertto-securestring|-asplaintext|(params|settings)\.(password|package)\b")
SCRIPTS = sorted(PLUGINS.rglob("*.ps1"))


def test_every_hand_of_the_contract_is_there() -> None:
    assert sorted(contract.SHAPES) == NAMES
    assert sorted(path.stem for path in MODULES.glob("win_*.yml")) == NAMES


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_no_cmdlet_is_given_a_secret(script: Path) -> None:
    """Event 4103 of Module Logging has the arguments of cmdlets; calls of .NET it has not."""
    for node in walk(parse(script.read_text(encoding="utf-8"))):
        if node.type == "command":
            said = text_of(node).lower()
            assert not GIVEN_TO_CMDLETS.search(said), said


@pytest.mark.parametrize("name", NAMES)
class TestSource:
    def test_it_parses(self, name: str) -> None:
        assert faults(parse(source(name))) == []

    def test_it_is_ascii(self, name: str) -> None:
        """Windows PowerShell 5.1 reads a script without byte order mark in the code page of the machine."""
        assert source(name).isascii()

    def test_it_ends_in_one_place(self, name: str) -> None:
        assert source(name).count("$module.ExitJson()") == 1
        assert source(name).endswith("\n$module.ExitJson()\n")

    def test_it_requires_what_it_uses(self, name: str) -> None:
        text = source(name)
        required = re.findall(r"^#AnsibleRequires -CSharpUtil \.\.module_utils\.(\w+)$", text, re.MULTILINE)
        used = re.findall(re.escape(UTILS) + r"(\w+)\.", text)
        assert required == sorted(set(required))
        assert sorted(set(used)) == required
        for util in required:
            assert (MODULE_UTILS / f"{util}.cs").exists()

    def test_no_function_returns_nothing(self, name: str) -> None:
        """ConvertTo-Json of Windows PowerShell 5.1 turns what a bare return leaves into {}, not null."""
        for node in walk(parse(source(name))):
            if node.type == "flow_control_statement" and text_of(node).lower().startswith("return"):
                assert node.named_children, f"line {node.start_point.row + 1}"

    def test_every_subset_is_a_function_of_its_own(self, name: str) -> None:
        subsets = spec_in(source(name))["options"].get("subsets")
        if subsets is None:
            return
        root = parse(source(name))
        told = {}
        for node in walk(root):
            if node.type == "assignment_expression" and text_of(node).startswith("$module.Result."):
                value = bare(node.named_children[2])
                told[text_of(node.named_children[0]).removeprefix("$module.Result.")] = text_of(value)
        assert sorted(told) == sorted(subsets["choices"])
        for value in told.values():
            assert re.fullmatch(r"(@\()?Get-\w+( -Located \$located)?\)?", value), value


@pytest.mark.parametrize("name", NAMES)
class TestSpec:
    def test_options_are_the_documented_ones(self, name: str) -> None:
        documented = documentation.options(documentation.read(name)["DOCUMENTATION"]["options"])
        assert _without_no_log(spec_in(source(name))["options"]) == documented

    def test_nothing_but_options_and_check_mode(self, name: str) -> None:
        """What the documentation has no words for would be refused to the caller without it being told."""
        assert sorted(spec_in(source(name))) == ["options", "supports_check_mode"]

    def test_secrets_are_not_logged(self, name: str) -> None:
        for option, value in spec_in(source(name))["options"].items():
            assert value.get("no_log", False) is (option in SECRETS), option

    def test_check_mode_is_supported_as_documented(self, name: str) -> None:
        attributes = documentation.attributes(name)
        assert spec_in(source(name))["supports_check_mode"] is (attributes["check_mode"]["support"] == "full")
        assert attributes["platform"]["platforms"] == "windows"
        # nothing is given to diff
        assert attributes["diff_mode"]["support"] in ("none", "N/A")
        assert "$module.Diff" not in source(name)

    def test_a_hand_that_acts_asks_for_check_mode(self, name: str) -> None:
        acts = (
            "adops.offline_join._attributes.reads"
            not in (documentation.read(name)["DOCUMENTATION"]["extends_documentation_fragment"])
        )
        assert ("$module.CheckMode" in source(name)) is acts


@pytest.mark.parametrize("name", NAMES)
class TestResult:
    def test_every_key_is_documented_and_no_other(self, name: str) -> None:
        set_by_source = results.shape(parse(source(name)))
        assert shapes.differences(set_by_source, shapes.documented(documentation.read(name)["RETURN"])) == []

    def test_the_twin_answers_in_the_same_shape(self, name: str) -> None:
        documented = shapes.documented(documentation.read(name)["RETURN"])
        assert shapes.differences(shapes.agreed(name), documented) == []

    def test_what_can_be_null_is_said(self, name: str) -> None:
        returns = documentation.read(name)["RETURN"]
        for path in _nullable(contract.SHAPES[name]):
            entry = _entry(returns, path)
            assert "null" in f"{entry['returned']} {entry['description']}", path

    def test_samples_are_of_their_types(self, name: str) -> None:
        for path, entry in _leaves(documentation.read(name)["RETURN"]):
            assert "sample" in entry, path
            kinds = {"str": str, "int": int, "bool": bool, "list": list, "raw": object}
            sample = entry["sample"]
            assert isinstance(sample, kinds[entry["type"]]) or (sample is None and "null" in entry["returned"]), path


def _without_no_log(spec: dict) -> dict:
    return {name: {key: value for key, value in option.items() if key != "no_log"} for name, option in spec.items()}


def _leaves(returns: dict, prefix: str = "") -> list[tuple[str, dict]]:
    found = []
    for key, entry in returns.items():
        if "contains" in entry:
            found += _leaves(entry["contains"], f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", entry))
    return found


def _entry(returns: dict, path: str) -> dict:
    first, _dot, rest = path.partition(".")
    return _entry(returns[first]["contains"], rest) if rest else returns[first]


def _nullable(shape: object, prefix: str = "") -> list[str]:
    """The paths of the keys that the twin may answer with null."""
    if isinstance(shape, contract.Asked):
        return _nullable(shape.shape, prefix)
    if isinstance(shape, contract.Maybe):
        return [prefix.removesuffix("."), *_nullable(shape.shape, prefix)]
    if isinstance(shape, list):
        return _nullable(shape[0], prefix)
    if isinstance(shape, dict):
        return [path for key, inner in shape.items() for path in _nullable(inner, f"{prefix}{key}.")]
    return []
