# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The C# of the Windows hands compiles as Windows PowerShell 5.1 wants it, and has what the PowerShell uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tree_sitter import Node

from tests.hands.native_code import Proof, csharp
from tests.hands.powershell import CSHARP, NAMES, parse, source, text_of, walk

UTILS = "ansible_collections.adops.offline_join.plugins.module_utils"
# a type in a variable, and what is done with the variable
TYPE = re.compile(rf"^\$(\w+) = \[{re.escape(UTILS)}\.([\w.]+)\]$", re.MULTILINE)


@pytest.mark.parametrize("path", CSHARP, ids=lambda path: path.name)
def test_it_compiles_without_a_warning(path: Path, tmp_path: Path) -> None:
    using = re.findall(rf"^using {re.escape(UTILS)}\.(\w+);$", path.read_text(encoding="utf-8"), re.MULTILINE)
    compiled = csharp([path, *(path.with_name(f"{name}.cs") for name in using)], tmp_path / "out.dll")
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("string b = a?.Trim();", id="a later language"),
        pytest.param("int unused = 1;", id="a warning"),
    ],
)
def test_the_compiler_is_as_strict_as_windows(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "Probe.cs"
    path.write_text(f"public class Probe {{ public void Run(string a) {{ {statement} }} }}", encoding="utf-8")
    assert csharp([path], tmp_path / "out.dll").returncode != 0


@pytest.mark.parametrize("path", CSHARP, ids=lambda path: path.name)
def test_namespace_is_the_one_that_ansible_wants(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^namespace (.+)$", text, re.MULTILINE) == [f"{UTILS}.{path.stem}"]
    assert text.isascii()


@pytest.mark.parametrize("path", CSHARP, ids=lambda path: path.name)
def test_every_function_of_windows_is_declared_exactly(path: Path) -> None:
    """Without ExactSpelling the runtime guesses names; without Unicode a text arrives as ANSI."""
    text = path.read_text(encoding="utf-8")
    for attribute, declaration in re.findall(r"\[DllImport\(([^)]*)\)\](.*?);", text, re.DOTALL):
        assert "ExactSpelling = true" in attribute
        assert ("CharSet = CharSet.Unicode" in attribute) is bool(re.search(r"\bstring \w", declaration)), declaration
        # the last error is only kept where somebody asks for it
        assert ("SetLastError = true" in attribute) is ("extern bool" in declaration)


def test_every_source_is_required_by_a_hand_or_another_source() -> None:
    texts = [source(name) for name in NAMES] + [path.read_text(encoding="utf-8") for path in CSHARP]
    for path in CSHARP:
        wanted = (f"-CSharpUtil ..module_utils.{path.stem}\n", f"using {UTILS}.{path.stem};")
        assert any(one in text for text in texts for one in wanted), path.name


@pytest.mark.parametrize("name", NAMES)
def test_what_a_hand_uses_of_a_type_is_there(name: str, proof: Proof) -> None:
    members = proof.run("Members").answers
    text = source(name)
    used = static_members(parse(text))
    for variable, type_name in TYPE.findall(text):
        assert used.get(variable), f"${variable} is not used"
        for member in used[variable]:
            assert member in members[type_name], f"{type_name}: {member}"


@pytest.mark.parametrize(
    ("name", "variable", "type_name"),
    [
        ("win_machine_info", "pending", "PendingJoin.Marker"),
        ("win_join_package", "done", "NetJoin.Application"),
        ("win_provision_package", "answer", "ProvisioningPackage.Answer"),
        ("win_provision_package", "request", "ProvisioningPackage.Request"),
        ("win_domain_info", "Located", "DomainLocator.Located"),
        ("win_domain_info", "rediscovered", "Netlogon.SecureChannel"),
        ("win_domain_info", "verified", "Netlogon.SecureChannel"),
        ("win_domain_info", "answer", "SntpClient.Answer"),
    ],
)
def test_properties_that_a_hand_reads_are_there(name: str, variable: str, type_name: str, proof: Proof) -> None:
    members = proof.run("Members").answers[type_name]
    read = set(re.findall(rf"\${variable}\.(\w+)\b(?!\()", source(name)))
    assert read
    assert {f"property {member}" for member in read} <= {*members}


def static_members(root: Node) -> dict[str, set[str]]:
    """What follows ``::`` after each variable, as native/Proof.cs writes members: with the number of arguments."""
    used: dict[str, set[str]] = {}
    for node in walk(root):
        if node.type not in ("invokation_expression", "member_access"):
            continue
        owner, member, *arguments = node.named_children
        if owner.type != "variable" or f"{text_of(owner)}::" not in text_of(node):
            continue
        name = text_of(member)
        if arguments:
            count = sum(len(group.named_children) for group in arguments[0].named_children)
            name = f"new {count}" if name == "new" else f"static {name} {count}"
        else:
            name = f"static {name}"
        used.setdefault(text_of(owner).removeprefix("$"), set()).add(name)
    return used
