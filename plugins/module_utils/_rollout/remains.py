# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of packages on a machine: the files of ``win_machine_info``'s subset remains, told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_UNREADABLE = 2  # of their kinds; 0 is a package, 1 an answer file with one


def packages(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """Paths of those that hold a package."""
    return [one["path"] for one in files if one["kind"] != _UNREADABLE]


def unreadable(files: Iterable[Mapping[str, Any]]) -> list[str]:
    """Paths of those that nobody could look into, mostly because a program holds them open."""
    return [one["path"] for one in files if one["kind"] == _UNREADABLE]
