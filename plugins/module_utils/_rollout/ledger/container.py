# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a file would vanish with the container that it lies in: an execution environment lives for one job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_MARKERS = ("/run/.containerenv", "/.dockerenv")
_VARIABLES = ("LAUNCHED_BY_RUNNER", "AWX_ISOLATED_DATA_DIR", "KUBERNETES_SERVICE_HOST", "container")
# File systems made of layers, which end with what was mounted from them, wherever that is.
_LAYERED = {"overlay", "aufs", "fuse.fuse-overlayfs"}
_IN_MEMORY = {"tmpfs", "ramfs"}
# A root of this kind, mounted whole, is that of a machine: markers stay behind in images that became machines.
_OF_MACHINES = {"ext4", "ext3", "xfs"}
# ansible-runner mounts its private directory here; AWX makes and removes one for every job.
_RUNNER = PurePosixPath("/runner")


@dataclass(frozen=True)
class Mount:
    """A line of /proc/self/mountinfo (proc_pid_mountinfo(5)): ``root`` is the part of its file system that is seen."""

    point: str
    root: str
    kind: str


@dataclass(frozen=True)
class Surroundings:
    """``marked`` is whether this calls itself a container, ``by_runner`` whether ansible-runner made it."""

    mounts: tuple[Mount, ...]
    marked: bool
    by_runner: bool


def vanishes(path: PurePosixPath, here: Surroundings) -> bool:
    """Whether what is written to an absolute path, without links, is lost when this container ends."""
    mount = _mount_of(path, here.mounts)
    if mount is None:
        return here.marked
    if mount.kind in _LAYERED:
        return True
    if not here.marked or _is_a_machine(here.mounts):
        return False
    at_the_root = mount.point == "/"
    return at_the_root or mount.kind in _IN_MEMORY or (here.by_runner and path.is_relative_to(_RUNNER))


def _is_a_machine(mounts: Iterable[Mount]) -> bool:
    root = _mount_of(PurePosixPath("/"), mounts)
    return root is not None and root.root == "/" and root.kind in _OF_MACHINES


def _mount_of(path: PurePosixPath, mounts: Iterable[Mount]) -> Mount | None:
    """The innermost; of several at one point the last, which hides the others."""
    found = None
    for mount in mounts:
        if path.is_relative_to(mount.point) and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def surroundings(environment: Mapping[str, str]) -> Surroundings:
    """Look around. Where there is no /proc, there are no mounts, and only what is marked is refused."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        lines = ""
    marked = any(Path(marker).exists() for marker in _MARKERS) or any(environment.get(name) for name in _VARIABLES)
    return Surroundings(parse(lines), marked, bool(environment.get("LAUNCHED_BY_RUNNER")))


def parse(mountinfo: str) -> tuple[Mount, ...]:
    """The fields 4 and 5 and, behind the separator, the type; blanks in them are written as octal numbers."""
    mounts = []
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if separator and len(fields) > 4:
            mounts.append(Mount(_unescaped(fields[4]), _unescaped(fields[3]), after.split(" ")[0]))
    return tuple(mounts)


def _unescaped(text: str) -> str:
    for written, meant in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        text = text.replace(written, meant)
    return text
