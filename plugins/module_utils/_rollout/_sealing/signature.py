# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inner layer: CMS SignedData (RFC 5652 5) with one signer, its certificate, and the content it signs.

SHA-256; RSA with PKCS #1 v1.5 padding, or ECDSA: what ``openssl cms -verify`` and SignedCms of .NET Framework 4.x
verify. The signature covers content type, time and digest of the content through the signed attributes; all around
it is pinned here to one possible value, so that a changed bit has no place to hide.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .certificates import PrivateKey, require_readable
from .errors import SealError
from .libraries import InvalidSignature, UnsupportedAlgorithm, ec, hashes, padding, pkcs7, rsa, serialization, x509
from .structure import Malformed, load, require

_LAYER = "signed part"
# AlgorithmIdentifiers in DER, RFC 5754 2.2 and 3: the parameters are absent or, where RSA wants them, NULL.
_SHA_256 = (bytes.fromhex("300b0609608648016503040201"), bytes.fromhex("300d06096086480165030402010500"))
_RSA = (
    bytes.fromhex("300d06092a864886f70d0101010500"),  # rsaEncryption
    bytes.fromhex("300d06092a864886f70d01010b0500"),  # sha256WithRSAEncryption
)
_ECDSA = (bytes.fromhex("300a06082a8648ce3d040302"),)  # ecdsa-with-SHA256
_SIGNED_ATTRIBUTES = ["content_type", "message_digest", "signing_time"]


@dataclass(frozen=True)
class Signed:
    """What was signed, and the certificate of the one key that signed it; whether to trust it is not judged here."""

    signer: x509.Certificate
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class _Parts:
    signer: bytes
    content: bytes
    attributes: bytes
    algorithm: bytes
    signature: bytes


def sign(content: bytes, certificate: x509.Certificate, key: PrivateKey) -> bytes:
    return _signed(content, certificate, key)


def sign_beside(content: bytes, certificate: x509.Certificate, key: PrivateKey) -> bytes:
    """The same without the content in it, for a file that is read by others as it is."""
    return _signed(content, certificate, key, pkcs7.PKCS7Options.DetachedSignature)


def _signed(content: bytes, certificate: x509.Certificate, key: PrivateKey, *more: pkcs7.PKCS7Options) -> bytes:
    options = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities, *more]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, options)


def verify(message: bytes, beside: bytes | None = None) -> Signed:
    """``beside`` is the content, where it is not in the message.

    :raises SealError: it is not written as :func:`sign` writes it, or the signature is wrong
    """
    content = load(message, _LAYER, "signed_data")
    try:
        parts = _parts(content, beside)
        signer = x509.load_der_x509_certificate(parts.signer)
        require_readable(signer)
    except SealError:
        raise
    except Exception:  # as in structure.load
        raise Malformed(_LAYER, "no SignedData") from None
    _verify_signature(signer, parts)
    return Signed(signer, parts.content)


def _parts(signed: Any, beside: bytes | None) -> _Parts:
    require(signed["version"].native == "v1", _LAYER, "version")
    require(signed["crls"].native is None, _LAYER, "crls")
    [digest] = signed["digest_algorithms"]
    require(digest.dump() in _SHA_256, _LAYER, "digest algorithm")
    encapsulated = signed["encap_content_info"]
    require(encapsulated["content_type"].native == "data", _LAYER, "content type")
    content = encapsulated["content"].native
    if beside is not None:
        require(content is None, _LAYER, "content within")
        content = beside
    [choice] = signed["certificates"]
    [signer] = signed["signer_infos"]
    _require_signer(signer, choice.chosen, content)
    return _Parts(
        signer=choice.chosen.dump(),
        content=content,
        # What is signed is the attributes as a SET OF, not with the tag that they have here (RFC 5652 5.4).
        attributes=signer["signed_attrs"].untag().dump(),
        algorithm=signer["signature_algorithm"].dump(),
        signature=signer["signature"].native,
    )


def _require_signer(signer: Any, certificate: Any, content: bytes) -> None:
    require(signer["version"].native == "v1", _LAYER, "version of the signer")
    require(signer["unsigned_attrs"].native is None, _LAYER, "unsigned attributes")
    require(signer["digest_algorithm"].dump() in _SHA_256, _LAYER, "digest algorithm of the signer")
    identifier = signer["sid"].chosen
    names_certificate = (
        identifier["issuer"].dump() == certificate.issuer.dump()
        and identifier["serial_number"].native == certificate.serial_number
    )
    require(names_certificate, _LAYER, "another certificate than that of the signer")
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    kinds = sorted(attribute["type"].native for attribute in signer["signed_attrs"])
    single = kinds == _SIGNED_ATTRIBUTES and all(len(values) == 1 for values in attributes.values())
    require(single, _LAYER, "signed attributes")
    require(attributes["content_type"][0].native == "data", _LAYER, "signed content type")
    digest = hashlib.sha256(content).digest()
    require(attributes["message_digest"][0].native == digest, _LAYER, "the digest of its content differs")


def _verify_signature(signer: x509.Certificate, parts: _Parts) -> None:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            require(parts.algorithm in _RSA, _LAYER, "signature algorithm")
            key.verify(parts.signature, parts.attributes, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            require(parts.algorithm in _ECDSA, _LAYER, "signature algorithm")
            key.verify(parts.signature, parts.attributes, ec.ECDSA(hashes.SHA256()))
        else:
            raise Malformed(_LAYER, "kind of the signer's key")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise Malformed(_LAYER, "its signature is wrong") from None
