# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a result: which keys it has, and what each of them is.

A shape is a dict from a key's path (``clock.w32time.type``, whatever lists are on the way) to its type as the
documentation names it: str, int, bool, list, dict, raw. A type that a source does not tell is ``UNKNOWN``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.twin import contract

Shape = Mapping[str, str]
UNKNOWN = "?"


def documented(returns: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The shape that a RETURN documentation tells. The type of a list names what is in it: ``list of dict``."""
    shape: dict[str, str] = {}
    for key, value in returns.items():
        kind = value["type"]
        shape[f"{prefix}{key}"] = f"list of {value['elements']}" if kind == "list" else kind
        shape |= documented(value.get("contains", {}), f"{prefix}{key}.")
    return shape


def agreed(hand: str) -> dict[str, str]:
    """The shape that the twin answers with."""
    return dict(_agreed(contract.SHAPES[hand], ""))


def _agreed(shape: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in shape.items():
        inner = _unwrapped(value)
        yield f"{prefix}{key}", _kind(inner)
        element = _unwrapped(inner[0]) if isinstance(inner, list) else inner
        if isinstance(element, dict):
            yield from _agreed(element, f"{prefix}{key}.")


def _unwrapped(shape: Any) -> Any:
    while isinstance(shape, contract.Maybe | contract.Asked):
        shape = shape.shape
    return shape


def _kind(shape: Any) -> str:
    if isinstance(shape, list):
        return f"list of {_kind(_unwrapped(shape[0]))}"
    if isinstance(shape, contract.AnyOf):
        return "raw"
    return "dict" if isinstance(shape, dict) else shape.__name__


def differences(one: Shape, other: Shape) -> list[str]:
    """What only one of two shapes has, and where their types differ, as far as both tell them."""
    found = [f"{path}: only in the first" for path in one if path not in other]
    found += [f"{path}: only in the second" for path in other if path not in one]
    for path in one:
        if path in other and not _agree(one[path], other[path]):
            found.append(f"{path}: {one[path]} in the first, {other[path]} in the second")
    return sorted(found)


def _agree(one: str, other: str) -> bool:
    """Types as far as they are known: ``list of ?`` is a list, ``?`` may be anything but a list or a dict."""
    if UNKNOWN in (one, other):
        known = other if one == UNKNOWN else one
        return known == UNKNOWN or not known.startswith(("list", "dict"))
    if f"list of {UNKNOWN}" in (one, other):
        return one.startswith("list of ") and other.startswith("list of ") and "list of dict" not in (one, other)
    return one == other
