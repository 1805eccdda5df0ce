# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How packages lie on disk: sealed, or as djoin files that whoever gets hold of them can use."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol

from .._package.errors import PackageError
from .._package.package import Package
from .._package.text import LARGEST_TEXT
from .._rollout import sealing
from .._rollout.claims import Claims
from .._rollout.identities import Identity
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.regenerate import PackageFile
from .._rollout.machine_files import DJOIN, SEALED
from .._rollout.sealing import x509

LARGEST = max(LARGEST_TEXT, sealing.LARGEST)  # bytes of a file in any form


class PackageFiles(Protocol):
    """Packages as they lie there; ``suffix`` is that of the files."""

    @property
    def suffix(self) -> str: ...

    def status(self, content: bytes, name: str, account_sid: str | None, record: IssueRecord | None) -> PackageFile:
        """What this content is, in the place of the machine's package; never ABSENT."""


class PackageForm(PackageFiles, Protocol):
    """How packages are written, too."""

    def wrap(self, record: IssueRecord, package: Package) -> tuple[IssueRecord, bytes]:
        """The content of the file, and the record with what it must know of the file.

        :raises SealError: the package cannot be sealed
        """


@dataclass(frozen=True)
class DjoinForm:
    """Plaintext, as ``djoin /loadfile`` reads it."""

    suffix: ClassVar[str] = DJOIN

    def wrap(self, record: IssueRecord, package: Package) -> tuple[IssueRecord, bytes]:
        return record, package.to_djoin_file()

    def status(self, content: bytes, name: str, account_sid: str | None, record: IssueRecord | None) -> PackageFile:
        try:
            package = Package.read(content)
        except PackageError:
            return PackageFile.UNUSABLE
        if package.machine_name.lower() != name.lower() or package.account_sid not in (None, account_sid):
            return PackageFile.UNUSABLE
        if record is not None and record.package_sha256 != package.sha256:
            return PackageFile.DEAD
        return PackageFile.SOUND


class SealedFiles:
    """For one who only looks, and so needs no key.

    Who issues cannot read what was sealed, so the issue record tells which file is the package.
    """

    suffix: ClassVar[str] = SEALED

    def status(self, content: bytes, name: str, account_sid: str | None, record: IssueRecord | None) -> PackageFile:
        if record is None or record.machine.lower() != name.lower() or not sealing.is_sealed(content):
            return PackageFile.UNUSABLE
        if record.sealed_sha256 != hashlib.sha256(content).hexdigest():
            return PackageFile.DEAD
        if record.sid != account_sid:
            return PackageFile.UNUSABLE
        expired = record.expires is not None and datetime.fromisoformat(record.expires) <= datetime.now(UTC)
        return PackageFile.EXPIRED if expired else PackageFile.SOUND


@dataclass(frozen=True)
class SealedForm(SealedFiles):
    """Signed by the issuer and readable by the recipients alone; ``serial_numbers`` are by machine name."""

    issuer: Identity
    recipients: Sequence[x509.Certificate]
    lifetime: timedelta
    serial_numbers: Mapping[str, str]
    allow_issuer_as_recipient: bool = False

    def wrap(self, record: IssueRecord, package: Package) -> tuple[IssueRecord, bytes]:
        now = datetime.now(UTC).replace(microsecond=0)
        claims = Claims(
            machine=record.machine,
            domain=record.domain,
            serial_number=self.serial_numbers.get(record.machine),
            issued=now,
            expires=now + self.lifetime,
            ledger_id=None,
            package_sha256=package.sha256,
            object_guid=record.object_guid,
            sid=record.sid or "",
            password_last_set=record.password_last_set,
            key_version=record.key_version,
        )
        sealed = sealing.seal(
            package.content,
            claims,
            self.issuer,
            self.recipients,
            now=now,
            allow_issuer_as_recipient=self.allow_issuer_as_recipient,
        )
        digest = hashlib.sha256(sealed).hexdigest()
        return dataclasses.replace(record, sealed_sha256=digest, expires=claims.expires.isoformat()), sealed
