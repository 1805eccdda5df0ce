# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``$spec`` of a PowerShell module, read from its source as the literal that it is.

Only literals are evaluated: hashtables, arrays, strings, integers and ``$true``, ``$false``, ``$null``. Arrays follow
PowerShell: ``@(...)`` unrolls what stands in it by one level, so that ``@(@('a', 'b'))`` is ``a, b``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

_LANGUAGE = Language(tree_sitter_powershell.language())
_CONSTANTS = {"$true": True, "$false": False, "$null": None}


class NotLiteral(Exception):
    """A module's ``$spec`` is missing or more than a literal; the text says where."""


@functools.lru_cache(maxsize=256)
def spec_in(source: str) -> dict[str, Any]:
    """The value that a module's source assigns to ``$spec``; the caller must not change it. Raises NotLiteral."""
    tree = Parser(_LANGUAGE).parse(source.encode())
    for node in _assignments(tree.root_node):
        target, _operator, value = node.named_children[:3]
        if _text(target).lower() == "$spec":
            if value.has_error:
                raise NotLiteral(f"line {node.start_point.row + 1}: $spec does not parse")
            spec = _evaluate(value)
            if not isinstance(spec, dict):
                raise NotLiteral(f"line {node.start_point.row + 1}: $spec is no hashtable")
            _only_one_argument(tree.root_node)
            return spec
    raise NotLiteral("no $spec in the module")


def _assignments(node: Node) -> Iterator[Node]:
    if node.type == "assignment_expression":
        yield node
    for child in node.named_children:
        # A $spec inside of a function or a condition would not be the module's.
        if child.type in ("statement_list", "pipeline", "assignment_expression"):
            yield from _assignments(child)


def _only_one_argument(root: Node) -> None:
    # AnsibleModule::Create($args, $spec, @(fragments)) would take options that are not in $spec.
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "invokation_expression" and "AnsibleModule]::Create(" in _text(node):
            arguments = "".join(_text(node).split()).partition("::Create(")[2].removesuffix(")")
            if arguments.lower() != "$args,$spec":
                raise NotLiteral(f"line {node.start_point.row + 1}: the module adds to its $spec")
        stack.extend(node.named_children)


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def _not_literal(node: Node) -> NotLiteral:
    return NotLiteral(f"line {node.start_point.row + 1}: {_text(node)[:60]}")


def _parts(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type not in ("comment", "empty_statement")]


def _evaluate(node: Node) -> Any:
    evaluate = _LITERALS.get(node.type)
    if evaluate is not None:
        return evaluate(node)
    parts = _parts(node)
    # Every level of an expression's precedence is a node of its own, around the one below.
    if len(parts) == 1 and _text(parts[0]) == _text(node):
        return _evaluate(parts[0])
    raise _not_literal(node)


def _hashtable(node: Node) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for body in _parts(node):
        for entry in _parts(body):
            parts = _parts(entry)
            if len(parts) != 2:
                raise _not_literal(entry)
            table[_text(parts[0]).strip("'\"")] = _evaluate(parts[1])
    return table


def _array(node: Node) -> list[Any]:
    values: list[Any] = []
    for part in _parts(node):
        for statement in _parts(part) if part.type == "statement_list" else [part]:
            value = _evaluate(statement)
            values.extend(value if isinstance(value, list) else [value])
    return values


def _comma(node: Node) -> Any:
    values = [_evaluate(part) for part in _parts(node)]
    return values if len(values) > 1 else values[0]


def _unary(node: Node) -> Any:
    operator = _text(node)[0]
    value = _evaluate(_parts(node)[-1])
    if operator == ",":
        return [value]
    if operator == "-" and isinstance(value, int):
        return -value
    raise _not_literal(node)


def _string(node: Node) -> str:
    text = _text(node)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith('"') and not {"$", "`"} & {*text}:
        return text[1:-1].replace('""', '"')
    raise _not_literal(node)


def _constant(node: Node) -> bool | None:
    name = _text(node).lower()
    if name not in _CONSTANTS:
        raise _not_literal(node)
    return _CONSTANTS[name]


_LITERALS: dict[str, Callable[[Node], Any]] = {
    "hash_literal_expression": _hashtable,
    "array_expression": _array,
    "array_literal_expression": _comma,
    "unary_array_expression": _unary,
    "expression_with_unary_operator": _unary,
    "string_literal": _string,
    "decimal_integer_literal": lambda node: int(_text(node)),
    "variable": _constant,
}
