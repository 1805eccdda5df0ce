# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell sources of the Windows hands, parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULES = PLUGINS / "modules"
MODULE_UTILS = PLUGINS / "module_utils"
NAMES = sorted(path.stem for path in MODULES.glob("*.ps1"))
CSHARP = sorted(MODULE_UTILS.glob("*.cs"))

_LANGUAGE = Language(tree_sitter_powershell.language())


@dataclass(frozen=True)
class Fault:
    """A place that PowerShell's grammar does not know; lines count from 1."""

    line: int
    text: str


def source(name: str) -> str:
    """The text of a hand, named without its extension."""
    return (MODULES / f"{name}.ps1").read_text(encoding="utf-8")


def parse(text: str) -> Node:
    return Parser(_LANGUAGE).parse(text.encode()).root_node


def text_of(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def faults(root: Node) -> list[Fault]:
    """What does not parse: ERROR nodes, and what the parser had to make up."""
    return [
        Fault(node.start_point.row + 1, text_of(node)[:60]) for node in walk(root) if node.is_error or node.is_missing
    ]


def bare(node: Node) -> Node:
    """The innermost node with the same text: every level of precedence is a node around the one below."""
    while node.named_child_count == 1 and node.named_children[0].text == node.text:
        node = node.named_children[0]
    return node
