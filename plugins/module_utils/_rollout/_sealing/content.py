# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the issuer signs: claims, package, and for whom it is sealed, as one JSON object.

JSON, because the Windows side reads it with ``ConvertFrom-Json`` alone, while .NET Framework has no reader for a DER
structure of our own; canonical, so that it can be read in one way only. The recipients are in it, because CMS signs
what is inside the envelope and not the envelope: without them a recipient could put a signed package into a new
envelope for somebody else, and the issuer would seem to have sent it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..claims import Claims
from . import canonical
from .errors import SealError

_FORMAT = 1
_FIELDS = {"format", "claims", "package", "recipients"}
_FINGERPRINT = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Content:
    """``recipients`` are the SHA-256 fingerprints of their certificates, sorted."""

    claims: Claims
    recipients: Sequence[str]
    package: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        return canonical.to_bytes(
            {
                "format": _FORMAT,
                "claims": self.claims.to_fields(),
                "recipients": sorted(self.recipients),
                "package": base64.b64encode(self.package).decode("ascii"),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Content:
        """
        :raises SealError: it is no such object, or its claims are about another package
        """
        fields = canonical.from_bytes(content, "the content of the sealed package")
        if not canonical.is_number(fields.get("format"), _FORMAT):
            raise SealError(f"the sealed package has another format than {_FORMAT}; update the collection")
        if fields.keys() != _FIELDS or not _is_list_of_fingerprints(fields["recipients"]):
            raise SealError("the content of the sealed package has other fields; have the package sealed again")
        claims = Claims.from_fields(fields["claims"])
        try:
            package = base64.b64decode(fields["package"], validate=True)
        except (ValueError, TypeError):
            raise SealError("the package inside is no base64; have the package sealed again") from None
        if hashlib.sha256(package).hexdigest() != claims.package_sha256:
            raise SealError(
                f"the claims for {claims.machine} are about another package than the one inside; seal it again"
            )
        return cls(claims, fields["recipients"], package)


def _is_list_of_fingerprints(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and _FINGERPRINT.fullmatch(one) for one in value)
