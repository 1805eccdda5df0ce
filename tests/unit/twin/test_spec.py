# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""$spec of PowerShell modules: the literal is read as PowerShell would, and nothing but a literal is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.spec import NotLiteral, spec_in

CREATE = "\n$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)\n"


def value(literal: str) -> Any:
    return spec_in(f"$spec = @{{\n    value = {literal}\n}}{CREATE}")["value"]


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'it''s'", "it's"),
        ('"double"', "double"),
        ("42", 42),
        ("-1", -1),
        ("$true", True),
        ("$False", False),
        ("$null", None),
        ("@()", []),
        ("@('one')", ["one"]),
        ("'a', 'b'", ["a", "b"]),
        ("@('a', 'b')", ["a", "b"]),
        ("@(\n'a'  # first\n'b'\n)", ["a", "b"]),
        # the trap: one list in a list is unrolled, unless a comma stands before it
        ("@(@('a', 'b'))", ["a", "b"]),
        ("@(, @('a', 'b'))", [["a", "b"]]),
        ("@(@('a', 'b'), @('c', 'd'))", [["a", "b"], ["c", "d"]]),
        ("@(, @('state', 'present', @('a', 'b'), $true))", [["state", "present", ["a", "b"], True]]),
        ("@{ 'a b' = @{ c = 1 }; d = 2 }", {"a b": {"c": 1}, "d": 2}),
    ],
)
def test_literal(literal: str, expected: Any) -> None:
    assert value(literal) == expected
    assert type(value(literal)) is type(expected)


@pytest.mark.parametrize(
    "literal",
    ["$choices", '"$env:TEMP"', "[int]::MaxValue", "(1 + 2)", "1 + 2", "Get-Choices", "!$true"],
)
def test_anything_else_is_refused_with_its_line(literal: str) -> None:
    with pytest.raises(NotLiteral, match=r"^line 2: "):
        value(literal)


@pytest.mark.parametrize("literal", ["[Func[[Object], [Object]]]{ 1 }", "@{ a = 1"])
def test_what_does_not_parse_is_refused(literal: str) -> None:
    with pytest.raises(NotLiteral, match=r"does not parse|no \$spec"):
        value(literal)


def test_a_spec_of_a_function_is_not_the_modules() -> None:
    with pytest.raises(NotLiteral, match="no \\$spec"):
        spec_in("Function Get-Spec {\n    $spec = @{ options = @{} }\n    $spec\n}" + CREATE)


def test_options_from_elsewhere_are_noticed() -> None:
    with pytest.raises(NotLiteral, match=r"^line 2: the module adds"):
        spec_in("$spec = @{ options = @{} }\n$m = [Ansible.Basic.AnsibleModule]::Create($args, $spec, @(Get-Spec))\n")
