# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Ansible.Basic turns an argument into the type of its option (``Parse*`` of Ansible.Basic.cs, ansible-core 2.19).

Values are as Windows PowerShell 5.1 has them after reading JSON: 32 and 64 bit integers, decimals, arrays, hashtables.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

# ``int`` of Ansible.Basic is System.Int32: a FILETIME or a count of 100 ns does not fit into it.
_SMALLEST_INT, _LARGEST_INT = -(2**31), 2**31 - 1
_TRUE = ("y", "yes", "on", "1", "true", "t", "1.0")
_FALSE = ("n", "no", "off", "0", "false", "f", "0.0")


class NotConvertible(Exception):
    """The value has no such type; the text is .NET's."""


def dotnet_type(value: Any) -> str:
    """The full name of the .NET type that a JSON value has on Windows."""
    if isinstance(value, bool):
        return "System.Boolean"
    if isinstance(value, int):
        return "System.Int32" if _SMALLEST_INT <= value <= _LARGEST_INT else "System.Int64"
    names = {str: "System.String", float: "System.Decimal", list: "System.Object[]"}
    return names.get(type(value), "System.Collections.Hashtable")


def text_of(value: Any) -> str:
    """``ToString()`` of a value."""
    if isinstance(value, list | dict):
        return dotnet_type(value)
    return str(value)


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = text_of(value).lower().strip()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    known = ", ".join(_TRUE + _FALSE)
    raise NotConvertible(f"The value '{text}' is not a valid boolean. Valid booleans include: {known}")


def _int(value: Any) -> int:
    try:
        number = int(text_of(value))
    except ValueError:
        raise NotConvertible("Input string was not in a correct format.") from None
    if not _SMALLEST_INT <= number <= _LARGEST_INT:
        raise NotConvertible("Value was either too large or too small for an Int32.")
    return number


def _float(value: Any) -> float:
    try:
        return float(text_of(value))
    except ValueError:
        raise NotConvertible("Input string was not in a correct format.") from None


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if dotnet_type(value) == "System.Int32":
        return [value]
    raise NotConvertible(f"{dotnet_type(value)} cannot be converted to a list")


def _dict(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return dict(value)
    if not isinstance(value, str):
        raise NotConvertible(f"{dotnet_type(value)} cannot be converted to a dict")
    if value.startswith("{") and value.endswith("}"):
        try:
            return dict(json.loads(value))
        except ValueError:
            raise NotConvertible("Invalid JSON primitive.") from None
    if "=" in value:
        fields = [field.partition("=") for field in value.replace(",", " ").split()]
        return {key: content if equals else None for key, equals, content in fields}
    raise NotConvertible("string cannot be converted to a dict, must either be a JSON string or in the key=value form")


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, str):
        return value
    raise NotConvertible(f"{dotnet_type(value)} cannot be converted to json")


# Environment variables in paths and names of accounts are the machine's to resolve.
CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "bool": _bool,
    "dict": _dict,
    "float": _float,
    "int": _int,
    "json": _json,
    "list": _list,
    "path": text_of,
    "raw": lambda value: value,
    "sid": text_of,
    "str": text_of,
}
