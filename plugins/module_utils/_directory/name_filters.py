# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many names in few searches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .libraries import escape_filter_chars

_NAMES_IN_ONE_SEARCH = 200


def chunks(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in lower case, each once, in lists that fit into one search."""
    ordered = sorted({name.lower() for name in names})
    for start in range(0, len(ordered), _NAMES_IN_ONE_SEARCH):
        yield ordered[start : start + _NAMES_IN_ONE_SEARCH]


def any_of(terms: Iterable[tuple[str, str]]) -> str:
    """The filter for whatever has one of these values in the attribute before it (RFC 4515)."""
    return f"(|{''.join(f'({attribute}={escape_filter_chars(value)})' for attribute, value in terms)})"


def any_account(names: Iterable[str]) -> str:
    """The filter for the computer accounts of these machines."""
    return any_of(("sAMAccountName", f"{name}$") for name in names)
