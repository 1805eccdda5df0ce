# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a revocation leaves its records, and takes packages away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .._rollout.machine_files import DJOIN, REVOCATION_RECORD, SEALED, file_name
from .._rollout.package_life.revocation_record import RevocationRecord
from . import record_file, secret_file


@dataclass(frozen=True)
class RevocationStore:
    """Beside the files of the package store."""

    dest: Path

    def record(self, name: str) -> Path:
        return self.dest / file_name(name, REVOCATION_RECORD)

    def packages(self, name: str) -> list[Path]:
        """The machine's packages that are there, in whatever form."""
        return [file for suffix in (DJOIN, SEALED) if (file := self.dest / file_name(name, suffix)).exists()]

    def read(self, name: str) -> RevocationRecord | None:
        """The revocation record, or None where there is none that can be read."""
        return record_file.read(self.record(name), RevocationRecord.from_json)

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
        record_file.restore(self.record(name), before)

    def remove_packages(self, name: str) -> None:
        """
        :raises OSError: one is still there
        """
        for file in self.packages(name):
            file.unlink(missing_ok=True)
