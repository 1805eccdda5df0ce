# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of ansible-playbook with the seconds of its tasks, and the processor time of everybody who has a part in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.workplace import BenchError, measured
from tests.integration.branch import Branch
from tests.lab.capsule import Capsule

_PLUGINS = Path(__file__).parent / "callback_plugins"
_SECONDS = 3600
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Lap:
    """A task, or the begin of a play where ``task`` is empty. ``runs`` are the hosts that it ran on."""

    play: str
    role: str
    task: str
    once: bool
    runs: int
    seconds: float


@dataclass(frozen=True)
class Timed:
    """``start`` are the seconds outside of all plays; ``processor`` are seconds by party."""

    hosts: int
    seconds: float
    start: float
    laps: list[Lap]
    processor: dict[str, float]


def play(branch: Branch, source: Path, playbook: str, hosts: Sequence[str], parties: Mapping[str, Capsule]) -> Timed:
    """Run a playbook over some hosts of an inventory; the processor time of ``parties`` is read before and after it.

    :raises BenchError: it did not end with 0
    """
    file = branch.directory / f"{Path(playbook).name}.stopwatch"
    limit = branch.directory / "hosts"
    limit.write_text("\n".join(hosts) + "\n")
    environment = branch.environment() | {
        "ANSIBLE_CALLBACK_PLUGINS": str(_PLUGINS),
        "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "STOPWATCH_FILE": str(file),
    }
    program = Path(sys.executable).with_name("ansible-playbook")
    command = branch.lab.command([program, "-i", source, "--limit", f"@{limit}", playbook])
    costs = branch.directory / "costs.json"
    before = {party: _processor_seconds(capsule) for party, capsule in parties.items()}
    began = time.monotonic()
    done = subprocess.run(
        measured(command, costs),
        env=environment, cwd=branch.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=_SECONDS, check=False,
    )  # fmt: skip
    seconds = time.monotonic() - began
    if done.returncode:
        raise BenchError(f"ansible-playbook {playbook} failed: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    laps = [Lap(**json.loads(line)) for line in file.read_text().splitlines()]
    processor = {party: _processor_seconds(capsule) - before[party] for party, capsule in parties.items()}
    own = json.loads(costs.read_text())["cpu_seconds"]
    return Timed(
        len(hosts), seconds, seconds - sum(lap.seconds for lap in laps), laps, {"control node": own, **processor}
    )


def _processor_seconds(capsule: Capsule) -> float:
    """Of all processes in its PID namespace, and of their children that have ended (proc(5), fields 14 to 17)."""
    inside = capsule.inside()
    if inside is None:
        raise BenchError(f"nothing runs in {capsule.directory}")
    namespace = os.readlink(inside.with_name("ns") / "pid")
    ticks = 0
    for process in Path("/proc").iterdir():
        # It may end while it is looked at.
        with contextlib.suppress(OSError):
            if process.name.isdigit() and os.readlink(process / "ns" / "pid") == namespace:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
    return ticks / _TICKS
