# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong with the bytes of a package."""

from __future__ import annotations


class PackageError(Exception):
    """A package cannot be built or read. The message never holds a byte of its password."""


class DecodeError(PackageError):
    """The bytes contradict the declaration of the structure that they should hold.

    ``field`` is the path in Microsoft's names (``ODJ_WIN7BLOB.lpDomain``), ``offset`` counts from the
    first byte of that structure's serialization header.
    """

    def __init__(self, field: str, offset: int, problem: str) -> None:
        super().__init__(f"{field} at offset {offset:#x}: {problem}")
        self.field = field
        self.offset = offset
        self.problem = problem
