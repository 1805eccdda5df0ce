# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are written in parts and only if they differ: whole or not at all, never bigger in memory than a part."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path


def keep(path: Path, parts: Iterable[str | bytes], mode: int, *, dry: bool) -> bool:
    """Make the file say this with this mode; returns whether it did not. ``dry`` only looks.

    :raises OSError: the file that was there before is untouched
    """
    if dry:
        return _differs(path, parts) or _mode_differs(path, mode)
    unfinished = path.with_name(f".{path.name}.unfinished")
    # What a killed run left, or a link that somebody laid there.
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for part in parts:
                file.write(_bytes(part))
            file.flush()
            changed = not _same(path, unfinished)
            if changed:
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
                os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    if not changed and _mode_differs(path, mode):
        path.chmod(mode, follow_symlinks=True)
        return True
    return changed


def octal(text: str) -> int:
    """
    :raises ValueError: it is no mode that lets the file's owner read
    """
    if not re.fullmatch(r"0?[0-7]{3}", text) or not int(text, 8) & 0o400:
        raise ValueError(f'mode {text!r} is no octal mode that lets its owner read; quote it, as in "0640"')
    return int(text, 8)


def read_text(path: Path) -> str:
    """Empty where there is no file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode()


def _mode_differs(path: Path, mode: int) -> bool:
    return path.stat().st_mode & 0o7777 != mode


def _differs(path: Path, parts: Iterable[str | bytes]) -> bool:
    try:
        with path.open("rb") as file:
            return not all(file.read(len(part)) == part for part in map(_bytes, parts)) or bool(file.read(1))
    except FileNotFoundError:
        return True


def _same(path: Path, other: Path) -> bool:
    try:
        with path.open("rb") as left, other.open("rb") as right:
            while True:
                one, two = left.read(1 << 20), right.read(1 << 20)
                if one != two:
                    return False
                if not one:
                    return True
    except FileNotFoundError:
        return False
