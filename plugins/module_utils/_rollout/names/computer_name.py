# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names a machine may have: NetBIOS and DNS together, as Windows demands at a join (KB909264, RFC 1123)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ..refusal import Refusal

_LONGEST = 15  # NetBIOS keeps the sixteenth byte for itself
_ALLOWED = re.compile(r"[A-Za-z0-9-]+")
# Well-known security principals, DOS devices and names that resolvers keep for themselves.
_RESERVED = frozenset(
    """
    ANONYMOUS BATCH BUILTIN DIALUP DOMAIN ENTERPRISE GATEWAY GW INTERACTIVE INTERNET LOCAL LOCALHOST LOCALSYSTEM
    NETWORK NULL PROXY RESTRICTED SELF SERVER SERVICE SYSTEM TAC USERS WORLD
    AUX CON NUL PRN COM1 COM2 COM3 COM4 COM5 COM6 COM7 COM8 COM9 LPT1 LPT2 LPT3 LPT4 LPT5 LPT6 LPT7 LPT8 LPT9
    """.split()
)


def fault(name: str) -> Refusal | None:
    """What is wrong with a machine's name and how to mend it, or None."""
    if not name:
        return Refusal("the name is empty", "give every machine a name")
    if not _ALLOWED.fullmatch(name):
        illegal = "".join(sorted(set(_ALLOWED.sub("", name))))
        return Refusal(f"the name holds {illegal!r}", "use only the letters A to Z, digits and hyphens")
    if len(name) > _LONGEST:
        return Refusal(f"the name has {len(name)} characters", f"NetBIOS allows {_LONGEST}, shorten it")
    if name.startswith("-") or name.endswith("-"):
        return Refusal("the name begins or ends with a hyphen, which DNS does not allow", "remove it")
    if name.isdigit():
        return Refusal("the name has only digits, which Windows refuses", "add a letter")
    if name.upper() in _RESERVED:
        return Refusal("the name is reserved by Windows", "choose another")
    return None


def times(names: Iterable[str]) -> Counter[str]:
    """How often each name stands in a list, in lower case: case does not tell machines apart."""
    return Counter(name.lower() for name in names)


def doubled(names: Iterable[str]) -> dict[str, str]:
    """What is to be said of each name, as it is written, that stands in a list more than once."""
    names = list(names)
    count = times(names)
    return {
        name: f"the name is in the list {count[name.lower()]} times; case does not tell names apart, keep one"
        for name in names
        if count[name.lower()] > 1
    }


def faults(names: Iterable[str], domain_netbios_name: str) -> dict[str, str]:
    """The fault of every name of a list that has one; names are compared without regard to case."""
    names = list(names)
    twice = doubled(names)
    found: dict[str, str] = {}
    for name in names:
        if name in twice:
            found[name] = twice[name]
        elif name.lower() == domain_netbios_name.lower():
            found[name] = "the name is that of the domain; choose another"
        elif wrong := fault(name):
            found[name] = str(wrong)
    return found
