# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the packages of one call lie: for each machine its file and its issue record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.regenerate import PackageFile
from .._rollout.machine_files import ISSUE_RECORD, file_name
from . import record_file, secret_file
from .package_form import LARGEST, DjoinForm, PackageFiles


@dataclass(frozen=True)
class PackageStore:
    """``form`` is that of the packages that lie there."""

    dest: Path
    form: PackageFiles = field(default_factory=DjoinForm)

    def prepare(self) -> None:
        """
        :raises OSError: dest cannot be made or written to
        """
        secret_file.make_directory(self.dest)

    def package(self, name: str) -> Path:
        return self.dest / file_name(name, self.form.suffix)

    def issue_record(self, name: str) -> Path:
        return self.dest / file_name(name, ISSUE_RECORD)

    def read_record(self, name: str) -> IssueRecord | None:
        """The issue record, or None where there is none that can be read."""
        return record_file.read(self.issue_record(name), IssueRecord.from_json)

    def status(self, name: str, account_sid: str | None) -> PackageFile:
        """What lies in the place of a package; ``account_sid`` is None where there is no account.

        :raises OSError: the file is there, but cannot be read
        """
        file = self.package(name)
        if not file.exists():
            return PackageFile.ABSENT
        return self.form.status(secret_file.read(file, LARGEST), name, account_sid, self.read_record(name))

    def restore_record(self, name: str, before: IssueRecord | None) -> None:
        """Put back what was there before an intention that came to nothing: an add of a killed run, still on its
        way when we looked, leaves an account that only its own record can claim.

        :raises OSError: the intended record is still there
        """
        record_file.restore(self.issue_record(name), before)

    def write_records(self, records: Iterable[IssueRecord]) -> dict[str, OSError]:
        """Returns why some could not be written, by machine."""
        return self._write({record.machine: record.to_json().encode() for record in records}, self.issue_record)

    def write(self, issued: Collection[tuple[IssueRecord, bytes]]) -> dict[str, OSError]:
        """The packages come last: where there is a package, there is its record.

        Returns why some machines have none, by machine.
        """
        failures = self.write_records(record for record, _content in issued)
        packages = {record.machine: content for record, content in issued if record.machine not in failures}
        return failures | self._write(packages, self.package)

    def _write(self, contents: Mapping[str, bytes], place: Callable[[str], Path]) -> dict[str, OSError]:
        failures = secret_file.write_all({place(name): content for name, content in contents.items()})
        return {name: failures[place(name)] for name in contents if place(name) in failures}
