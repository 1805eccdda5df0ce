# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a signer is one of the trusted issuers.

A trusted certificate is either the issuer's own, compared byte for byte, or that of a CA which issued it directly.
A CA of a domain issues certificates to every machine and user, and none of those shall be able to sign packages: one
that is trusted through its CA must be made for signing documents. Longer chains are not followed; name the CA that
issued the issuer's certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .certificates import der, fingerprint, shown, signing_fault, validity_fault
from .errors import SealError
from .libraries import InvalidSignature, UnsupportedAlgorithm, x509

# Microsoft's "Document Signing", and id-kp-documentSigning of RFC 9336.
DOCUMENT_SIGNING = ("1.3.6.1.4.1.311.10.3.12", "1.3.6.1.5.5.7.3.36")


def require_trusted(signer: x509.Certificate, trusted: Sequence[x509.Certificate], now: datetime) -> None:
    """
    :raises SealError: the signer is a stranger, or may not sign, or its certificate or CA is not valid now
    """
    authority = _authority(signer, trusted)
    for certificate in (signer,) if authority is None else (signer, authority):
        if fault := validity_fault(certificate, now):
            raise SealError(f"the signature on the sealed package does not count now: {fault}")
    if fault := signing_fault(signer):
        raise SealError(f"the signature on the sealed package does not count: {fault}")


def _authority(signer: x509.Certificate, trusted: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The CA that vouches for the signer; None where its own certificate is trusted."""
    if any(der(signer) == der(certificate) for certificate in trusted):
        return None
    for certificate in trusted:
        if _issued_by(signer, certificate):
            if not _signs_documents(signer):
                raise SealError(
                    f"the sealed package is signed by {shown(signer)}, which the trusted CA {shown(certificate)} did "
                    f"not make for signing documents (extended key usage {DOCUMENT_SIGNING[0]}); add its own "
                    "certificate to the trusted issuers if it may issue packages"
                )
            return certificate
    subject = signer.subject.rfc4514_string() or "a nameless certificate"
    raise SealError(
        f"the sealed package is signed by a stranger: {subject} with the SHA-256 {fingerprint(signer)} is none of the "
        f"{len(trusted)} trusted issuers; if it is yours, add its certificate to them, otherwise ask who made the file"
    )


def _issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    if not _is_authority(authority):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    extensions = certificate.extensions
    try:
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    except x509.ExtensionNotFound:
        return False
    try:
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


def _signs_documents(certificate: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return any(usage.dotted_string in DOCUMENT_SIGNING for usage in usages)
