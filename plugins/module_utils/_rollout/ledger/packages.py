# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages beside the events, so that a job in another container finds them by machine."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from .events import Entry, Kind, fault, now

LARGEST = 8 * 1024 * 1024
# The beginning of a ContentInfo (RFC 5652, section 3): SEQUENCE, its length, the object identifier envelopedData.
_ENVELOPED = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", re.S
)
# As OpenSSL writes it, or with explaining text above it (RFC 7468, section 2).
_PEM = re.compile(rb"^-----BEGIN (?:CMS|PKCS7)-----\s+([A-Za-z0-9+/=\s]+?)-----END ", re.M)


@dataclass(frozen=True)
class SealedPackage:
    """``sha256`` is the fingerprint of the package inside, ``content`` the CMS envelope as DER or PEM."""

    machine: str
    sha256: str
    content: bytes = field(repr=False)

    @property
    def content_sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def fault(self) -> str | None:
        """What is wrong with it and how to mend it, or None."""
        of_the_event = fault(Entry(kind=Kind.SEALED, machine=self.machine, time=now(), sha256=self.sha256))
        if of_the_event:
            return of_the_event
        if not self.sha256:
            return "sha256 is missing; name the package that is sealed"
        if len(self.content) > LARGEST:
            return "the sealed package is larger than 8 MiB; look what it is"
        if not _is_enveloped(self.content):
            return "it is no sealed package, and the ledger keeps no other; seal it first"
        return None


def _is_enveloped(content: bytes) -> bool:
    armoured = _PEM.search(content)
    if armoured:
        try:
            content = base64.b64decode(b"".join(armoured[1].split()), validate=True)
        except binascii.Error:
            return False
    return _ENVELOPED.match(content) is not None
