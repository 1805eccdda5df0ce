# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages: who can open them, what is refused with which sentence, and what may be sealed at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import (
    armour,
    canonical,
    envelope,
    signature,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing.content import Content
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Machine, check
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import (
    SealError,
    addressees,
    is_sealed,
    open_sealed,
    seal,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    CLAIMS,
    NOW,
    PACKAGE,
    elliptic,
    issuer,
    open_it,
    recipient,
    rsa_key,
    sealed,
    self_signed,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = timedelta(days=1)
ISSUERS = [issuer().certificate]


def seal_it(signer: Identity, *recipients: Identity, allow: bool = False) -> bytes:
    certificates = [identity.certificate for identity in recipients]
    return seal(PACKAGE, CLAIMS, signer, certificates, now=NOW, allow_issuer_as_recipient=allow)


def reseal(content: bytes, *recipients: Identity, signer: Identity | None = None) -> bytes:
    """What a forger with the same tools could make of some content."""
    signer = signer or issuer()
    signed = signature.sign(content, signer.certificate, signer.key)
    return armour.wrap(envelope.encrypt(signed, [identity.certificate for identity in recipients]))


def key_usage(duty: str) -> x509.KeyUsage:
    """Good for one duty."""
    duties = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name == duty for name in duties})


class TestRoundTrip:
    def test_there_and_back(self) -> None:
        opened = open_it(sealed())
        assert (opened.package, opened.claims) == (PACKAGE, CLAIMS)
        assert opened.issuer == issuer().certificate
        assert opened.issuer_fingerprint == issuer().fingerprint

    @settings(max_examples=15)
    @given(st.binary(max_size=5000))
    def test_any_package(self, package: bytes) -> None:
        claims = dataclasses.replace(CLAIMS, package_sha256=hashlib.sha256(package).hexdigest())
        content = seal(package, claims, issuer(), [recipient().certificate], now=NOW)
        assert open_it(content).package == package

    def test_the_largest_package(self) -> None:
        package = b"\r\n\x00." * (sealing.LARGEST_PACKAGE // 4)
        claims = dataclasses.replace(CLAIMS, package_sha256=hashlib.sha256(package).hexdigest())
        content = seal(package, claims, issuer(), [recipient().certificate], now=NOW)
        assert len(content) <= sealing.LARGEST
        assert open_it(content).package == package

    def test_several_recipients(self) -> None:
        team = [recipient("Head office"), recipient("Site laptop"), recipient("Engineer")]
        content = seal_it(issuer(), *team)
        for identity in team:
            assert open_sealed(content, identity, ISSUERS, now=NOW).package == PACKAGE
        assert sorted(line.partition(",")[0] for line in addressees(content)) == [
            "Common Name: Engineer",
            "Common Name: Head office",
            "Common Name: Site laptop",
        ]

    def test_a_recipient_named_twice_counts_once(self) -> None:
        content = seal_it(issuer(), recipient(), recipient())
        assert len(addressees(content)) == 1
        assert open_it(content).package == PACKAGE

    def test_an_elliptic_issuer(self) -> None:
        content = seal_it(elliptic(), recipient())
        assert open_sealed(content, recipient(), [elliptic().certificate], now=NOW).package == PACKAGE

    def test_nothing_is_readable(self) -> None:
        """Neither the package nor its claims, and no representation of what was opened shows the package."""
        inside = [PACKAGE, CLAIMS.machine.encode(), b"PF3XK0Q1", b"corp.example"]
        closed = armour.unwrap(sealed())
        assert not [part for part in inside if part in closed or part in sealed()]
        opened = open_it(sealed())
        assert "password" not in repr(opened).replace("password_last_set", "")
        assert repr(PACKAGE) not in repr(opened)

    def test_every_seal_is_another(self) -> None:
        assert seal_it(issuer(), recipient()) != sealed()

    def test_a_plain_package_is_not_sealed(self) -> None:
        assert is_sealed(sealed())
        assert not is_sealed(PACKAGE)


class TestRefusals:
    """One sentence each, before anything is used; a second use is the ledger's to refuse."""

    def test_another_machine(self) -> None:
        refusal = check(open_it(sealed()).claims, Machine("BER-PC-002"), NOW)
        assert refusal is not None
        assert refusal.startswith("the sealed package is for the machine BER-PC-001, not for BER-PC-002; ")

    def test_another_serial_number(self) -> None:
        refusal = check(open_it(sealed()).claims, Machine("BER-PC-001", serial_number="PF9ZZZZ9"), NOW)
        assert refusal is not None
        assert "is for the serial number PF3XK0Q1, but the machine has PF9ZZZZ9; " in refusal

    def test_expired(self) -> None:
        later = CLAIMS.expires + DAY
        opened = open_sealed(sealed(), recipient(), ISSUERS, now=later)
        refusal = check(opened.claims, Machine("BER-PC-001"), later)
        assert refusal is not None
        assert "expired at 2026-12-21T12:00:00Z, and it is 2026-12-22T12:00:00Z; issue a new package" in refusal

    def test_without_the_key(self) -> None:
        with pytest.raises(SealError) as refusal:
            open_sealed(sealed(), recipient("Engineer"), ISSUERS, now=NOW)
        sentence = str(refusal.value)
        assert sentence.startswith("the sealed package cannot be opened with the key of CN=Engineer (SHA-256 ")
        assert "it is sealed for Common Name: Head office, serial number " in sentence
        assert sentence.endswith("use the key of one of them, or have it sealed for this one, too")

    def test_signed_by_a_stranger(self) -> None:
        stranger = issuer("Stranger")
        with pytest.raises(SealError) as refusal:
            open_it(seal_it(stranger, recipient()))
        assert str(refusal.value) == (
            f"the sealed package is signed by a stranger: CN=Stranger with the SHA-256 {stranger.fingerprint} is none "
            "of the 1 trusted issuers; if it is yours, add its certificate to them, otherwise ask who made the file"
        )

    def test_a_stranger_with_the_name_and_serial_number_of_the_issuer(self) -> None:
        forged = self_signed("Issuer", rsa_key(), serial_number=issuer().certificate.serial_number)
        with pytest.raises(SealError, match="signed by a stranger: CN=Issuer with"):
            open_it(seal_it(forged, recipient()))

    def test_the_issuers_certificate_with_another_key(self) -> None:
        with pytest.raises(SealError, match="its signature is wrong"):
            open_it(seal_it(Identity(issuer().certificate, rsa_key()), recipient()))

    def test_a_key_under_the_name_and_serial_number_of_a_recipient(self) -> None:
        forged = self_signed("Head office", rsa_key(), serial_number=recipient().certificate.serial_number)
        with pytest.raises(SealError, match=r"does not open with the key of CN=Head office .*, although it is named"):
            open_sealed(sealed(), forged, ISSUERS, now=NOW)

    def test_put_into_another_envelope(self) -> None:
        """The engineer, who may open it, passes it on as if the issuer had sent it to the site."""
        engineer, site = recipient("Engineer"), recipient("Site laptop")
        closed = armour.unwrap(seal_it(issuer(), engineer))
        signed = envelope.decrypt(closed, engineer.certificate, engineer.key)  # type: ignore[arg-type]
        passed_on = armour.wrap(envelope.encrypt(signed, [site.certificate]))
        with pytest.raises(SealError, match="BER-PC-001 lies in another envelope than the issuer made"):
            open_sealed(passed_on, site, ISSUERS, now=NOW)
        widened = armour.wrap(envelope.encrypt(signed, [engineer.certificate, site.certificate]))
        with pytest.raises(SealError, match="in another envelope"):
            open_sealed(widened, engineer, ISSUERS, now=NOW)

    def test_no_trusted_issuers(self) -> None:
        with pytest.raises(SealError, match="no trusted issuer is named"):
            open_sealed(sealed(), recipient(), [], now=NOW)

    def test_an_elliptic_key_opens_nothing(self) -> None:
        with pytest.raises(SealError, match=r"CN=Elliptic .* is no RSA key, and only those open"):
            open_sealed(sealed(), elliptic(), ISSUERS, now=NOW)

    def test_the_issuers_certificate_expired(self) -> None:
        late = NOW + 366 * DAY
        with pytest.raises(SealError, match=r"does not count now: the certificate CN=Issuer .* expired at 2027-11-21"):
            open_sealed(sealed(), recipient(), ISSUERS, now=late)

    def test_a_clock_before_the_issuers_certificate(self) -> None:
        with pytest.raises(SealError, match=r"is not valid before 2026-11-20T12:00:00Z, .*; set the clock"):
            open_sealed(sealed(), recipient(), ISSUERS, now=NOW - 2 * DAY)

    def test_a_trusted_certificate_that_may_not_sign(self) -> None:
        """Sealed with the hands, because ``seal`` refuses it."""
        content = Content(CLAIMS, [recipient().fingerprint], PACKAGE).to_bytes()
        forged = reseal(content, recipient(), signer=recipient("Engineer"))
        with pytest.raises(SealError, match=r"does not count: .* its key usage lacks digitalSignature"):
            open_sealed(forged, recipient(), [recipient("Engineer").certificate], now=NOW)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"format": 2}, "has another format than 1; update the collection"),
            ({"format": True}, "has another format than 1"),
            ({"note": "x"}, "has other fields"),
            ({"recipients": None}, "has other fields"),
            ({"recipients": "0" * 64}, "has other fields"),
            ({"recipients": ["0" * 63]}, "has other fields"),
            ({"recipients": [None]}, "has other fields"),
            ({"package": "%"}, "the package inside is no base64"),
            ({"package": 1}, "the package inside is no base64"),
            ({"claims": {}}, "the claims have a format other than 1"),
        ],
    )
    def test_content_of_another_form(self, fields: dict[str, Any], sentence: str) -> None:
        """Only the issuer could have written it, so it comes from another version of this collection."""
        content = json.loads(Content(CLAIMS, [recipient().fingerprint], PACKAGE).to_bytes())
        with pytest.raises(SealError, match=sentence):
            open_it(reseal(canonical.to_bytes(content | fields), recipient()))

    def test_claims_about_another_package(self) -> None:
        content = Content(CLAIMS, [recipient().fingerprint], PACKAGE + b"!").to_bytes()
        with pytest.raises(SealError, match="the claims for BER-PC-001 are about another package"):
            open_it(reseal(content, recipient()))


