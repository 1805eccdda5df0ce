# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issuers and recipients: keys with their certificates, read from what teams have, or made for teams without a PKI.

Files are read and decrypted with ansible-vault by the caller; here are bytes. Written keys are encrypted with
PBES2, PBKDF2 with HMAC-SHA-256, and AES-256-CBC. PKCS #12 files in that form are read by OpenSSL 1.1 and later and by
Windows 10 1709, Windows Server 2019 and later; Windows Server 2016 and older refuse them as if the passphrase were
wrong, and get one from ``openssl pkcs12 -export -legacy``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from ._sealing.certificates import (
    DER,
    PrivateKey,
    encryption_fault,
    fingerprint,
    public_key,
    require_readable,
    signing_fault,
    validity_fault,
)
from ._sealing.errors import SealError
from ._sealing.libraries import UnsupportedAlgorithm, ec, hashes, pkcs12, rsa, serialization, x509

__all__ = [
    "KEY_SIZES",
    "Identity",
    "Purpose",
    "SealError",
    "certificate_to_pem",
    "fingerprint",
    "load_certificates",
    "load_identity",
    "make_identity",
    "purpose_fault",
    "to_open_pkcs12",
    "to_pem",
    "to_pkcs12",
    "validity_fault",
]

KEY_SIZES = (3072, 4096)  # bits of RSA
_SHORTEST_PASSPHRASE = 12  # characters
_LONGEST_NAME = 64  # ub-common-name, RFC 5280 appendix A.1
# The clock of the site laptop may be behind that of the control node.
_VALID_BEFORE = timedelta(days=1)
_VAULT = b"$ANSIBLE_VAULT;"
_PEM_KEY = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----\r?\n.*?-----END \1-----", re.DOTALL)


class Purpose(Enum):
    """An identity does one duty: whoever can open packages shall not be able to forge them."""

    ISSUER = "issuer"
    RECIPIENT = "recipient"


@dataclass(frozen=True, eq=False)
class Identity:
    """A private key and its certificate."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)


def load_certificates(content: bytes, source: str) -> list[x509.Certificate]:
    """All certificates of a PEM file, or the one of a DER file. ``source`` names it in errors.

    :raises SealError: there is none, or one cannot be read
    """
    try:
        if content.startswith(DER):
            certificates = [x509.load_der_x509_certificate(content)]
        else:
            certificates = x509.load_pem_x509_certificates(content)
        for certificate in certificates:
            require_readable(certificate)
    except ValueError:
        raise SealError(f"{source} holds no certificate that can be read; give a PEM or DER certificate") from None
    return certificates


def load_identity(content: bytes, passphrase: str | None, source: str, certificate: bytes | None = None) -> Identity:
    """From PKCS #12, or from PEM with the certificate in the same file or in ``certificate`` (PEM or DER).

    :raises SealError: naming ``source``: the passphrase or the form is wrong, or the certificate is not that of the key
    """
    if content.startswith(_VAULT):
        raise SealError(f"{source} is still encrypted with ansible-vault; give its vault password to Ansible")
    key, certificates = (
        _from_pkcs12(content, passphrase, source) if content.startswith(DER) else _from_pem(content, passphrase, source)
    )
    if certificate is not None:
        certificates += load_certificates(certificate, f"the certificate beside {source}")
    own = _public_key_of(key)
    for candidate in certificates:
        if public_key(candidate) == own:
            return Identity(candidate, key)
    raise SealError(f"{source} comes without the certificate of its key; name the certificate that belongs to it")


def make_identity(
    common_name: str, purpose: Purpose, *, days: int, now: datetime, key_size: int = KEY_SIZES[0]
) -> Identity:
    """A new RSA key with a self-signed certificate that is valid from a day before ``now`` and good for one duty.

    :raises SealError: the name cannot be a common name, or the days are none
    """
    if not (0 < len(common_name) <= _LONGEST_NAME and common_name.isprintable() and common_name.strip() == common_name):
        raise SealError(f"the name of an identity wants 1 to {_LONGEST_NAME} printable characters; choose another")
    try:
        expires = (now + timedelta(days=days)).replace(microsecond=0)
    except OverflowError:
        expires = now
    if expires <= now:
        raise SealError(f"an identity cannot be valid for {days} days; give a number of days from 1 on")
    key = rsa.generate_private_key(public_exponent=65537, key_size=key_size)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before((now - _VALID_BEFORE).replace(microsecond=0))
        .not_valid_after(expires)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(purpose), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Identity(builder.sign(key, hashes.SHA256()), key)


def purpose_fault(certificate: x509.Certificate, purpose: Purpose) -> str | None:
    """Why the certificate is not for this duty, with the next step."""
    return signing_fault(certificate) if purpose is Purpose.ISSUER else encryption_fault(certificate)


def to_pem(identity: Identity, passphrase: str) -> bytes:
    """The key as encrypted PKCS #8, and its certificate.

    :raises SealError: the passphrase is too short, or others could not type it
    """
    encryption = serialization.BestAvailableEncryption(_checked(passphrase))
    key = identity.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return key + certificate_to_pem(identity.certificate)


def to_pkcs12(identity: Identity, passphrase: str) -> bytes:
    """Key and certificate as PKCS #12, as Windows imports them.

    Its integrity check has 2,048 rounds, whatever the encryption has, so a passphrase is tried faster than with PEM.

    :raises SealError: the passphrase is too short, or others could not type it
    """
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_checked(passphrase))
    )
    name = identity.certificate.subject.rfc4514_string().encode()
    return pkcs12.serialize_key_and_certificates(name, identity.key, identity.certificate, None, encryption)


def to_open_pkcs12(identity: Identity) -> bytes:
    """Key and certificate as PKCS #12 with the empty passphrase: for a place that is as secret as the key."""
    name = identity.certificate.subject.rfc4514_string().encode()
    encryption = serialization.NoEncryption()
    return pkcs12.serialize_key_and_certificates(name, identity.key, identity.certificate, None, encryption)


