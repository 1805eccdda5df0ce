# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mutants of a file: its source with one small fault each.

Declarations at the level of a module or a class are mutated too, because a codec consists of them. Left alone are
annotations, decorators, and prose (a text with a space in it): tests look for words of a message, never at the whole.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_BUILTINS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
_NORMALIZING = {"casefold", "lower", "strip", "upper"}
_LEFT_ALONE = {"annotation", "decorator_list", "format_spec", "returns"}
_BODIES = ("body", "orelse", "finalbody", "handlers", "decorator_list")
_WORD = re.compile(r"\w+|[<>=!]+|\W")
_CONTEXT = 40  # characters of a statement shown on each side of a change


@dataclass(frozen=True)
class Mutant:
    """``function`` and ``change`` tell it from every other one of its file, whatever lines are added above it."""

    function: str
    change: str
    source: str

    def __str__(self) -> str:
        return f"{self.function}: {self.change}"


def mutants(source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    for put, node, function, statement in _places(tree, "module", tree):
        for other in _variants(node):
            before = _header(statement)
            put(other)
            after = _header(other if node is statement else statement)
            change = _difference(before, after)
            seen[function, change] += 1
            if seen[function, change] > 1:
                change += f" #{seen[function, change]}"
            yield Mutant(function, change, ast.unparse(tree))
            put(node)


_Place = tuple[Callable[[ast.AST], None], ast.AST, str, ast.AST]


def _places(parent: ast.AST, function: str, statement: ast.AST) -> Iterator[_Place]:
    """Every node with the way to replace it, the function and the statement that it stands in."""
    for field, value in ast.iter_fields(parent):
        if field in _LEFT_ALONE:
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _is_prose(parent, node):
                continue
            put = _replacement(value, index) if isinstance(value, list) else _attribute(parent, field)
            around = node if isinstance(node, ast.stmt | ast.ExceptHandler) else statement
            yield put, node, function, around
            yield from _places(node, _named(node, function), around)


def _replacement(nodes: list[ast.AST], index: int) -> Callable[[ast.AST], None]:
    return lambda node: nodes.__setitem__(index, node)


def _attribute(parent: ast.AST, field: str) -> Callable[[ast.AST], None]:
    return lambda node: setattr(parent, field, node)


def _is_prose(parent: ast.AST, node: ast.AST) -> bool:
    """Whether it is what an f-string has between its values, or a docstring."""
    return isinstance(parent, ast.JoinedStr | ast.Expr) and isinstance(node, ast.Constant)


def _named(node: ast.AST, around: str) -> str:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return around
    return node.name if around == "module" else f"{around}.{node.name}"


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.expr():
            yield from _operations(node)
            yield from _values(node)
        case ast.If(ast.Name() | ast.Attribute() | ast.Call() | ast.NamedExpr() as test):
            yield ast.If(ast.UnaryOp(ast.Not(), test), node.body, node.orelse)
        case ast.Return(value) if value is not None and not _is_constant(value, None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Constant(str())):
            return
        case ast.Expr() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.AugAssign(target, operator, value):
            yield ast.Pass()
            yield ast.AugAssign(target, _ARITHMETIC[type(operator)](), value)
        case ast.comprehension(target, values, conditions):
            for index in range(len(conditions)):
                yield ast.comprehension(target, values, _without(conditions, index), node.is_async)


def _operations(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left, operators, values):
            for index, operator in enumerate(operators):
                for other in _COMPARISONS[type(operator)]:
                    yield ast.Compare(left, [*operators[:index], other(), *operators[index + 1 :]], values)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            for index in range(len(values)):
                yield ast.BoolOp(operator, _without(values, index))
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield operand
        case ast.BinOp(left, operator, right) if type(operator) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(operator)](), right)


def _values(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value):
            yield from (ast.Constant(other) for other in _constants(value))
        case ast.IfExp(ast.Name() | ast.Attribute() | ast.Call() as test, body, orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Slice(lower, upper, step):
            yield from [ast.Slice(None, upper, step)] if lower else []
            yield from [ast.Slice(lower, None, step)] if upper else []
        case ast.Call(ast.Attribute(value, name), []) if name in _NORMALIZING:
            yield value
        case ast.Call(ast.Name(name), arguments, keywords) if name in _BUILTINS:
            yield ast.Call(ast.Name(_BUILTINS[name]), arguments, [] if name == "sorted" else keywords)


def _constants(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if " " not in value:
            yield f"XX{value}"
        case bytes():
            yield b"XX" + value


def _is_constant(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _without(nodes: list[ast.expr], index: int) -> list[ast.expr]:
    return nodes[:index] + nodes[index + 1 :]


def _header(statement: ast.AST) -> str:
    """The statement in one line, without what is indented below it."""
    bare = copy.copy(statement)
    for field in _BODIES:
        if isinstance(getattr(bare, field, None), list):
            setattr(bare, field, [])
    return " ".join(ast.unparse(bare).split())


def _difference(before: str, after: str) -> str:
    """As ``git diff --word-diff`` shows it, with a little of the statement around."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    left, right = "".join(old[:start]), "".join(old[len(old) - end :])
    removed, added = "".join(old[start : len(old) - end]), "".join(new[start : len(new) - end])
    if len(left) > _CONTEXT:
        left = f"...{left[-_CONTEXT:]}"
    if len(right) > _CONTEXT:
        right = f"{right[:_CONTEXT]}..."
    return left + (f"[-{_short(removed)}-]" if removed else "") + (f"{{+{_short(added)}+}}" if added else "") + right


def _alike(one: list[str], other: list[str]) -> int:
    """How many words from the beginning."""
    differing = (index for index, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(differing, min(len(one), len(other)))


def _short(text: str) -> str:
    return text if len(text) <= 2 * _CONTEXT else f"{text[:_CONTEXT]}...{text[-_CONTEXT:]}"
