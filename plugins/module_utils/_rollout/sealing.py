# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages: signed by the issuer, readable by the recipients alone, and any changed bit noticed.

A sealed package is four layers, from the outside:

1. text that names its kind and the SHA-256 of what follows (``_sealing.armour``);
2. a CMS EnvelopedData to one or more RSA certificates (``_sealing.envelope``);
3. a CMS SignedData with the issuer's certificate (``_sealing.signature``);
4. claims, recipients and package as canonical JSON (``_sealing.content``).

A signature alone does not notice every bit: the envelope around it is unauthenticated CBC, and the certificate and
the algorithm names beside it are not signed. So each layer is accepted in one spelling only: the text must be what
would be written again; both CMS messages must be DER, with nothing optional in them and every algorithm pinned; the
certificate must be that of a trusted issuer, or be signed by a trusted CA. What remains is the encrypted key of
*another* recipient, which this one cannot check: accidents there are found by the SHA-256, and on purpose it only
locks that recipient out. Claims, package and list of recipients cannot be changed by anybody but the issuer.

Every call wants the time from its caller, who knows which clock to believe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ._sealing import armour, envelope, signature, trust
from ._sealing.armour import LARGEST, is_sealed
from ._sealing.certificates import (
    encryption_fault,
    fingerprint,
    public_key,
    shown,
    signing_fault,
    validity_fault,
)
from ._sealing.content import Content
from ._sealing.errors import SealError
from ._sealing.libraries import missing, rsa, x509
from .claims import Claims, check_time
from .identities import Identity

__all__ = [
    "LARGEST",
    "LARGEST_PACKAGE",
    "Opened",
    "SealError",
    "addressees",
    "is_sealed",
    "missing",
    "open_sealed",
    "seal",
    "x509",
]

LARGEST_PACKAGE = 4 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Opened:
    """What a trusted issuer sealed. Whether it may be used now, for this machine, is ``claims.check``'s to say."""

    claims: Claims
    issuer: x509.Certificate
    package: bytes = field(repr=False)

    @property
    def issuer_fingerprint(self) -> str:
        return fingerprint(self.issuer)


def seal(
    package: bytes,
    claims: Claims,
    issuer: Identity,
    recipients: Sequence[x509.Certificate],
    *,
    now: datetime,
    allow_issuer_as_recipient: bool = False,
) -> bytes:
    """A sealed package as the content of its file.

    ``allow_issuer_as_recipient`` is for those who know that one stolen key then reads and forges at once.

    :raises SealError: the claims do not fit, or a certificate must not be used for this
    """
    recipients = list({fingerprint(certificate): certificate for certificate in recipients}.values())
    _require_claims(package, claims, now)
    _require_issuer(claims, issuer.certificate, now)
    _require_recipients(claims, recipients, now)
    if not allow_issuer_as_recipient:
        for recipient in recipients:
            if public_key(recipient) == public_key(issuer.certificate):
                raise SealError(
                    f"{claims.machine}: the issuer's key is also that of the recipient {shown(recipient)}, so whoever "
                    "can open packages could issue them; make separate identities, or allow it by name"
                )
    content = Content(claims, [fingerprint(certificate) for certificate in recipients], package)
    signed = signature.sign(content.to_bytes(), issuer.certificate, issuer.key)
    return armour.wrap(envelope.encrypt(signed, recipients))


def open_sealed(
    sealed: bytes, recipient: Identity, trusted_issuers: Sequence[x509.Certificate], *, now: datetime
) -> Opened:
    """Open with one recipient's key, and believe nothing that no trusted issuer signed.

    ``trusted_issuers`` are certificates of issuers, or of CAs whose document signing certificates may issue.

    :raises SealError: it was changed, is for others, or comes from a stranger
    """
    if not trusted_issuers:
        raise SealError("no trusted issuer is named, so no signature can count; name the issuers' certificates")
    if not isinstance(recipient.key, rsa.RSAPrivateKey):
        raise SealError(
            f"the key of {shown(recipient.certificate)} is no RSA key, and only those open sealed packages; "
            "use the key of a recipient"
        )
    closed = armour.unwrap(sealed)
    signed = signature.verify(envelope.decrypt(closed, recipient.certificate, recipient.key))
    trust.require_trusted(signed.signer, trusted_issuers, now)
    content = Content.from_bytes(signed.content)
    named = recipient.fingerprint in content.recipients
    if not named or len(content.recipients) != len(envelope.addressees(closed)):
        raise SealError(
            f"the sealed package of {content.claims.machine} lies in another envelope than the issuer made, so "
            "somebody opened it and sealed it again; do not use it, revoke it and issue a new one"
        )
    return Opened(content.claims, signed.signer, content.package)


def addressees(sealed: bytes) -> list[str]:
    """Whose keys open it, for people; nobody vouches for it, and no key is needed.

    :raises SealError: it is no sealed package, or it was changed
    """
    return [str(addressee) for addressee in envelope.addressees(armour.unwrap(sealed))]


def _require_claims(package: bytes, claims: Claims, now: datetime) -> None:
    if len(package) > LARGEST_PACKAGE:
        raise SealError(f"{claims.machine}: a package has at most {LARGEST_PACKAGE} bytes; look what this one is")
    if hashlib.sha256(package).hexdigest() != claims.package_sha256:
        raise SealError(f"{claims.machine}: the claims are about another package; take those of its issue record")
    if refusal := check_time(claims, now):
        raise SealError(refusal)


def _require_issuer(claims: Claims, certificate: x509.Certificate, now: datetime) -> None:
    if fault := signing_fault(certificate) or validity_fault(certificate, now):
        raise SealError(f"{claims.machine}: the package cannot be signed: {fault}")
    if certificate.not_valid_after_utc < claims.expires:
        raise SealError(
            f"{claims.machine}: the issuer's certificate {shown(certificate)} expires on "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, before the package does ({claims.expires:%Y-%m-%d}), and "
            "nobody could use it from then on; use a newer certificate or a shorter lifetime"
        )


def _require_recipients(claims: Claims, recipients: Sequence[x509.Certificate], now: datetime) -> None:
    if not recipients:
        raise SealError(f"{claims.machine}: nobody could open the package; name at least one recipient certificate")
    for certificate in recipients:
        if fault := encryption_fault(certificate) or validity_fault(certificate, now):
            raise SealError(f"{claims.machine}: the package cannot be sealed: {fault}")
