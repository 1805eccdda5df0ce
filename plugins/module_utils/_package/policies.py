# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Group policies inside a package: the values of Registry.pol files as the part POLICY, and that part in words.

The part sets values and knows no other act. No package made by Windows with this part is known to us: that keys and
data stand in it as in the file, and the policy's name as its source, is what other encoders do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from . import preg
from .structures import PolicyElement, PolicyElementList, PolicyPart

_LOCAL_MACHINE = 0x80000002  # HKEY_LOCAL_MACHINE
_TEXTS = (1, 2)  # REG_SZ, REG_EXPAND_SZ
_MULTIPLE_TEXTS = 7  # REG_MULTI_SZ
_NUMBERS: dict[int, tuple[int, Literal["little", "big"]]] = {  # size in bytes and order
    4: (4, "little"),
    5: (4, "big"),
    11: (8, "little"),
}


@dataclass(frozen=True)
class Directive:
    """An entry that the part cannot express, such as ``**del.NAME``."""

    key: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.key}"


def elements(source: str, entries: Iterable[preg.Entry]) -> tuple[PolicyElementList, list[Directive]]:
    """The values of one policy in the order of its file, and the directives among them, which are left out.

    A soft value becomes a plain one, unless the policy itself sets that value before.
    """
    found: list[PolicyElement] = []
    directives: list[Directive] = []
    named: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.directive is not None:
            directives.append(Directive(entry.key, entry.directive))
            continue
        name = entry.value_name if entry.soft_name is None else entry.soft_name
        known = (entry.key.lower(), name.lower())
        if entry.soft_name is None or known not in named:
            found.append(_element(entry, name))
            named.add(known)
    return PolicyElementList(source=source, root_key_id=_LOCAL_MACHINE, elements=tuple(found)), directives


def _element(entry: preg.Entry, name: str) -> PolicyElement:
    return PolicyElement(
        key_path=entry.key, value_name=name, value_type=entry.value_type, value_data=entry.data or None
    )


def describe(part: PolicyPart) -> list[dict[str, Any]]:
    """Each policy with its values. They are no secrets: every member of the domain reads them in SYSVOL."""
    return [
        {
            "source": one.source,
            "values": len(one.elements or ()),
            "elements": [_describe(element) for element in one.elements or ()],
        }
        for one in part.element_lists or ()
    ]


def _describe(element: PolicyElement) -> dict[str, Any]:
    return {
        "key": element.key_path,
        "name": element.value_name,
        "type": preg.TYPES.get(element.value_type, str(element.value_type)),
        "value": _value(element.value_type, element.value_data),
    }


def _value(value_type: int, data: bytes | None) -> str | int | Sequence[str] | None:
    """A number or text where the type says so and the data agree, the data in hexadecimal otherwise."""
    if data is None:
        return None
    if value_type in _NUMBERS:
        size, order = _NUMBERS[value_type]
        return int.from_bytes(data, order) if len(data) == size else data.hex()
    if value_type in (*_TEXTS, _MULTIPLE_TEXTS):
        try:
            text = data.decode("utf-16-le")
        except UnicodeDecodeError:
            return data.hex()
        text = text.removesuffix("\0")
        return text.removesuffix("\0").split("\0") if value_type == _MULTIPLE_TEXTS else text
    return data.hex()
