# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the measuring is done: a fresh lab, names that nobody has, and runs of our module."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integration.branch import Branch
from tests.lab import Lab

_ADDRESSES = ("127.0.0.30", "127.0.0.31")
_LAB = Path("/var/tmp/offline-join-bench")
_MODULE = "ansible_collections.adops.offline_join.plugins.modules.packages"
_PEAK = Path(__file__).with_name("peak.py")
_SECONDS = 900


class BenchError(Exception):
    """Something did not do what it was measured at."""


def measured(command: list[str], costs: Path) -> list[str]:
    """The command that runs ``command`` and writes to the JSON file ``costs`` its peak_mib and cpu_seconds."""
    return [sys.executable, "-I", "-S", str(_PEAK), str(costs), *command]


@dataclass(frozen=True)
class Run:
    """One run of our module as a process: its answer, its seconds, its peak of resident memory in MiB."""

    answer: dict[str, Any]
    seconds: float
    peak_mib: float
    cpu_seconds: float


@dataclass
class Workplace:
    """``issued`` are the names of all machines that have a package in ``dest``."""

    directory: Path
    lab: Lab = field(default_factory=lambda: Lab(_LAB, addresses=_ADDRESSES))
    issued: list[str] = field(default_factory=list)
    _next: int = 0

    @property
    def dest(self) -> Path:
        return self.directory / "packages"

    def fresh(self, count: int) -> list[str]:
        names = [f"BENCH-{number:06}" for number in range(self._next, self._next + count)]
        self._next += count
        return names

    def branch(self, names: list[str]) -> Branch:
        return Branch(self.lab, self.directory, tuple(names))

    def issue(self, names: list[str], *, check: bool = False) -> Run:
        """Run the module ``packages`` once for these machines.

        :raises BenchError: any of them has no package
        """
        branch = self.branch(names)
        arguments = {
            **branch.connection(),
            "machines": [{"name": name} for name in names],
            "path": self.lab.staging_ou,
            "dest": str(self.dest),
            "seal": "none",
            "_ansible_check_mode": check,
        }
        costs = self.directory / "costs.json"
        module = self.lab.command([sys.executable, "-m", _MODULE])
        began = time.perf_counter()
        done = subprocess.run(
            measured(module, costs),
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            env=branch.environment(),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            raise BenchError(f"the module failed: {(done.stdout + done.stderr)[:2000]}")
        if not check:
            known = {*self.issued}
            self.issued += [name for name in names if name not in known]
        return Run(json.loads(done.stdout), seconds, **json.loads(costs.read_text()))
