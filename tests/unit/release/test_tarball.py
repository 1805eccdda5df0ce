# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same content gives the same tarball, whatever order, times and owners the build had; the checksums stay true."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile

import pytest

from tests.release.tarball import normalized

COMMITTED = 1_790_000_000
CONTENT = {
    "README.md": b"# Words\n",
    "plugins/modules/packages.py": b"#!/usr/bin/python\n",
    "meta/runtime.yml": b"---\n",
}


def built(names: list[str], seconds: int, owner: str = "") -> bytes:
    """A tarball as `ansible-galaxy collection build` writes it, with files in this order at this time."""
    entries = [{"name": name, "chksum_sha256": hashlib.sha256(CONTENT[name]).hexdigest()} for name in names]
    files = json.dumps({"files": entries, "format": 1}).encode()
    manifest = json.dumps({"file_manifest_file": {"chksum_sha256": hashlib.sha256(files).hexdigest()}}).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in {"MANIFEST.json": manifest, "FILES.json": files, **{n: CONTENT[n] for n in names}}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.uname = len(content), seconds, owner
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def members(packed: bytes) -> dict[str, tuple[int, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        return {entry.name: (int(entry.mtime), tar.extractfile(entry).read()) for entry in tar}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("names", "seconds", "owner"),
    [
        (sorted(CONTENT, reverse=True), 1_800_000_000, ""),
        (sorted(CONTENT), 1_800_000_001, ""),
        (sorted(CONTENT), 1_800_000_000, "builder"),
    ],
)
def test_same_content_is_same_bytes(names: list[str], seconds: int, owner: str) -> None:
    first = normalized(built(sorted(CONTENT), 1_800_000_000), COMMITTED)
    assert built(names, seconds, owner) != built(sorted(CONTENT), 1_800_000_000)
    assert normalized(built(names, seconds, owner), COMMITTED) == first


def test_everything_is_still_there_and_the_checksums_are_true() -> None:
    found = members(normalized(built(sorted(CONTENT, reverse=True), 1_800_000_000), COMMITTED))
    assert {seconds for seconds, _content in found.values()} == {COMMITTED}
    assert list(found)[:2] == ["FILES.json", "MANIFEST.json"]
    files = found["FILES.json"][1]
    manifest = json.loads(found["MANIFEST.json"][1])
    assert manifest["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(files).hexdigest()
    listed = {entry["name"]: entry["chksum_sha256"] for entry in json.loads(files)["files"]}
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    assert {name: found[name][1] for name in CONTENT} == CONTENT


def test_another_content_is_other_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = normalized(built(sorted(CONTENT), COMMITTED), COMMITTED)
    monkeypatch.setitem(CONTENT, "README.md", b"# Other words\n")
    assert normalized(built(sorted(CONTENT), COMMITTED), COMMITTED) != first
