# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a revocation leaves its records, and takes packages away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .._rollout.package_life.revocation_record import RevocationRecord
from . import secret_file

_LARGEST_RECORD = 1024 * 1024
_PACKAGES = (".djoin", ".sealed")


@dataclass(frozen=True)
class RevocationStore:
    """Files are named after the machine in upper case, beside those of the package store."""

    dest: Path

    def record(self, name: str) -> Path:
        return self.dest / f"{name.upper()}.revoked.json"

    def packages(self, name: str) -> list[Path]:
        """The machine's packages that are there, in whatever form."""
        return [file for suffix in _PACKAGES if (file := self.dest / f"{name.upper()}{suffix}").exists()]

    def read(self, name: str) -> RevocationRecord | None:
        """The revocation record, or None where there is none that can be read."""
        try:
            return RevocationRecord.from_json(secret_file.read(self.record(name), _LARGEST_RECORD))
        except (OSError, ValueError):
            return None

    def prepare(self) -> None:
        """
        :raises OSError: dest cannot be made or written to
        """
        secret_file.make_directory(self.dest)

    def write(self, record: RevocationRecord) -> None:
        """
        :raises OSError: what was there before is untouched
        """
        secret_file.write(self.record(record.machine), record.to_json().encode())

    def restore(self, name: str, before: RevocationRecord | None) -> None:
        """Put back what was there before an intention that came to nothing.

        :raises OSError: the intended record is still there
        """
        if before is None:
            self.record(name).unlink(missing_ok=True)
        else:
            self.write(before)

    def remove_packages(self, name: str) -> None:
        """
        :raises OSError: one is still there
        """
        for file in self.packages(name):
            file.unlink(missing_ok=True)
