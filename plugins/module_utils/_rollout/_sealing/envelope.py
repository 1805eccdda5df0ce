# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outer layer: CMS EnvelopedData (RFC 5652 6), opened with any one of the recipients' RSA keys.

AES-256-CBC, and RSA with PKCS #1 v1.5 padding for its key (RFC 3370 4.2.1): what ``openssl cms -decrypt`` and
EnvelopedCms of .NET Framework 4.x open without options, in software and on smart cards; OAEP and authenticated
encryption are beyond some of them. CBC protects no integrity and is not asked to: the signature inside does, and
nothing of the plaintext is used before it is verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .certificates import shown
from .errors import SealError
from .libraries import UnsupportedAlgorithm, algorithms, pkcs7, rsa, serialization, x509
from .structure import Malformed, load, require

_LAYER = "envelope"
# AlgorithmIdentifiers in DER: rsaEncryption with NULL; aes256-CBC up to the 16 bytes of its initialization vector
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_AES_256_CBC = bytes.fromhex("301d060960864801650304012a0410")


@dataclass(frozen=True)
class Addressee:
    """A recipient as the envelope names it: by issuer (DER of its name, and for people) and serial number."""

    issuer: bytes
    issuer_shown: str
    serial_number: int

    def is_of(self, certificate: x509.Certificate) -> bool:
        return (self.issuer, self.serial_number) == (certificate.issuer.public_bytes(), certificate.serial_number)

    def __str__(self) -> str:
        return f"{self.issuer_shown}, serial number {self.serial_number:x}"


def encrypt(message: bytes, recipients: Sequence[x509.Certificate]) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(message).set_content_encryption_algorithm(algorithms.AES256)
    for recipient in recipients:
        builder = builder.add_recipient(recipient)
    # Binary: without it line ends would be made those of e-mails.
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def addressees(envelope: bytes) -> list[Addressee]:
    """Whose keys open it; no key is needed to see that, and nobody vouches for it.

    :raises SealError: it is not written as :func:`encrypt` writes it
    """
    content = load(envelope, _LAYER, "enveloped_data")
    try:
        return _addressees(content)
    except SealError:
        raise
    except Exception:  # as in structure.load
        raise Malformed(_LAYER, "no EnvelopedData") from None


def decrypt(envelope: bytes, certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    """What is inside; nobody vouches for it yet.

    :raises SealError: it is for others, or it was changed
    """
    named = addressees(envelope)
    if not any(addressee.is_of(certificate) for addressee in named):
        raise SealError(
            f"the sealed package cannot be opened with the key of {shown(certificate)}; it is sealed for "
            f"{'; '.join(map(str, named))}: use the key of one of them, or have it sealed for this one, too"
        )
    try:
        return pkcs7.pkcs7_decrypt_der(envelope, certificate, key, [])
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SealError(
            f"the envelope of the sealed package does not open with the key of {shown(certificate)}, although it is "
            "named; the package was changed, or the key belongs to another certificate: fetch it again from where "
            "it was issued"
        ) from None


def _addressees(content: Any) -> list[Addressee]:
    require(content["version"].native == "v0", _LAYER, "version")
    require(content["originator_info"].native is None, _LAYER, "originatorInfo")
    require(content["unprotected_attrs"].native is None, _LAYER, "unprotectedAttrs")
    encrypted = content["encrypted_content_info"]
    require(encrypted["content_type"].native == "data", _LAYER, "content type")
    algorithm = encrypted["content_encryption_algorithm"].dump()
    require(algorithm.startswith(_AES_256_CBC), _LAYER, "content encryption algorithm")
    named = [_addressee(info) for info in content["recipient_infos"]]
    require(bool(named), _LAYER, "no recipients")
    return named


def _addressee(info: Any) -> Addressee:
    """Of another kind of RecipientInfo, or RecipientIdentifier, what is asked for here is not there."""
    transport = info.chosen
    require(transport["version"].native == "v0", _LAYER, "version of a recipient")
    require(transport["key_encryption_algorithm"].dump() == _RSA, _LAYER, "key encryption algorithm")
    identifier = transport["rid"].chosen
    issuer = identifier["issuer"]
    return Addressee(issuer.dump(), issuer.human_friendly, identifier["serial_number"].native)
