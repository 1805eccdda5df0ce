# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows of docs/architecture.md: what may be reached from where, over any number of imports, and how files look.

Single import statements are judged in test_habits.py. Every rule here is a function of a tree of plugins, so that each
one is also shown a tree that breaks it.
"""

from __future__ import annotations

import ast
import functools
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ROOT = ("ansible_collections", "adops", "offline_join", "plugins")
# What each room may have from PyPI; modules compose rooms, so nothing else has anything.
LIBRARIES = {
    "_package": set[str](),
    "_directory": {"ldap3", "gssapi", "smbprotocol", "spnego"},
    "_rollout": {"cryptography", "asn1crypto", "sqlalchemy", "psycopg"},
}
# What composes the rooms, and what else each of these folders may use of the others.
COMPOSING = {
    "_storage": set[str](),
    "_call": {"_storage"},
    "_ledger": {"_storage"},
    "_accounts": {"_storage"},
    "_issuing": {"_storage", "_accounts"},
    "_inspection": {"_storage", "_accounts"},
    "_revocation": {"_storage", "_accounts"},
}
# Standard library, and yet not pure: these reach files, processes, the network or the clock.
IMPURE = {
    *(
        "asyncio",
        "ctypes",
        "fcntl",
        "glob",
        "http",
        "io",
        "logging",
        "mmap",
        "os",
        "pathlib",
        "random",
        "shutil",
        "signal",
    ),
    *("socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib"),
}
LONGEST = 400
VAGUE = re.compile(r"^_?(utils?|common|helpers?|misc)(_|$)|_(utils?|common|helpers?|misc)$")
AT_RUN_TIME = ("module_utils", "modules", "action", "plugin_utils", "filter", "inventory", "callback", "doc_fragments")
# Ansible's own word for the folder, and the only exceptions.
FOLDERS_OF_ANSIBLE = {"module_utils", "plugin_utils"}

Rule = Callable[[Path], list[str]]


def sources(plugins: Path) -> list[Path]:
    return sorted(path for folder in AT_RUN_TIME for path in (plugins / folder).rglob("*.py"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imported(node: ast.AST) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The level and dotted name of everything imported when the code runs, not for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            continue
        if isinstance(child, ast.Import):
            yield from ((0, (*alias.name.split("."),)) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = (*child.module.split("."),) if child.module else ()
            yield from ((child.level, (*base, alias.name)) for alias in child.names)
        else:
            yield from imported(child)


def absolute(path: Path, plugins: Path, level: int, name: tuple[str, ...]) -> tuple[str, ...]:
    """The dotted name from the top: relative imports count from the folder of the file."""
    if not level:
        return name
    folder = path.parent.relative_to(plugins).parts
    return (*ROOT, *folder[: len(folder) - level + 1], *name)


def file_of(name: tuple[str, ...], plugins: Path) -> Path | None:
    """Our file that an import loads; the last part may be a name inside it."""
    if name[: len(ROOT)] != ROOT:
        return None
    for parts in (name[len(ROOT) :], name[len(ROOT) : -1]):
        for path in (plugins.joinpath(*parts).with_suffix(".py"), plugins.joinpath(*parts, "__init__.py")):
            if parts and path.is_file():
                return path
    return None


def names(path: Path, plugins: Path) -> list[tuple[str, ...]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return [absolute(path, plugins, level, name) for level, name in imported(tree)]


def reached(start: Path, plugins: Path, known: dict[Path, set[Path]]) -> set[Path]:
    """Every file of ours that comes with this one."""
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        path = waiting.pop()
        if path not in known:
            known[path] = {file for name in names(path, plugins) if (file := file_of(name, plugins))}
        waiting += known[path] - found
        found |= known[path]
    return found


def room_of(path: Path, plugins: Path) -> str:
    parts = path.relative_to(plugins).parts
    return parts[1] if parts[0] == "module_utils" and parts[1] in LIBRARIES else ""


def rooms_reach_only_themselves(plugins: Path) -> list[str]:
    known: dict[Path, set[Path]] = {}
    return [
        f"{path.relative_to(plugins)} reaches {other.relative_to(plugins)}"
        for path in sources(plugins)
        if (room := room_of(path, plugins))
        for other in sorted(reached(path, plugins, known))
        if room_of(other, plugins) != room
    ]


def folders_compose_downwards(plugins: Path) -> list[str]:
    return [
        f"{path.relative_to(plugins)} imports {other.relative_to(plugins)}"
        for folder, below in COMPOSING.items()
        for path in sorted((plugins / "module_utils" / folder).rglob("*.py"))
        for name in names(path, plugins)
        if (other := file_of(name, plugins))
        if other.relative_to(plugins).parts[1] not in {*LIBRARIES, *below, folder}
    ]


def rooms_have_their_own_libraries(plugins: Path) -> list[str]:
    return [
        f"{path.relative_to(plugins)} imports {name[0]}"
        for path in sources(plugins)
        if (room := room_of(path, plugins))
        for name in names(path, plugins)
        if name[0] not in sys.stdlib_module_names and name[0] != ROOT[0] and name[0] not in LIBRARIES[room]
    ]


def libraries_stay_in_their_rooms(plugins: Path) -> list[str]:
    owned = set[str]().union(*LIBRARIES.values())
    return [
        f"{path.relative_to(plugins)} imports {name[0]}"
        for path in sources(plugins)
        if not room_of(path, plugins)
        for name in names(path, plugins)
        if name[0] in owned
    ]


def packages_are_pure(plugins: Path) -> list[str]:
    found = []
    for path in sorted((plugins / "module_utils" / "_package").rglob("*.py")):
        where = path.relative_to(plugins)
        found += [f"{where} imports {name[0]}" for name in names(path, plugins) if name[0] in IMPURE]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        found += [f"{where} calls {name}" for name in sorted(called & {"open", "print", "input"})]
    return found


def actions_and_filters_open_neither_directory_nor_ledger(plugins: Path) -> list[str]:
    """What runs once for each machine holds no connection: one call of a module asks for all of them."""
    known: dict[Path, set[Path]] = {}
    directory = plugins / "module_utils" / "_directory"
    # Who reaches the database's library opens the ledger; the numbers of a report only read its events.
    database = plugins / "module_utils" / "_rollout" / "ledger" / "libraries.py"
    return [
        f"{path.relative_to(plugins)} reaches {other.relative_to(plugins)}"
        for folder in ("action", "plugin_utils", "filter", "callback")
        for path in sorted((plugins / folder).rglob("*.py"))
        for other in sorted(reached(path, plugins, known))
        if directory in other.parents or other == database
    ]


def modules_reach_only_what_modules_share(plugins: Path) -> list[str]:
    """Ansible carries module_utils to a target, and nothing else."""
    known: dict[Path, set[Path]] = {}
    return [
        f"{path.relative_to(plugins)} reaches {other.relative_to(plugins)}"
        for path in sources(plugins)
        if path.relative_to(plugins).parts[0] in ("modules", "module_utils")
        for other in sorted(reached(path, plugins, known))
        if other.relative_to(plugins).parts[0] != "module_utils"
    ]


def files_hold_one_idea(plugins: Path) -> list[str]:
    return [
        f"{path.relative_to(plugins)} has {lines} lines"
        for path in sorted(plugins.rglob("*"))
        if path.suffix in (".py", ".ps1", ".cs")
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    ]


def names_say_what_is_inside(plugins: Path) -> list[str]:
    return [
        str(path.relative_to(plugins))
        for path in sorted(plugins.rglob("*"))
        if "__pycache__" not in path.parts and path.name not in FOLDERS_OF_ANSIBLE and VAGUE.search(path.stem)
    ]


RULES: list[Rule] = [
    rooms_reach_only_themselves,
    folders_compose_downwards,
    rooms_have_their_own_libraries,
    libraries_stay_in_their_rooms,
    packages_are_pure,
    actions_and_filters_open_neither_directory_nor_ledger,
    modules_reach_only_what_modules_share,
    files_hold_one_idea,
    names_say_what_is_inside,
]

# A file, what is appended to it, and the rule that has to notice.
BREACHES: list[tuple[Rule, str, str]] = [
    (folders_compose_downwards, "module_utils/_issuing/answer.py", "from .._revocation import answer"),
    (folders_compose_downwards, "module_utils/_storage/secret_file.py", "from .._accounts import reuse"),
    (rooms_reach_only_themselves, "module_utils/_rollout/clock.py", "from .._directory import domain"),
    (rooms_reach_only_themselves, "module_utils/_package/text.py", "from .._rollout.clock import Reading"),
    (rooms_reach_only_themselves, "module_utils/_directory/domain.py", "from .._call import answers"),
    (rooms_have_their_own_libraries, "module_utils/_rollout/clock.py", "import ldap3"),
    (rooms_have_their_own_libraries, "module_utils/_package/text.py", "import cryptography"),
    (rooms_have_their_own_libraries, "module_utils/_directory/domain.py", "import ansible"),
    (libraries_stay_in_their_rooms, "module_utils/_call/answers.py", "from ldap3 import Server"),
    (libraries_stay_in_their_rooms, "plugin_utils/_wire.py", "import sqlalchemy"),
    (packages_are_pure, "module_utils/_package/text.py", "import os"),
    (packages_are_pure, "module_utils/_package/text.py", "from pathlib import Path"),
    (packages_are_pure, "module_utils/_package/text.py", "def read(path):\n    return open(path).read()"),
    (
        actions_and_filters_open_neither_directory_nor_ledger,
        "action/join.py",
        f"from {'.'.join(ROOT)}.module_utils._directory.connection import connect",
    ),
    (
        actions_and_filters_open_neither_directory_nor_ledger,
        "filter/rollout_events.py",
        f"from {'.'.join(ROOT)}.module_utils._directory.distinguished_name import split",
    ),
    # not by itself, but by what it shares with others
    (
        actions_and_filters_open_neither_directory_nor_ledger,
        "module_utils/_storage/seal_options.py",
        "from .._ledger import access",
    ),
    (
        modules_reach_only_what_modules_share,
        "module_utils/_call/answers.py",
        f"from {'.'.join(ROOT)}.plugin_utils import _wire",
    ),
    (files_hold_one_idea, "modules/win_clock.ps1", "\n" * LONGEST),
    (files_hold_one_idea, "module_utils/_package/text.py", "\n" * LONGEST),
    (names_say_what_is_inside, "module_utils/_rollout/name_utils.py", ""),
    (names_say_what_is_inside, "module_utils/_common/text.py", ""),
    (names_say_what_is_inside, "plugin_utils/_helpers.py", ""),
]


@functools.cache
def clean(rule: Rule) -> list[str]:
    return rule(PLUGINS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    assert sources(PLUGINS)
    assert clean(rule) == []


@pytest.mark.parametrize(("rule", "file", "breach"), BREACHES)
def test_rule_notices_its_breach(rule: Rule, file: str, breach: str, tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    shutil.copytree(PLUGINS, plugins, ignore=shutil.ignore_patterns("__pycache__"))
    broken = plugins / file
    broken.parent.mkdir(exist_ok=True)
    with broken.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{breach}\n")
    assert {*rule(plugins)} > {*clean(rule)}


def test_every_rule_is_shown_a_breach() -> None:
    assert {rule.__name__ for rule, _file, _breach in BREACHES} == {rule.__name__ for rule in RULES}
