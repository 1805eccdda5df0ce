# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates that packages carry: read and judged before a machine shall trust them, and told in words after."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from ._sealing.certificates import DER, der, shown, validity_fault
from ._sealing.errors import SealError
from ._sealing.libraries import InvalidSignature, UnsupportedAlgorithm, pkcs12, x509
from .identities import load_certificates, load_identity, to_open_pkcs12
from .times import written

__all__ = [
    "SealError",
    "der",
    "describe",
    "describe_client_certificate",
    "is_root",
    "load_authorities",
    "load_client_certificate",
    "validity_fault",
]


def load_authorities(content: bytes, source: str) -> list[x509.Certificate]:
    """The CA certificates of a PEM or DER file, whenever they are valid. ``source`` names it in errors.

    :raises SealError: one cannot be read, is not that of a CA, or is not as its CA signed it
    """
    found = load_certificates(content, source)
    for certificate in found:
        if fault := _authority_fault(certificate):
            raise SealError(f"{source}: {fault}")
    return found


def is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def load_client_certificate(content: bytes, passphrase: str | None, source: str, now: datetime) -> bytes:
    """A certificate with its key as PKCS #12 that no passphrase protects, from one that may be protected.

    :raises SealError: naming ``source``: it is no PKCS #12, has no key, or cannot be opened, or is not valid now
    """
    if not content.startswith(DER):
        raise SealError(f"{source} is no PKCS #12 file; export the certificate together with its key as one")
    identity = load_identity(content, passphrase, source)
    if fault := validity_fault(identity.certificate, now):
        raise SealError(f"{source}: {fault}")
    return to_open_pkcs12(identity)


def describe(content: bytes) -> dict[str, Any]:
    """A certificate in DER: names as RFC 4514 has them, the time in UTC; None where nobody can read them here."""
    said: dict[str, Any] = {"subject": None, "issuer": None, "not_after": None}
    if x509 is not None:
        try:
            certificate = x509.load_der_x509_certificate(content)
            said = {
                "subject": certificate.subject.rfc4514_string(),
                "issuer": certificate.issuer.rfc4514_string(),
                "not_after": written(certificate.not_valid_after_utc),
            }
        except ValueError:
            pass
    return {**said, "sha256": hashlib.sha256(content).hexdigest()}


def describe_client_certificate(pfx: bytes) -> dict[str, Any] | None:
    """The certificate of a key, never the key; None where a passphrase protects it or nobody can read it here."""
    if pkcs12 is None:
        return None
    try:
        found = pkcs12.load_pkcs12(pfx, None).cert
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return describe(der(found.certificate)) if found else None


def _authority_fault(certificate: x509.Certificate) -> str | None:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        constraints = None
    if constraints is None or not constraints.ca:
        return (
            f"the certificate {shown(certificate)} is not that of a CA, so nothing that it signed would be trusted; "
            "name the certificate of the CA that issued it"
        )
    if is_root(certificate):
        try:
            certificate.verify_directly_issued_by(certificate)
        except InvalidSignature:
            return (
                f"the certificate {shown(certificate)} is damaged, its own signature is wrong; get it from its CA again"
            )
        except (ValueError, TypeError, UnsupportedAlgorithm):
            pass  # signed in a way that cannot be checked here; Windows does not check it either
    return None
