# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Branches of the plugins that the processes measured so far took, by room; the argument is the least share in percent.

A branch is a way out of a decision. A file that no process imported counts with all its branches as not taken.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from coverage import Coverage

PLUGINS = Path("plugins")
# What is thin, or only declares, stands outside of the promise.
PROMISED = ("module_utils", "action", "plugin_utils")
REPORT = Path("build/coverage/report.json")


def main() -> int:
    files = measured([path for part in PROMISED for path in sorted((PLUGINS / part).rglob("*.py"))])
    for name, file in files.items():
        if missing := [f"{line}->{max(to, 0) or 'end'}" for line, to in file["missing_branches"]]:
            print(f"    {name}: {', '.join(missing)}")
    taken, all_of_them = Counter[str](), Counter[str]()
    for name, file in files.items():
        for row in (room(name), "all"):
            taken[row] += file["summary"]["covered_branches"]
            all_of_them[row] += file["summary"]["num_branches"]
    for row in sorted(all_of_them, key=lambda row: (row == "all", row)):
        share = 100 * taken[row] / all_of_them[row]
        print(f"    {row:24}{all_of_them[row]:6} branches{taken[row]:6} taken{share:7.1f} %")
    return taken["all"] * 100 < all_of_them["all"] * float(sys.argv[1])


def measured(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """What coverage.py says of these files, by name."""
    coverage = Coverage()
    coverage.combine(keep=True)
    coverage.json_report(morfs=[str(path) for path in paths], outfile=str(REPORT))
    files: dict[str, dict[str, Any]] = json.loads(REPORT.read_text(encoding="utf-8"))["files"]
    return files


def room(name: str) -> str:
    """``plugins/module_utils/_rollout/ledger/chain.py`` lies in ``_rollout/ledger``."""
    kind, *below = Path(name).relative_to(PLUGINS).parts[:-1]
    return "/".join(below) or kind


if __name__ == "__main__":
    sys.exit(main())