def certificate_to_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_usage(purpose: Purpose) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=purpose is Purpose.ISSUER,
        content_commitment=False,
        key_encipherment=purpose is Purpose.RECIPIENT,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _checked(passphrase: str) -> bytes:
    """ASCII, because programs disagree about the bytes of anything else in PKCS #12."""
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise SealError(f"the passphrase has fewer than {_SHORTEST_PASSPHRASE} characters; choose a longer one")
    if not (passphrase.isascii() and passphrase.isprintable()):
        raise SealError("the passphrase has characters that not every program reads; use printable ASCII only")
    return passphrase.encode("ascii")


def _from_pem(content: bytes, passphrase: str | None, source: str) -> tuple[PrivateKey, list[x509.Certificate]]:
    blocks = list(_PEM_KEY.finditer(content))
    if len(blocks) != 1:
        raise SealError(
            f"{source} holds {len(blocks)} private keys instead of one; give a PEM or PKCS #12 file with one"
        )
    block = blocks[0][0] + b"\n"
    encrypted = b"ENCRYPTED" in block
    if encrypted and not passphrase:
        raise SealError(f"the key in {source} is encrypted; give its passphrase")
    try:
        key = serialization.load_pem_private_key(block, passphrase.encode() if encrypted and passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        hint = "the passphrase is wrong, or " if encrypted else ""
        raise SealError(f"the key in {source} cannot be read: {hint}the file is damaged; check both") from None
    certificates = load_certificates(content, source) if b"-----BEGIN CERTIFICATE-----" in content else []
    return _supported(key, source), certificates


def _from_pkcs12(content: bytes, passphrase: str | None, source: str) -> tuple[PrivateKey, list[x509.Certificate]]:
    try:
        store = pkcs12.load_pkcs12(content, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        hint = "the passphrase is wrong" if passphrase else "it wants a passphrase"
        raise SealError(f"{source} cannot be read as PKCS #12: {hint}, or the file is damaged; check both") from None
    found = ([store.cert] if store.cert else []) + list(store.additional_certs)
    if store.key is None:
        raise SealError(f"{source} holds no private key; export the certificate together with its key")
    return _supported(store.key, source), [entry.certificate for entry in found]


def _supported(key: object, source: str) -> PrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SealError(f"the key in {source} is of a kind that seals nothing; use an RSA key")
    return key


def _public_key_of(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
