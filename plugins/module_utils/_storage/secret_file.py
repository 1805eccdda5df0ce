# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that others must not read: mode 0600, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Replace a file atomically. What a killed run left half-written is overwritten by the next one.

    :raises OSError: the file that was there before is untouched
    """
    for failure in write_all({path: content}).values():
        raise failure


def write_all(contents: Mapping[Path, bytes]) -> dict[Path, OSError]:
    """Replace many files, each atomically, and synchronize their directory once, when all have their names.

    Returns why some could not be written: what was there before is untouched, and the others are written.
    """
    failures: dict[Path, OSError] = {}
    for path, content in contents.items():
        try:
            _replace(path, content)
        except OSError as failure:
            failures[path] = failure
    for directory in {path.parent for path in contents.keys() - failures.keys()}:
        try:
            _synchronize(directory)
        except OSError as failure:
            failures |= {path: failure for path in contents if path.parent == directory and path not in failures}
    return failures


def read(path: Path, largest: int) -> bytes:
    """At most one byte more than ``largest``, so that a file of any size costs no more memory than that.

    :raises OSError: naming the path
    """
    with path.open("rb") as file:
        return file.read(largest + 1)


def make_directory(path: Path) -> None:
    """Make the directory with mode 0700 if it is not there, and prove that it can be written to.

    :raises OSError: naming the path
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path):
        pass


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _synchronize(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
