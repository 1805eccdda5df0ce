# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the report, in one file for each language: to add one, translate ``english`` and name it here."""

from __future__ import annotations

from collections.abc import Mapping

from .english import ENGLISH
from .russian import RUSSIAN

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ru": RUSSIAN}
_THOUSANDS = {"en": ",", "ru": "\u00a0"}


def number(value: int, language: str) -> str:
    """10,000 as the language writes it."""
    return f"{value:,}".replace(",", _THOUSANDS[language])
