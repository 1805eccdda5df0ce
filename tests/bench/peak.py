# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the command that follows and writes what it cost: ``peak.py COSTS.json COMMAND ARGUMENT...``.

A process of its own, because the kernel counts the memory of whoever starts a program as that program's, too:
this one is smaller than anything that it measures.
"""

from __future__ import annotations

import json
import os
import sys


def main(costs: str, command: list[str]) -> int:
    process = os.posix_spawnp(command[0], command, os.environ)
    _process, status, usage = os.wait4(process, 0)
    with open(costs, "w", encoding="utf-8") as file:
        json.dump({"peak_mib": usage.ru_maxrss / 1024, "cpu_seconds": usage.ru_utime + usage.ru_stime}, file)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
