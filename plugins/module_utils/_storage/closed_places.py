# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether others could read a secret that is put somewhere: each answer is why and what to do, or None.

:raises OSError: the place cannot be looked at
"""

from __future__ import annotations

import stat
from pathlib import Path

_OTHERS = 0o077


def directory_fault(path: Path) -> str | None:
    """A directory that is not there yet is made closed, so it is no fault."""
    mode = _mode(path) if path.exists() else 0
    if not mode & _OTHERS:
        return None
    return (
        f"{path} is open to others (mode {mode:04o}), and what is written there is as secret as a password: "
        f"chmod 0700 {path}, or choose another directory"
    )


def file_fault(path: Path) -> str | None:
    mode = _mode(path) if path.exists() else 0
    if not mode & _OTHERS:
        return None
    return f"{path} can be read by others (mode {mode:04o}): chmod 0600 {path}, then run again"


def mount_fault(path: Path) -> str | None:
    """The file systems of Windows often have no modes of ours, so one closed directory on the way has to do."""
    way = [path.resolve(), *path.resolve().parents]
    if any(not _mode(one) & _OTHERS for one in way):
        return None
    return (
        f"{path} can be reached by others, and what is written there is as secret as a password: mount the image "
        "below a directory with mode 0700"
    )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
