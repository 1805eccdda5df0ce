# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small PKI for tests: roots, an intermediate, client certificates with keys, and what is wrong with some of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)
PASSPHRASE = "Kq7-vT2_mR9+wB4=zL6"


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def certificate(
    name: str, issuer: str | None = None, *, ca: bool = True, expires: datetime = NOW + YEAR, ballast: int = 0
) -> x509.Certificate:
    """Signed by itself, or by the key of ``issuer``; ``ballast`` makes it larger by so many bytes."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer or name))
        .public_key(key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 2 * YEAR)
        .not_valid_after(expires)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if ballast:
        other = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), bytes(ballast))
        builder = builder.add_extension(other, critical=False)
    return builder.sign(key(issuer or name), hashes.SHA256())


def expired(name: str = "Old Root") -> x509.Certificate:
    return certificate(name, expires=NOW - timedelta(days=1))


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def pem(*many: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in many)


def damaged(one: x509.Certificate) -> bytes:
    """DER that can be read, but whose signature is wrong."""
    content = der(one)
    return content[:-1] + bytes([content[-1] ^ 1])


def fingerprint(one: x509.Certificate) -> str:
    return one.fingerprint(hashes.SHA256()).hex()


def client_certificate(name: str, expires: datetime = NOW + YEAR) -> x509.Certificate:
    return certificate(name, "Corp Issuing", ca=False, expires=expires)


def client(
    name: str, *, passphrase: str | None = PASSPHRASE, with_key: bool = True, expires: datetime = NOW + YEAR
) -> bytes:
    """PKCS #12 with the certificate of a machine, from the CA "Corp Issuing"."""
    own = client_certificate(name, expires)
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    if with_key:
        return pkcs12.serialize_key_and_certificates(name.encode(), key(name), own, None, protection)
    return pkcs12.serialize_key_and_certificates(name.encode(), None, None, [own], protection)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Corp"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )
