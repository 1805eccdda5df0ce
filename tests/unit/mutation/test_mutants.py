# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which faults are put into a file, and how each is named."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation import targets
from tests.mutation.mutants import mutants

ROOT = Path(__file__).resolve().parents[3]


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["[-a < b-]{+pass+}", "a [-<-]{+<=+} b", "a [-<-]{+>=+} b"]),
        ("x = a == b", ["x = a [-==-]{+!=+} b"]),
        ("x = a is b", ["x = a is {+not +}b"]),
        ("x = a and b and c", ["x = a [-and b and-]{+or b or+} c", "x = [-a and -]b and c"]),
        ("x = not a", ["x = [-not -]a"]),
        ("x = a + b", ["x = a [-+-]{+-+} b"]),
        ("x += 1", ["[-x += 1-]{+pass+}", "x [-+-]{+-+}= 1", "x += [-1-]{+2+}"]),
        ("x = a[1:]", ["x = a[[-1-]:]", "x = a[[-1-]{+2+}:]"]),
        ("x = True", ["x = [-True-]{+False+}"]),
        ("x = 'word'", ["x = '[-word-]{+XXword+}'"]),
        ("x = b''", ["x = b'{+XX+}'"]),
        ("x = name.lower()", ["x = name[-.lower()-]"]),
        ("x = any(a)", ["x = [-any-]{+all+}(a)"]),
        ("x = sorted(a, key=b)", ["x = [-sorted(a, key=b-]{+list(a+})"]),
        ("x = [a for a in b if a]", ["x = [a for a in b[- if a-]]"]),
        ("x = a if b else c", ["x = a if {+not +}b else c"]),
        ("raise Error", ["[-raise Error-]{+pass+}"]),
        ("a.b = c", ["[-a.b = c-]{+pass+}"]),
    ],
)
def test_faults_of_a_statement(source: str, expected: list[str]) -> None:
    assert changes(source)[: len(expected)] == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is."""',
        '"""Word."""',
        "x = 'prose of words'",
        "x = f'between {values}'",
        "x: Literal['a']",
        "@decorated(1)\nclass A: ...",
        "def f() -> Literal[1]:\n    return",
        "x = name.lower(locale)",
        "x = None",
    ],
)
def test_left_alone(source: str) -> None:
    assert [change for change in changes(source) if "..." not in change] == []


def test_named_after_the_function_and_counted_where_alike() -> None:
    source = "class A:\n    def f(self):\n        x = 1\n        x = 1\n\nx = 1"
    assert [str(mutant) for mutant in mutants(source)] == [
        "A.f: x = [-1-]{+2+}",
        "A.f: x = [-1-]{+2+} #2",
        "module: x = [-1-]{+2+}",
    ]


def test_only_the_line_of_a_statement_is_shown() -> None:
    source = "if a:\n    b = 2\nelse:\n    raise Error"
    assert changes(source) == ["if {+not +}a:", "b = [-2-]{+3+}", "[-raise Error-]{+pass+}"]


@pytest.mark.parametrize("file", ["_package/text.py", "_rollout/account_state.py"])
def test_every_mutant_of_a_file_is_another_one_and_can_be_compiled(file: str) -> None:
    source = (ROOT / targets.SOURCES / file).read_text(encoding="utf-8")
    plain = ast.unparse(ast.parse(source))
    found = [*mutants(source)]
    assert len({str(mutant) for mutant in found}) == len(found)
    for mutant in found:
        assert mutant.source != plain
        compile(mutant.source, file, "exec")


@pytest.mark.parametrize("file", targets.files())
def test_every_file_has_tests(file: str) -> None:
    assert targets.tests(file)
    assert all((ROOT / test).is_file() for test in targets.tests(file))
