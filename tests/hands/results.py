# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hand puts into its result, as far as its source tells without being run.

Followed are assignments to ``$module.Result.KEY``, hashtables, lists, variables, and functions of the same file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from tests.hands.powershell import bare, text_of, walk
from tests.hands.shapes import UNKNOWN

_RESULT = "$module.Result."
# these hold statements, and pass on what the statements put out
_BLOCKS = {
    *("statement_list", "statement_block", "script_block", "script_block_body", "if_statement", "else_clause"),
    *("elseif_clauses", "elseif_clause", "foreach_statement", "for_statement", "while_statement", "try_statement"),
    *("catch_clauses", "catch_clause", "finally_clause", "switch_statement", "switch_body", "switch_clauses"),
    *("switch_clause",),
}


class NotReadable(Exception):
    """The source does not tell what it puts into the result; the text says where."""


@dataclass
class _Value:
    """A list or not; the keys of the hashtable that it is or has as elements, None for a scalar."""

    is_list: bool = False
    keys: dict[str, _Value] | None = None

    def kind(self) -> str:
        if self.is_list:
            return "list of dict" if self.keys is not None else f"list of {UNKNOWN}"
        return "dict" if self.keys is not None else UNKNOWN


class _Source:
    """The functions of a file, and where its variables get their values."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.functions = {
            text_of(next(child for child in node.named_children if child.type == "function_name")).lower(): node
            for node in walk(root)
            if node.type == "function_statement"
        }

    def value(self, node: Node, scope: Node) -> _Value:
        node = bare(node)
        if node.type == "hash_literal_expression":
            return self._hashtable(node, scope)
        if node.type == "array_expression":
            inner = _merged(node, list(self._outputs(node, scope)))
            return _Value(is_list=True, keys=inner.keys)
        if node.type == "variable":
            return self._variable(node, scope)
        name = _command_name(node)
        if name in self.functions:
            function = self.functions[name]
            return _merged(function, list(self._outputs(function, function)))
        return _Value()

    def _hashtable(self, node: Node, scope: Node) -> _Value:
        keys: dict[str, _Value] = {}
        for entry in walk(node):
            if entry.type != "hash_entry" or _nearest(entry, "hash_literal_expression") != node:
                continue
            key, value = entry.named_children
            keys[text_of(key).strip("'\"")] = self.value(value, scope)
        return _Value(keys=keys)

    def _variable(self, node: Node, scope: Node) -> _Value:
        values = []
        for assignment in _assignments(scope):
            target, operator, value = _parts(assignment)
            if text_of(bare(target)).lower() != text_of(node).lower() or text_of(bare(value)).lower() == "$null":
                continue
            if text_of(bare(value)).lower() == text_of(node).lower() or text_of(operator) != "=":
                continue
            values.append(self.value(value, scope))
        return _merged(node, values)

    def _outputs(self, node: Node, scope: Node) -> Iterator[_Value]:
        """What the statements in a node put out."""
        for child in node.named_children:
            inner = bare(child)
            if inner.type in _BLOCKS:
                yield from self._outputs(inner, scope)
            elif inner.type == "flow_control_statement":
                for part in inner.named_children:
                    if text_of(bare(part)).lower() != "$null":
                        yield self.value(part, scope)
            elif _puts_out(child, inner):
                yield self.value(child, scope)


def _puts_out(node: Node, inner: Node) -> bool:
    """Whether a part of a block is a value that it puts out, and no condition and no assignment."""
    if inner.type in ("hash_literal_expression", "command", "command_name"):
        return True
    condition = node.parent is not None and node.parent.type in ("if_statement", "foreach_statement", "elseif_clause")
    return node.type == "pipeline" and inner.type != "assignment_expression" and not condition


def _assignments(scope: Node) -> Iterator[Node]:
    """Assignments of a function, or of the file outside of its functions."""
    for child in scope.named_children:
        if child.type == "function_statement":
            continue
        if child.type == "assignment_expression":
            yield child
        yield from _assignments(child)


def _parts(assignment: Node) -> tuple[Node, Node, Node]:
    target, operator, value = assignment.named_children[:3]
    return target, operator, value


def _nearest(node: Node, kind: str) -> Node | None:
    parent = node.parent
    while parent is not None and parent.type != kind:
        parent = parent.parent
    return parent


def _command_name(node: Node) -> str:
    if node.type == "command":
        node = node.named_children[0]
    return text_of(node).lower() if node.type == "command_name" else ""


def _merged(node: Node, values: list[_Value]) -> _Value:
    """One value for all that it can be: hashtables must have the same keys."""
    tables = [value for value in values if value.keys is not None]
    if not tables:
        return _Value(is_list=any(value.is_list for value in values))
    first = tables[0]
    for other in tables[1:]:
        if _paths(first) != _paths(other) or first.is_list != other.is_list:
            raise NotReadable(f"line {node.start_point.row + 1}: hashtables with other keys: {text_of(node)[:40]}")
    return first


def _paths(value: _Value, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, inner in (value.keys or {}).items():
        found[f"{prefix}{key}"] = inner.kind()
        found |= _paths(inner, f"{prefix}{key}.")
    return found


def shape(root: Node) -> dict[str, str]:
    """The shape that a hand's source gives to its result, without ``changed``.

    :raises NotReadable: a key is computed, or set to hashtables of different shape
    """
    source = _Source(root)
    found: dict[str, str] = {}
    for node in walk(root):
        if node.type != "assignment_expression":
            continue
        target, _operator, value = _parts(node)
        name = text_of(target)
        if name.startswith("$module.Result") and not _is_key(name):
            raise NotReadable(f"line {node.start_point.row + 1}: {name}")
        if not name.startswith(_RESULT):
            continue
        function = _nearest(node, "function_statement")
        key = name.removeprefix(_RESULT)
        one = _Value(keys={key: source.value(value, function or root)})
        found |= _paths(one)
    found.pop("changed", None)
    return found


def _is_key(name: str) -> bool:
    key = name.removeprefix(_RESULT)
    return key != name and key.isidentifier()
