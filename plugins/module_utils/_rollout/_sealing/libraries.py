# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The third-party libraries behind sealed packages, imported in this one place.

cryptography seals, opens and verifies; asn1crypto reads the structure of CMS messages, for which cryptography has
no reader. Where one of them is missing, :func:`missing` tells which, and nothing else of the sealing may be called.
"""

from __future__ import annotations

import traceback

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.ciphers import algorithms
    from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

    if not hasattr(getattr(pkcs7, "PKCS7EnvelopeBuilder", None), "set_content_encryption_algorithm"):
        raise ImportError("this cryptography cannot make AES-256 envelopes; version 45 and later can")
except ImportError:
    _CRYPTOGRAPHY_IMPORT_ERROR: str | None = traceback.format_exc()
    # The names must be there to be imported; nothing behind them is called then.
    x509 = hashes = serialization = ec = padding = rsa = algorithms = None  # type: ignore[assignment]
    pkcs7 = pkcs12 = None  # type: ignore[assignment]
    InvalidSignature = UnsupportedAlgorithm = None  # type: ignore[assignment,misc]
else:
    _CRYPTOGRAPHY_IMPORT_ERROR = None

try:
    from asn1crypto import cms
except ImportError:
    _ASN1CRYPTO_IMPORT_ERROR: str | None = traceback.format_exc()
    cms = None
else:
    _ASN1CRYPTO_IMPORT_ERROR = None

__all__ = [
    "InvalidSignature",
    "UnsupportedAlgorithm",
    "algorithms",
    "cms",
    "ec",
    "hashes",
    "missing",
    "padding",
    "pkcs7",
    "pkcs12",
    "rsa",
    "serialization",
    "x509",
]


def missing() -> tuple[str, str] | None:
    """What to install, and the traceback of its failed import; None where all is there."""
    if _CRYPTOGRAPHY_IMPORT_ERROR:
        return "cryptography>=45", _CRYPTOGRAPHY_IMPORT_ERROR
    if _ASN1CRYPTO_IMPORT_ERROR:
        return "asn1crypto>=1.5.1", _ASN1CRYPTO_IMPORT_ERROR
    return None