class TestAuthority:
    """A trusted CA vouches for certificates that it made for signing documents, and for no others."""

    AUTHORITY = self_signed("CA", rsa_key(1), x509.BasicConstraints(ca=True, path_length=None))

    def open_from(self, signer: Identity, trusted: Identity) -> sealing.Opened:
        return open_sealed(seal_it(signer, recipient()), recipient(), [trusted.certificate], now=NOW)

    @pytest.mark.parametrize("usage", ["1.3.6.1.4.1.311.10.3.12", "1.3.6.1.5.5.7.3.36"])
    def test_its_document_signer(self, usage: str) -> None:
        usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)])
        signer = self_signed("Signer", rsa_key(2), usages, signed_by=self.AUTHORITY)
        assert self.open_from(signer, self.AUTHORITY).issuer == signer.certificate

    @pytest.mark.parametrize("usages", [[], [x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH])]])
    def test_any_machine_of_its_domain(self, usages: list[x509.ExtensionType]) -> None:
        machine = self_signed("BER-PC-009", rsa_key(2), *usages, signed_by=self.AUTHORITY)
        with pytest.raises(SealError, match=r"the trusted CA CN=CA .* did not make for signing documents"):
            self.open_from(machine, self.AUTHORITY)
        assert self.open_from(machine, machine).package == PACKAGE

    def test_no_authority_by_name_only(self) -> None:
        usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")])
        impostor = self_signed("CA", rsa_key(3), x509.BasicConstraints(ca=True, path_length=None))
        signer = self_signed("Signer", rsa_key(2), usages, signed_by=impostor)
        with pytest.raises(SealError, match="signed by a stranger"):
            self.open_from(signer, self.AUTHORITY)

    @pytest.mark.parametrize("extensions", [[], [x509.BasicConstraints(ca=False, path_length=None)]])
    def test_a_trusted_issuer_is_no_authority(self, extensions: list[x509.ExtensionType]) -> None:
        other = self_signed("Other", rsa_key(1), *extensions)
        usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")])
        signer = self_signed("Signer", rsa_key(2), usages, signed_by=other)
        with pytest.raises(SealError, match="signed by a stranger"):
            self.open_from(signer, other)

    def test_a_certificate_of_it_that_cannot_be_read(self) -> None:
        # asn1crypto does not know this one, cryptography does
        nonsense = x509.UnrecognizedExtension(x509.MSCertificateTemplate.oid, b"\x00")
        signer = self_signed("Signer", rsa_key(2), nonsense, signed_by=self.AUTHORITY)
        content = Content(CLAIMS, [recipient().fingerprint], PACKAGE).to_bytes()
        with pytest.raises(SealError, match="no SignedData"):
            open_sealed(reseal(content, recipient(), signer=signer), recipient(), [self.AUTHORITY.certificate], now=NOW)

    def test_an_authority_that_may_not_sign_certificates(self) -> None:
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        authority = self_signed("CA", rsa_key(1), constraints, key_usage("digital_signature"))
        usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")])
        signer = self_signed("Signer", rsa_key(2), usages, signed_by=authority)
        with pytest.raises(SealError, match="signed by a stranger"):
            self.open_from(signer, authority)


