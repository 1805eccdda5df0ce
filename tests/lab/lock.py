# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One process at a time may make or remove a lab."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import LabError

_WAIT_SECONDS = 300


@contextlib.contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the lab's lock: a file beside ``directory``, because the directory itself comes and goes.

    The kernel frees it when its holder dies.
    """
    path = directory.with_name(directory.name + ".lock")
    deadline = time.monotonic() + _WAIT_SECONDS
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    message = f"Another process has been holding {path} for {_WAIT_SECONDS} s: see `fuser {path}`."
                    raise LabError(message) from error
                time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)
