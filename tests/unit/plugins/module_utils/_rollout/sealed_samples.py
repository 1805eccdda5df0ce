# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identities, claims and a sealed package for tests, and every single-bit damage that can be done to one.

The keys have 2048 bits and are made once for all tests: making keys is what takes time here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities, sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity, Purpose
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PACKAGE = b"\x01\x10\x08\x00 a package whose password is \xc3\xa9\r\n\x00\xff"
CLAIMS = Claims(
    machine="BER-PC-001",
    domain="corp.example",
    serial_number="PF3XK0Q1",
    issued=NOW - timedelta(hours=1),
    expires=NOW + timedelta(days=30),
    ledger_id="7c9f1c0e",
    package_sha256=hashlib.sha256(PACKAGE).hexdigest(),
    object_guid="0a0b0c0d-0e0f-1011-1213-141516171819",
    sid="S-1-5-21-1-2-3-1103",
    password_last_set=134080000000000001,
    key_version=2,
)


@cache
def issuer(name: str = "Issuer") -> Identity:
    return identities.make_identity(name, Purpose.ISSUER, days=365, now=NOW, key_size=2048)


@cache
def recipient(name: str = "Head office") -> Identity:
    return identities.make_identity(name, Purpose.RECIPIENT, days=365, now=NOW, key_size=2048)


@cache
def elliptic(name: str = "Elliptic") -> Identity:
    """An identity with a P-256 key that its certificate allows everything."""
    return self_signed(name, ec.generate_private_key(ec.SECP256R1()))


@cache
def issuer_of_today() -> Identity:
    """For what asks the clock, which will leave the year of ``NOW``."""
    return self_signed("Issuer", ec.generate_private_key(ec.SECP256R1()), now=datetime.now(UTC))


@cache
def recipient_of_today() -> Identity:
    return self_signed("Berlin", rsa_key(), now=datetime.now(UTC))


@cache
def sealed() -> bytes:
    """For one recipient, so that every byte concerns who opens it."""
    return sealing.seal(PACKAGE, CLAIMS, issuer(), [recipient().certificate], now=NOW)


def open_it(content: bytes) -> sealing.Opened:
    return sealing.open_sealed(content, recipient(), [issuer().certificate], now=NOW)


def self_signed(
    name: str,
    key: Any,
    *extensions: x509.ExtensionType,
    signed_by: Identity | None = None,
    serial_number: int | None = None,
    now: datetime = NOW,
) -> Identity:
    """A certificate as others make them, for a year from ``now``, by default self-signed; the name may be empty."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if name else [])
    signing_key = signed_by.key if signed_by else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signed_by.certificate.subject if signed_by else subject)
        .public_key(key.public_key())
        .serial_number(serial_number or x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    digest = None if isinstance(signing_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Identity(builder.sign(signing_key, digest), key)


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key that no identity has; ``number`` tells several apart."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def flipped(content: bytes, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def unnoticed(content: bytes, bits: Iterable[int], use: Callable[[bytes], object]) -> Iterator[int]:
    """The bits whose flip does not make ``use`` refuse with a sentence; any other exception is let through."""
    for bit in bits:
        try:
            use(flipped(content, bit))
        except sealing.SealError as refusal:
            if str(refusal):
                continue
        yield bit
