# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that live in namespaces of their own and die as a whole.

The process table is the only record of what runs: each such program carries a mark among the arguments
of its ``unshare``. So there is no stale pid file, and a stranger's process is never killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_MARK = "offline-join-lab:"


@dataclass(frozen=True)
class Capsule:
    """A program with its own mount and PID namespaces, known by the directory it works in.

    When the ``unshare`` outside dies, the kernel kills the first process inside (``--kill-child``), and
    with it every other process of the PID namespace.
    """

    directory: Path

    @property
    def mark(self) -> str:
        """The argument by which the processes of this capsule are found."""
        return f"{_MARK}{self.directory}"

    def argv(self, mounts: str, command: Sequence[str]) -> list[str]:
        """Arguments that run ``command`` after the shell commands ``mounts``."""
        return [
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "/bin/sh", "-ec", f'{mounts}\nexec "$@"', self.mark, *command,
        ]  # fmt: skip

    def start(
        self, mounts: str, command: Sequence[str], environment: Mapping[str, str], log: Path, hours: float
    ) -> None:
        """Start ``command`` detached from the caller; after ``hours`` it ends by itself."""
        bounded = ["timeout", "--kill-after=10", f"{hours}h", *command]
        with log.open("ab") as stream:
            # --fork: the init process becomes the parent, so nobody has to wait for it.
            subprocess.run(
                ["setsid", "--fork", *self.argv(mounts, bounded)],
                stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd="/", env=environment,
                check=True, timeout=10,
            )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether a process of this capsule is alive."""
        return any(True for _number in _marked(lambda mark: mark == self.mark))

    def inside(self) -> Path | None:
        """The root directory as the program inside sees it, or None when it does not run."""
        for process in _marked(lambda mark: mark == self.mark):
            for child in _children(process):
                return Path("/proc", str(child), "root")
        return None

    def terminate(self, seconds: float) -> None:
        """Ask the program to end, and kill the capsule when it has not after ``seconds``."""
        for process in _marked(lambda mark: mark == self.mark):
            for child in _children(process):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
        kill_below(self.directory)


def kill_below(directory: Path) -> None:
    """Kill every capsule that works in ``directory`` or below it, and wait until all of it is gone."""
    own = f"{_MARK}{directory}"
    for process in _marked(lambda mark: mark == own or mark.startswith(own + "/")):
        with contextlib.ExitStack() as stack:
            watched = [_watch(pid) for pid in (process, *_children(process))]
            for descriptor in (found for found in watched if found is not None):
                stack.callback(os.close, descriptor)
            if watched[0] is None or not _mark_of(process).startswith(own):
                continue
            signal.pidfd_send_signal(watched[0], signal.SIGKILL)
            for descriptor in (found for found in watched if found is not None):
                select.select([descriptor], [], [], 10)


def _marked(wanted: Callable[[str], bool]) -> Iterator[int]:
    """The outer processes of the capsules whose mark is wanted."""
    for entry in os.listdir("/proc"):
        if entry.isdigit() and wanted(_mark_of(int(entry))):
            yield int(entry)


def _mark_of(process: int) -> str:
    """The mark of an ``unshare`` process, or "" for every other process."""
    try:
        argv = Path("/proc", str(process), "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    if argv[0] != b"unshare":
        return ""
    return next((one.decode() for one in argv if one.startswith(_MARK.encode())), "")


def _children(process: int) -> list[int]:
    children = Path("/proc", str(process), "task", str(process), "children")
    try:
        return [int(child) for child in children.read_text().split()]
    except OSError:
        return []


def _watch(process: int) -> int | None:
    """A descriptor that becomes readable when the process ends; it cannot come to mean another one."""
    try:
        return os.pidfd_open(process)
    except ProcessLookupError:
        return None
