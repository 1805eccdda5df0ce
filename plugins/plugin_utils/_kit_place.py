# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a field kit is written: a directory, or a zip file with the same content. Receipts in it are never touched."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit.packing import FOLDER
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.machine_files import SEALED
from ansible_collections.adops.offline_join.plugins.module_utils._storage import secret_file

_LARGEST = 64 * 1024 * 1024  # bytes of one file of a kit
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can tell: the same kit gives the same bytes


@dataclass(frozen=True)
class KitPlace:
    """``dest`` is a zip file where its name ends so."""

    dest: Path

    @property
    def zipped(self) -> bool:
        return self.dest.suffix.lower() == ".zip"

    def read(self, name: str) -> bytes | None:
        """One file of the kit that lies there; None where there is none that can be read.

        :raises OSError: it is there, but cannot be read
        """
        try:
            if not self.zipped:
                return secret_file.read(self.dest / name, _LARGEST)
            with zipfile.ZipFile(self.dest) as kit, kit.open(name) as file:
                return file.read(_LARGEST)
        except (FileNotFoundError, KeyError, zipfile.BadZipFile):
            return None

    def changes(self, files: Mapping[str, bytes]) -> list[str]:
        """What differs from ``files``, by name: to be written, or packages of an earlier kit to be removed."""
        return [name for name, content in files.items() if self.read(name) != content] + self._stale(files)

    def write(self, files: Mapping[str, bytes]) -> None:
        """
        :raises OSError: naming the path; run again
        """
        if self.zipped:
            self.dest.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            secret_file.write(self.dest, _zip(files))
            return
        for directory in sorted({(self.dest / name).parent for name in files}):
            secret_file.make_directory(directory)
        for failure in secret_file.write_all({self.dest / name: content for name, content in files.items()}).values():
            raise failure
        for name in self._stale(files):
            (self.dest / name).unlink()

    def _stale(self, files: Mapping[str, bytes]) -> list[str]:
        if self.zipped:
            return []
        there = sorted(self.dest.glob(f"{FOLDER}/*{SEALED}"))
        return [name for name in (str(PurePosixPath(FOLDER, file.name)) for file in there) if name not in files]


def _zip(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as kit:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            kit.writestr(entry, file)
    return content.getvalue()
