# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An identity on disk: one file with the encrypted key and its certificate, one with the certificate to hand out.

The key's file comes first and has the certificate, too, so that a run which was killed in between is finished by the
next one. A key is never overwritten: packages that were sealed for it can be opened with nothing else.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .._rollout import identities
from .._rollout.identities import Identity, Purpose, SealError
from . import secret_file

FORMS = {"pem": identities.to_pem, "pkcs12": identities.to_pkcs12}
_LARGEST = 1024 * 1024
_OTHERS = 0o077
_ABSENT = "absent"


@dataclass(frozen=True)
class Wanted:
    """``form`` is a key of ``FORMS``; it, ``days`` and ``key_size`` (bits) count for a new identity only."""

    name: str
    purpose: Purpose
    days: int
    key_size: int
    form: str


@dataclass(frozen=True)
class Outcome:
    """``identity`` is None where check mode did not make one; ``changes`` are files with before and after.

    ``warning`` is a fault of the past that no run can undo.
    """

    identity: Identity | None
    changes: tuple[tuple[str, str, str], ...] = ()
    warning: str | None = None


@dataclass(frozen=True)
class IdentityFiles:
    key_file: Path
    certificate_file: Path

    def ensure(self, wanted: Wanted, passphrase: str, now: datetime, *, check_mode: bool) -> Outcome:
        """Keep the identity that is there and valid, or make one where there is none.

        :raises SealError: what is there is not what is wanted, and would have to be overwritten
        :raises OSError: naming the file
        """
        self._require_places()
        if not self.key_file.exists():
            return self._make(wanted, passphrase, now, check_mode=check_mode)
        identity = identities.load_identity(self._read(self.key_file), passphrase, str(self.key_file))
        self._require_wanted(identity, wanted, now)
        return self._complete(identity, check_mode=check_mode)

    def _require_places(self) -> None:
        for file in (self.key_file, self.certificate_file):
            if not file.is_absolute():
                raise SealError(f"{file} is relative, so it could land anywhere; give the whole path")
            if not file.parent.is_dir():
                raise SealError(f"{file.parent} is no directory; make it first, so that only you can read it")
        if self.key_file.resolve() == self.certificate_file.resolve():
            raise SealError(f"{self.key_file} cannot be both files; name another one for the certificate")

    def _make(self, wanted: Wanted, passphrase: str, now: datetime, *, check_mode: bool) -> Outcome:
        if self.certificate_file.exists():
            raise SealError(
                f"{self.certificate_file} is there, but not its key {self.key_file}; put the key back, or name other "
                "files for a new identity"
            )
        identity = identities.make_identity(
            wanted.name, wanted.purpose, days=wanted.days, now=now, key_size=wanted.key_size
        )
        key = FORMS[wanted.form](identity, passphrase)
        what = f"{wanted.purpose.value} {wanted.name}, {wanted.days} days"
        changes = (
            (str(self.key_file), _ABSENT, f"{wanted.form} of {what}"),
            (str(self.certificate_file), _ABSENT, f"certificate of {what}"),
        )
        if check_mode:
            return Outcome(None, changes)
        secret_file.write(self.key_file, key)
        secret_file.write(self.certificate_file, identities.certificate_to_pem(identity.certificate))
        return Outcome(identity, changes)

    def _require_wanted(self, identity: Identity, wanted: Wanted, now: datetime) -> None:
        certificate = identity.certificate
        names = [str(attribute.value) for attribute in certificate.subject]
        if names != [wanted.name]:
            raise SealError(
                f"{self.key_file} holds the identity of {certificate.subject.rfc4514_string()}, not of {wanted.name}; "
                "correct the name, or name other files"
            )
        if fault := identities.purpose_fault(certificate, wanted.purpose):
            raise SealError(f"{self.key_file}: {fault}, and name other files for it")
        if fault := identities.validity_fault(certificate, now):
            raise SealError(
                f"{self.key_file}: {fault}. Keep these files, because packages sealed with them need them, and name "
                "other files for a new identity"
            )

    def _complete(self, identity: Identity, *, check_mode: bool) -> Outcome:
        changes: list[tuple[str, str, str]] = []
        warning = None
        if (mode := stat.S_IMODE(self.key_file.stat().st_mode)) & _OTHERS:
            warning = f"{self.key_file} could be read by others (mode {mode:04o}); whoever did may know the key"
            changes.append((str(self.key_file), f"mode {mode:04o}", "mode 0600"))
            if not check_mode:
                self.key_file.chmod(0o600)
        if not self.certificate_file.exists():
            changes.append((str(self.certificate_file), _ABSENT, f"certificate of {identity.fingerprint}"))
            if not check_mode:
                secret_file.write(self.certificate_file, identities.certificate_to_pem(identity.certificate))
        else:
            found = identities.load_certificates(self._read(self.certificate_file), str(self.certificate_file))
            if [identities.fingerprint(certificate) for certificate in found] != [identity.fingerprint]:
                raise SealError(
                    f"{self.certificate_file} holds another certificate than {self.key_file}; name the file that "
                    "belongs to the key, or one that does not exist"
                )
        return Outcome(identity, tuple(changes), warning)

    @staticmethod
    def _read(file: Path) -> bytes:
        content = secret_file.read(file, _LARGEST)
        if len(content) > _LARGEST:
            raise SealError(f"{file} has more than {_LARGEST} bytes and is no identity; look at the path")
        return content
