# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts writers in processes of their own, at the same time, and waits for them."""

from __future__ import annotations

import subprocess
import sys

_MODULE = "ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.writer"
_SECONDS = 120


def start(location: str, writer: str, events: int, calls: int, kill: int = 0) -> subprocess.Popen[str]:
    """A writer that is ready, and begins at a line of input."""
    arguments = [location, writer, str(events), str(calls), *([str(kill)] if kill else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", _MODULE, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> int:
    """The number of statements; 0 for one that was killed."""
    try:
        said, _errors = process.communicate(timeout=_SECONDS)
    finally:
        process.kill()
    assert process.returncode in (0, -9), process.returncode
    return int(said or 0)


def write(location: str, *writers: str, events: int, calls: int) -> None:
    """All at once, to the end."""
    running = [start(location, writer, events, calls) for writer in writers]
    for process in running:
        go(process)
    for process in running:
        assert end(process)
