# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manifest of a field kit: which packages the issuer put onto the stick, for whom and until when.

It is canonical JSON in a CMS SignedData of the issuer (RFC 5652 5), as the inside of a sealed package is. Its ``kind``
keeps one from being taken for the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._sealing import canonical, signature, trust
from .._sealing.certificates import signing_fault, validity_fault
from .._sealing.errors import SealError
from .._sealing.libraries import x509
from ..identities import Identity
from ..times import written

_KIND = "adops.offline_join field kit"
_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A sealed package on the stick: ``sha256`` is that of its ``file``, times are in UTC and whole seconds."""

    machine: str
    domain: str
    serial_number: str | None
    issued: datetime
    expires: datetime
    package_sha256: str
    file: str
    sha256: str

    def to_fields(self) -> dict[str, Any]:
        times = {"issued": written(self.issued), "expires": written(self.expires)}
        return {**dataclasses.asdict(self), **times}


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """``kit`` is the kit's id; ``issuers`` and ``recipient`` are SHA-256 fingerprints of certificates."""

    kit: str
    made: datetime
    branch: str
    issuers: Sequence[str]
    recipient: str
    packages: Sequence[Carried]

    @property
    def expires(self) -> datetime:
        """When the last of its packages does."""
        return max(carried.expires for carried in self.packages)

    def to_fields(self) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "kind": _KIND,
            "kit": self.kit,
            "made": written(self.made),
            "branch": self.branch,
            "issuers": sorted(self.issuers),
            "recipient": self.recipient,
            "expires": written(self.expires),
            "packages": [carried.to_fields() for carried in self.packages],
        }

    def sign(self, issuer: Identity, now: datetime) -> bytes:
        """
        :raises SealError: the certificate is not one that issues
        """
        if fault := signing_fault(issuer.certificate) or validity_fault(issuer.certificate, now):
            raise SealError(f"the kit cannot be signed: {fault}")
        return signature.sign(canonical.to_bytes(self.to_fields()), issuer.certificate, issuer.key)


def read(signed: bytes, trusted_issuers: Sequence[x509.Certificate], now: datetime) -> dict[str, Any]:
    """The fields of a manifest that a trusted issuer signed.

    :raises SealError: it was changed, comes from a stranger, or is something else
    """
    message = signature.verify(signed)
    trust.require_trusted(message.signer, trusted_issuers, now)
    fields = canonical.from_bytes(message.content, "the manifest of the kit")
    if fields.get("kind") != _KIND or not canonical.is_number(fields.get("format"), _FORMAT):
        raise SealError("this is no manifest of a field kit in a form that is known; have the kit made again")
    return fields
