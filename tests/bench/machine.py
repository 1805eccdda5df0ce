# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path


def description() -> dict[str, str]:
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next(line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    return {
        "processor": f"{os.cpu_count()} x {processor}",
        "memory": f"{int(memory) // 2**20} GiB",
        "kernel": platform.release().partition("-")[0],
        "Samba": _package("samba"),
        "adcli": _package("adcli"),
        "Python": platform.python_version(),
        "ansible-core": version("ansible-core"),
        "ldap3": version("ldap3"),
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _package(name: str) -> str:
    command = ["dpkg-query", "--show", "--showformat", "${Version}", name]
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
