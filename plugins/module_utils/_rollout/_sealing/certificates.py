# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certificate is good for: who it names, from when to when, and which duty its key may do."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TypeAlias

from ..times import written
from .libraries import UnsupportedAlgorithm, ec, rsa, serialization, x509

PrivateKey: TypeAlias = "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey"

DER = b"0"  # 0x30, the tag of a SEQUENCE, which whatever is in DER here begins with
_SMALLEST_RSA = 2048  # bits
# What Windows and OpenSSL both know by name.
_CURVES = ("secp256r1", "secp384r1", "secp521r1")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the whole certificate, in lower-case hexadecimal digits."""
    return hashlib.sha256(der(certificate)).hexdigest()


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def public_key(certificate: x509.Certificate) -> bytes:
    """SubjectPublicKeyInfo (RFC 5280 4.1.2.7): equal for equal keys, whatever the certificates say."""
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def shown(certificate: x509.Certificate) -> str:
    """The subject and the first digits of the fingerprint, to tell certificates apart in a sentence."""
    return f"{certificate.subject.rfc4514_string() or 'nameless'} (SHA-256 {fingerprint(certificate)[:16]}...)"


def validity_fault(certificate: x509.Certificate, now: datetime) -> str | None:
    """Why it is not valid now, with the next step."""
    if now < certificate.not_valid_before_utc:
        return (
            f"the certificate {shown(certificate)} is not valid before {written(certificate.not_valid_before_utc)}, "
            f"and here it is {written(now)}; set the clock, or use another certificate"
        )
    if now > certificate.not_valid_after_utc:
        return (
            f"the certificate {shown(certificate)} expired at {written(certificate.not_valid_after_utc)}, and it is "
            f"{written(now)}; use a certificate that is valid"
        )
    return None


def signing_fault(certificate: x509.Certificate) -> str | None:
    """Why its key may not sign packages, with the next step."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        fits = key.key_size >= _SMALLEST_RSA
    else:
        fits = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES
    if not fits:
        return (
            f"the certificate {shown(certificate)} has a key that cannot sign packages; use one with RSA of "
            f"{_SMALLEST_RSA} bits or more, or with the curve P-256, P-384 or P-521"
        )
    usage = _key_usage(certificate)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return (
            f"the certificate {shown(certificate)} is not made for signing, its key usage lacks digitalSignature; "
            "use the certificate of an issuer"
        )
    return None


def encryption_fault(certificate: x509.Certificate) -> str | None:
    """Why nothing can be sealed for it, with the next step.

    RSA only: the envelope builder has no key agreement, and it is what every .NET and every smart card can open.
    """
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_RSA:
        return (
            f"the certificate {shown(certificate)} cannot be a recipient, because it has no RSA key of "
            f"{_SMALLEST_RSA} bits or more; use an RSA certificate, elliptic curves cannot open sealed packages"
        )
    usage = _key_usage(certificate)
    if usage is not None and not usage.key_encipherment:
        return (
            f"the certificate {shown(certificate)} is not made for opening, its key usage lacks keyEncipherment; "
            "use the certificate of a recipient"
        )
    return None


def require_readable(certificate: x509.Certificate) -> None:
    """Read all of it that is used later, because cryptography parses a certificate only where it is asked.

    :raises ValueError: a part cannot be read
    """
    try:
        certificate.public_key()
        certificate.subject.rfc4514_string()
        list(certificate.extensions)
    except (TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError("a certificate that cannot be read") from error


def _key_usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    """None allows everything (RFC 5280 4.2.1.3)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
