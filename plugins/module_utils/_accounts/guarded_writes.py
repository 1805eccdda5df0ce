# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes to the directory as long as it answers, and none in check mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._directory.connection import DirectoryConnection
from .._directory.errors import ConnectionLost


class GuardedWrites:
    """``lost`` is how the connection ended: from then on nothing is tried, and every write raises it again."""

    def __init__(self, connection: DirectoryConnection, *, check_mode: bool) -> None:
        self._connection = connection
        self._check_mode = check_mode
        self.lost: ConnectionLost | None = None

    def carry_out(self, write: Callable[..., object], *what: Any, **how: Any) -> None:
        """
        :raises DirectoryError: whatever ``write`` raises, which gets the connection first
        """
        if self.lost:
            raise self.lost
        if self._check_mode:
            return
        try:
            write(self._connection, *what, **how)
        except ConnectionLost as lost:
            self.lost = lost
            raise
