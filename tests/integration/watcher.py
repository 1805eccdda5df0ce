# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sees what is there only for a moment: temporary files and the command lines of new processes."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

_SECONDS_BETWEEN_LOOKS = 0.005


class Watcher:
    """Looks from ``with`` to its end; ``places`` is what was seen, every version of every file by itself."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self.places: dict[str, bytes] = {}
        self._directories = list(directories)
        self._seen: set[tuple[str, int, int, int]] = set()
        self._processes_before = set(_processes())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
            for directory in self._directories:
                self._look_at_files(str(directory))
            self._look_at_processes()

    def _look_at_files(self, directory: str) -> None:
        for entry in _entries(directory):
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    self._look_at_files(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    self._look_at_file(entry)

    def _look_at_file(self, entry: os.DirEntry[str]) -> None:
        state = entry.stat(follow_symlinks=False)
        version = (entry.path, state.st_ino, state.st_mtime_ns, state.st_size)
        if version not in self._seen:
            content = Path(entry.path).read_bytes()
            self._seen.add(version)
            self.places[f"{entry.path}, version {len(self._seen)}"] = content

    def _look_at_processes(self) -> None:
        for process in _processes():
            if process not in self._processes_before:
                with contextlib.suppress(OSError):
                    command = Path("/proc", process, "cmdline").read_bytes()
                    # Kept by content: a process keeps its number and changes its command with exec.
                    self.places.setdefault(f"command line {process} {hash(command)}", command)


def _processes() -> Iterator[str]:
    return (name for name in os.listdir("/proc") if name.isdigit())


def _entries(directory: str) -> list[os.DirEntry[str]]:
    try:
        return list(os.scandir(directory))
    except OSError:
        # It was removed since its parent was read.
        return []
