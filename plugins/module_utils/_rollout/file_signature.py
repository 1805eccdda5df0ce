# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signature beside a file: CMS SignedData without content (RFC 5652 5.2), for files that others read as they are.

``openssl cms -verify -inform DER -binary -in FILE.p7s -content FILE`` verifies it, and so does SignedCms of .NET.
"""

from __future__ import annotations

from datetime import datetime

from ._sealing import signature
from ._sealing.certificates import fingerprint, signing_fault, validity_fault
from ._sealing.errors import SealError
from .identities import Identity


def require_signer(signer: Identity, now: datetime) -> None:
    """
    :raises SealError: its certificate must not sign, or not now
    """
    if fault := signing_fault(signer.certificate) or validity_fault(signer.certificate, now):
        raise SealError(f"nothing can be signed: {fault}")


def sign(content: bytes, signer: Identity) -> bytes:
    """The signature in DER; it tells when it was made, so the same content never gives the same bytes."""
    return signature.sign_beside(content, signer.certificate, signer.key)


def stands(message: bytes, content: bytes, signer: Identity) -> bool:
    """Whether this is the signature of this signer, with this very certificate, over this content."""
    try:
        signed = signature.verify(message, content)
    except SealError:
        return False
    return fingerprint(signed.signer) == signer.fingerprint
