# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stand in one cell of each column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from ..refusal import Refusal

_ESCAPED = r'(?:[^,+"\\<>;=\x00-\x1f]|\\[,+"\\<>;= #]|\\[0-9A-Fa-f]{2})'
_RELATIVE_NAME = re.compile(rf"\s*(OU|CN|DC)\s*=\s*({_ESCAPED}+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"(?<!\\),")
_ADDRESS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?|::1?")
_CONNECTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}")
_SPREADSHEET_NUMBER = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_LONGEST = 256


def judge(column: str, text: str) -> Refusal | None:
    """What is wrong with a cell that is not empty; None where nothing is."""
    hidden = next((sign for sign in text if not sign.isprintable()), None)
    if hidden is not None:
        return Refusal(f"{column} holds the invisible character U+{ord(hidden):04X}", "type the value anew")
    if len(text) > _LONGEST:
        return Refusal(f"{column} has {len(text)} characters", f"shorten it to {_LONGEST}")
    rule = _RULES.get(column)
    return rule(column, text) if rule else None


def _date(column: str, text: str) -> Refusal | None:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            date.fromisoformat(text)
            return None
    except ValueError:
        return Refusal(f"{column} {text!r} is not in the calendar", "correct it")
    return Refusal(f"{column} {text!r} is no date that everybody reads alike", "write it as 2026-12-31")


def _organizational_unit(column: str, text: str) -> Refusal | None:
    kinds = []
    for part in _SEPARATOR.split(text):
        match = _RELATIVE_NAME.fullmatch(part)
        if not match:
            return Refusal(f"{column} {text!r} is no distinguished name", "write it as OU=Staging,DC=corp,DC=example")
        kinds.append(match[1].upper())
    domain = kinds.count("DC")
    if not domain or "DC" in kinds[:-domain] or len(kinds) == domain:
        cause = f"{column} {text!r} is no organizational unit in a domain"
        return Refusal(cause, "write it as OU=Staging,DC=corp,DC=example")
    return None


def _identifier(column: str, text: str) -> Refusal | None:
    if _SPREADSHEET_NUMBER.fullmatch(text):
        return Refusal(
            f"{column} {text!r} was made a number by a spreadsheet", "format the column as text and type it anew"
        )
    return None


def _address(column: str, text: str) -> Refusal | None:
    return (
        None if _ADDRESS.fullmatch(text) else Refusal(f"{column} {text!r} is no host name or IP address", "correct it")
    )


def _connection(column: str, text: str) -> Refusal | None:
    if _CONNECTION.fullmatch(text):
        return None
    return Refusal(f"{column} {text!r} is no connection plugin", "write it as winrm, psrp or ssh")


def _port(column: str, text: str) -> Refusal | None:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return None
    return Refusal(f"{column} {text!r} is no port", "give a number from 1 to 65535")


_RULES: dict[str, Callable[[str, str], Refusal | None]] = {
    "inventory_tag": _identifier,
    "serial_number": _identifier,
    "staging_ou": _organizational_unit,
    "production_ou": _organizational_unit,
    "planned_date": _date,
    **{f"{phase}_address": _address for phase in ("site", "domain")},
    **{f"{phase}_connection": _connection for phase in ("site", "domain")},
    **{f"{phase}_port": _port for phase in ("site", "domain")},
}