class TestSealing:
    def test_nobody(self) -> None:
        with pytest.raises(SealError, match="BER-PC-001: nobody could open the package"):
            seal_it(issuer())

    def test_an_elliptic_recipient(self) -> None:
        with pytest.raises(SealError, match=r"CN=Elliptic .* cannot be a recipient, because it has no RSA key"):
            seal_it(issuer(), recipient(), elliptic())

    def test_a_short_key(self) -> None:
        weak = self_signed("Weak", rsa_key(bits=1024))
        with pytest.raises(SealError, match="has no RSA key of 2048 bits or more"):
            seal_it(issuer(), weak)
        with pytest.raises(SealError, match=r"CN=Weak .* has a key that cannot sign packages"):
            seal_it(weak, recipient())

    @pytest.mark.parametrize(
        "key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())], ids=["Ed25519", "curve"]
    )
    def test_another_kind_of_key(self, key: Any) -> None:
        odd = self_signed("Odd", key)
        with pytest.raises(SealError, match=r"CN=Odd .* has a key that cannot sign packages"):
            seal_it(odd, recipient())
        with pytest.raises(SealError, match=r"CN=Odd .* cannot be a recipient"):
            seal_it(issuer(), odd)

    def test_a_certificate_for_signatures_that_bind(self) -> None:
        """Document signing certificates may have contentCommitment alone."""
        binding = self_signed("Binding", rsa_key(1), key_usage("content_commitment"))
        assert open_sealed(
            seal_it(binding, recipient()), recipient(), [binding.certificate], now=NOW
        ).issuer_fingerprint == (binding.fingerprint)

    def test_a_certificate_without_a_name(self) -> None:
        nameless = self_signed("", rsa_key(1))
        with pytest.raises(SealError, match="by a stranger: a nameless certificate with the SHA-256"):
            open_it(seal_it(nameless, recipient()))
        with pytest.raises(SealError, match=r"with the key of nameless \(SHA-256"):
            open_sealed(sealed(), nameless, ISSUERS, now=NOW)

    def test_the_wrong_duty(self) -> None:
        with pytest.raises(SealError, match="its key usage lacks keyEncipherment; use the certificate of a recipient"):
            seal_it(issuer(), issuer("Other"))
        with pytest.raises(SealError, match="its key usage lacks digitalSignature; use the certificate of an issuer"):
            seal_it(recipient("Engineer"), recipient())

    def test_an_issuer_who_is_a_recipient(self) -> None:
        """Also under two certificates: it is the key that counts."""
        one, other = self_signed("One", rsa_key()), self_signed("Other", rsa_key())
        for twin in (one, other):
            with pytest.raises(SealError, match=r"issuer's key is also that of the recipient CN=.*; make separate"):
                seal_it(one, recipient(), twin)
            content = seal_it(one, recipient(), twin, allow=True)
            assert open_sealed(content, twin, [one.certificate], now=NOW).package == PACKAGE

    def test_expired_certificates(self) -> None:
        later = NOW + 366 * DAY
        claims = dataclasses.replace(CLAIMS, issued=later - DAY, expires=later + DAY)
        current = self_signed("Issuer", rsa_key(), now=later)
        with pytest.raises(SealError, match=r"cannot be sealed: .* CN=Head office .* expired at 2027-11-21"):
            seal(PACKAGE, claims, current, [recipient().certificate], now=later)
        with pytest.raises(SealError, match=r"cannot be signed: the certificate CN=Issuer .* expired at 2027-11-21"):
            seal(PACKAGE, claims, issuer(), [recipient().certificate], now=later)

    def test_an_issuer_who_ends_before_the_package(self) -> None:
        claims = dataclasses.replace(CLAIMS, expires=NOW + 400 * DAY)
        with pytest.raises(SealError, match=r"expires on 2027-11-21, before the package does \(2027-12-26\)"):
            seal(PACKAGE, claims, issuer(), [recipient().certificate], now=NOW)

    def test_claims_that_do_not_fit(self) -> None:
        certificates = [recipient().certificate]
        with pytest.raises(SealError, match="BER-PC-001: the claims are about another package"):
            seal(PACKAGE + b"!", CLAIMS, issuer(), certificates, now=NOW)
        with pytest.raises(SealError, match="at most 4194304 bytes"):
            seal(bytes(sealing.LARGEST_PACKAGE + 1), CLAIMS, issuer(), certificates, now=NOW)
        with pytest.raises(SealError, match="expired at"):
            seal(PACKAGE, CLAIMS, issuer(), certificates, now=CLAIMS.expires)
        with pytest.raises(SealError, match="this clock is wrong"):
            seal(PACKAGE, CLAIMS, issuer(), certificates, now=CLAIMS.issued - DAY)
