# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record beside a package: read where it can be, and put back where an intention came to nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from . import secret_file

_LARGEST = 1024 * 1024


class Record(Protocol):
    def to_json(self) -> str: ...


R = TypeVar("R", bound=Record)


def read(path: Path, from_json: Callable[[bytes], R]) -> R | None:
    """None where there is none that can be read. ``from_json`` raises ValueError for what is none."""
    try:
        return from_json(secret_file.read(path, _LARGEST))
    except (OSError, ValueError):
        return None


def restore(path: Path, before: Record | None) -> None:
    """
    :raises OSError: the intended record is still there
    """
    if before is None:
        path.unlink(missing_ok=True)
    else:
        secret_file.write(path, before.to_json().encode())
