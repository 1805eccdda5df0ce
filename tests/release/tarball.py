# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's tarball, a function of one commit alone.

`ansible-galaxy collection build` writes files in the order in which the disk lists them, and the time of the build.
Here its content is put in order and dated with the commit, as SOURCE_DATE_EPOCH asks (reproducible-builds.org).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

MANIFEST = "MANIFEST.json"
FILES = "FILES.json"


def commit_time(repository: Path) -> int:
    """Seconds since 1970 of the commit that is checked out."""
    return int(_git(repository, "log", "-1", "--format=%ct"))


def commit(repository: Path) -> str:
    """What is released, in words."""
    dirty = _git(repository, "status", "--porcelain")
    name = _git(repository, "rev-parse", "--short", "HEAD").strip()
    return f"commit {name}, without what is not committed" if dirty else f"commit {name}"


def build(repository: Path, directory: Path, ansible_galaxy: Path, seconds: int) -> Path:
    """The tarball of what is committed, built in a directory that does not exist yet."""
    tree = directory / "tree"
    tree.mkdir(parents=True)
    archive = subprocess.run(
        ["git", "-C", repository, "archive", "--format=tar", "HEAD"], stdout=subprocess.PIPE, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tree, filter="data")
    subprocess.run(
        [ansible_galaxy, "collection", "build", "--output-path", directory, tree], stdout=subprocess.DEVNULL, check=True
    )
    [built] = directory.glob("*.tar.gz")
    built.write_bytes(normalized(built.read_bytes(), seconds))
    return built


def normalized(built: bytes, seconds: int) -> bytes:
    """The same content in alphabetical order, dated with the time given; the checksums stay true."""
    with tarfile.open(fileobj=io.BytesIO(built)) as tar:
        members = {member.name: (member, _content(tar, member)) for member in tar}
    listed = json.loads(members[FILES][1])
    listed["files"].sort(key=lambda entry: entry["name"])
    manifest = json.loads(members[MANIFEST][1])
    files = _json(listed)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    members[FILES] = members[FILES][0], files
    members[MANIFEST] = members[MANIFEST][0], _json(manifest)

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        # the two manifests first, where Galaxy looks for them
        for name in sorted(members, key=lambda name: (name not in (MANIFEST, FILES), name)):
            member, content = members[name]
            tar.addfile(_dated(member, seconds, len(content)), io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=seconds)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = tar.extractfile(member) if member.isreg() else None
    return stream.read() if stream else b""


def _dated(member: tarfile.TarInfo, seconds: int, size: int) -> tarfile.TarInfo:
    """Of the old entry only name, kind, mode and link: owner, times and extensions tell about the machine."""
    entry = tarfile.TarInfo(member.name)
    entry.type, entry.mode, entry.linkname = member.type, member.mode, member.linkname
    entry.mtime, entry.size = seconds, size
    return entry


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", repository, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout
