# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine must offer before a lab can start."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .errors import LabError

PACKAGES_FILE = Path(__file__).with_name("packages.txt")


def require_packages() -> None:
    """Raise LabError when the caller is not root or a Debian package of packages.txt is missing."""
    if os.geteuid() != 0:
        raise LabError("The lab mounts files and listens on port 53: run it as root (sudo).")
    if shutil.which("dpkg-query") is None:
        raise LabError("The lab needs Debian's Samba packages, and there is no dpkg-query here.")
    lines = PACKAGES_FILE.read_text().splitlines()
    wanted = [name for line in lines if (name := line.partition("#")[0].strip())]
    missing = sorted(set(wanted) - _installed(wanted))
    if missing:
        names = " ".join(missing)
        raise LabError(
            f"Missing Debian package{'s' if len(missing) > 1 else ''}: {', '.join(missing)}. "
            f"Install with: apt-get install --no-install-recommends {names}"
        )


def _installed(names: list[str]) -> set[str]:
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return {line.split()[1] for line in done.stdout.splitlines() if line.startswith("installed ")}
