# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of tests in a process of its own, with everything loaded that no mutant changes.

A child is forked off after pytest and the libraries of the tests were imported, so a run costs the time of the tests,
not the two seconds of a start.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import Phase, settings

_MEMORY = 4 << 30  # bytes
_WALL_TIME = 600  # seconds, for a mutant that waits and computes nothing
# Always the same examples, and none looked for that is smaller: what matters is that one fails.
_PROFILE = "mutation"
settings.register_profile(
    _PROFILE, deadline=None, max_examples=20, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
# Thousands of damaged inputs take seconds, and a fault has to be seen by a test that says what is right. A test that
# looks at the clock sees faults where the machine is busy.
_LEFT_OUT = "damaged_packages or impossible_numbers or every_byte_changed or refused_fast"
# Nobody reads why a test failed, and no mutant is looked through for what it leaves to the collector of garbage.
_BARE = ["--assert=plain", "-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:xdist"]
_OPTIONS = ["-x", "-q", *_BARE, f"--hypothesis-profile={_PROFILE}", "-k", f"not ({_LEFT_OUT})"]


class Outcome(Enum):
    SURVIVED = "survived"
    KILLED = "killed"
    TIMED_OUT = "timed out"


def preload(tests: Sequence[str], tree: Path) -> None:
    """Import what the tests import, and forget again what lies in the tree."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main(["--collect-only", *_OPTIONS, *tests])
    if code:
        print(said.getvalue())
        raise SystemExit(f"the tests in {tree} cannot be collected")
    for name, module in [*sys.modules.items()]:
        file = getattr(module, "__file__", None)
        if name.startswith(("tests", "ansible_collections")) or (file and Path(file).is_relative_to(tree)):
            del sys.modules[name]


def run(tests: Sequence[str], seconds: int) -> tuple[Outcome, float]:
    """The outcome, and the seconds of processor time that it took, of which there are so many at most."""
    child = os.fork()
    if child == 0:
        _run_and_exit(tests, seconds)
    _child, status, usage = os.wait4(child, 0)
    took = usage.ru_utime + usage.ru_stime
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL):
        return Outcome.TIMED_OUT, took
    return (Outcome.KILLED if status else Outcome.SURVIVED), took


def _run_and_exit(tests: Sequence[str], seconds: int) -> None:
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        signal.alarm(_WALL_TIME)
        code = int(pytest.main([*_OPTIONS, *tests]))
    finally:
        os._exit(code)
