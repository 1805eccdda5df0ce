# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Identities: made, written, and read in every form that teams have them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import (
    Identity,
    Purpose,
    SealError,
    certificate_to_pem,
    load_certificates,
    load_identity,
    make_identity,
    purpose_fault,
    to_pem,
    to_pkcs12,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    NOW,
    elliptic,
    issuer,
    recipient,
    self_signed,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs12

PASSPHRASE = "kV7-mQ2_zT9+wR4"
DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM
UNENCRYPTED = serialization.NoEncryption()


def key_alone(identity: Identity, passphrase: str | None = None, form: str = "PKCS8") -> bytes:
    encryption = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else UNENCRYPTED
    return identity.key.private_bytes(PEM, getattr(serialization.PrivateFormat, form), encryption)


def secret_of(identity: Identity) -> bytes:
    return key_alone(identity)


class TestMaking:
    def test_its_certificate(self) -> None:
        certificate = make_identity("Zürich issuer", Purpose.ISSUER, days=30, now=NOW).certificate
        assert certificate.subject.rfc4514_string() == "CN=Zürich issuer"
        assert certificate.public_key().key_size == 3072  # type: ignore[union-attr]
        assert certificate.not_valid_before_utc == NOW - timedelta(days=1)
        assert certificate.not_valid_after_utc == NOW + timedelta(days=30)
        assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
        certificate.verify_directly_issued_by(certificate)
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca

    def test_one_duty(self) -> None:
        for identity, purpose, other in (
            (issuer(), Purpose.ISSUER, Purpose.RECIPIENT),
            (recipient(), Purpose.RECIPIENT, Purpose.ISSUER),
        ):
            assert purpose_fault(identity.certificate, purpose) is None
            assert purpose_fault(identity.certificate, other) is not None
            usage = identity.certificate.extensions.get_extension_for_class(x509.KeyUsage)
            assert usage.critical
            assert usage.value.digital_signature is (purpose is Purpose.ISSUER)
            assert usage.value.key_encipherment is (purpose is Purpose.RECIPIENT)

    def test_an_existing_certificate_without_key_usage_does_both(self) -> None:
        for purpose in Purpose:
            assert purpose_fault(self_signed("Old", issuer().key).certificate, purpose) is None

    @pytest.mark.parametrize("name", ["", " x", "x" * 65, "x\ny"])
    def test_a_name_that_is_none(self, name: str) -> None:
        with pytest.raises(SealError, match="wants 1 to 64 printable characters"):
            make_identity(name, Purpose.ISSUER, days=1, now=NOW)

    @pytest.mark.parametrize("days", [0, -1, 10**7, 10**12])
    def test_days_that_cannot_be(self, days: int) -> None:
        with pytest.raises(SealError, match=f"cannot be valid for {days} days"):
            make_identity("Issuer", Purpose.ISSUER, days=days, now=NOW)

    def test_no_key_in_its_representation(self) -> None:
        assert "key" not in repr(issuer())


class TestWriting:
    @pytest.mark.parametrize("write", [to_pem, to_pkcs12])
    def test_there_and_back(self, write: Callable[[Identity, str], bytes]) -> None:
        content = write(recipient(), PASSPHRASE)
        identity = load_identity(content, PASSPHRASE, "identity")
        assert identity.fingerprint == recipient().fingerprint
        assert secret_of(identity) == secret_of(recipient())

    @pytest.mark.parametrize("write", [to_pem, to_pkcs12])
    @pytest.mark.parametrize(
        ("passphrase", "sentence"),
        [("x" * 11, "fewer than 12"), ("grüße an alle", "printable ASCII"), ("with a\nline end", "printable ASCII")],
    )
    def test_a_passphrase_that_will_not_do(
        self, write: Callable[[Identity, str], bytes], passphrase: str, sentence: str
    ) -> None:
        with pytest.raises(SealError, match=sentence) as refusal:
            write(recipient(), passphrase)
        assert passphrase not in str(refusal.value)

    def test_pem_is_never_written_in_the_clear(self) -> None:
        content = to_pem(recipient(), PASSPHRASE)
        assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert content.count(b"PRIVATE KEY") == 2


class TestReading:
    @pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
    @pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
    @pytest.mark.parametrize("of", [recipient, elliptic], ids=["RSA", "P-256"])
    def test_a_key_and_its_certificate_beside_it(
        self, form: str, passphrase: str | None, of: Callable[[], Identity]
    ) -> None:
        content = key_alone(of(), passphrase, form)
        for encoding in (PEM, DER):
            certificate = of().certificate.public_bytes(encoding)
            identity = load_identity(content, passphrase, "key", certificate)
            assert identity.certificate == of().certificate

    def test_a_passphrase_for_a_key_that_needs_none(self) -> None:
        content = key_alone(recipient()) + certificate_to_pem(recipient().certificate)
        assert load_identity(content, PASSPHRASE, "key").fingerprint == recipient().fingerprint

    def test_the_keys_own_certificate_among_others(self) -> None:
        others = certificate_to_pem(issuer().certificate)
        content = others + key_alone(recipient()).replace(b"\n", b"\r\n") + certificate_to_pem(recipient().certificate)
        assert load_identity(content, None, "chain").fingerprint == recipient().fingerprint
        authorities = [issuer().certificate]
        store = pkcs12.serialize_key_and_certificates(
            b"x", recipient().key, recipient().certificate, authorities, UNENCRYPTED
        )
        assert load_identity(store, None, "store").fingerprint == recipient().fingerprint

    @pytest.mark.parametrize(
        "content",
        [to_pem(recipient(), PASSPHRASE), to_pkcs12(recipient(), PASSPHRASE), key_alone(recipient(), PASSPHRASE)],
        ids=["PEM", "PKCS12", "key alone"],
    )
    def test_a_wrong_passphrase(self, content: bytes) -> None:
        certificate = certificate_to_pem(recipient().certificate)
        with pytest.raises(SealError, match=r"etc/key.*the passphrase is wrong, or .*check both") as refusal:
            load_identity(content, "not this one either", "/etc/key", certificate)
        assert "not this one" not in str(refusal.value)
        # Nor does what is chained to it speak of what it was given.
        assert refusal.value.__cause__ is None
        with pytest.raises(SealError, match=r"/etc/key (is encrypted; give its|cannot .*: it wants a) passphrase"):
            load_identity(content, None, "/etc/key", certificate)

    @pytest.mark.parametrize("content", [b"", b"junk", b"0\x03\x02\x01\x00", b"\x30", b"-----BEGIN PRIVATE KEY-----\n"])
    def test_what_is_no_identity(self, content: bytes) -> None:
        with pytest.raises(SealError, match="/etc/key "):
            load_identity(content, PASSPHRASE, "/etc/key")

    def test_a_damaged_key(self) -> None:
        lines = key_alone(recipient()).splitlines(keepends=True)
        with pytest.raises(SealError, match="the key in /etc/key cannot be read: the file is damaged"):
            load_identity(b"".join([*lines[:5], *lines[7:]]), None, "/etc/key")

    def test_two_keys(self) -> None:
        with pytest.raises(SealError, match="holds 2 private keys instead of one"):
            load_identity(key_alone(recipient()) + key_alone(issuer()), None, "/etc/key")

    def test_a_key_without_its_certificate(self) -> None:
        for content, certificate in (
            (key_alone(recipient()), None),
            (key_alone(recipient()), certificate_to_pem(issuer().certificate)),
            (key_alone(recipient()) + certificate_to_pem(issuer().certificate), None),
        ):
            with pytest.raises(SealError, match="/etc/key comes without the certificate of its key"):
                load_identity(content, None, "/etc/key", certificate)

    def test_a_store_without_a_key(self) -> None:
        entry = pkcs12.PKCS12Certificate(recipient().certificate, None)
        store = pkcs12.serialize_java_truststore([entry], UNENCRYPTED)
        with pytest.raises(SealError, match="holds no private key"):
            load_identity(store, None, "/etc/key")

    def test_another_kind_of_key(self) -> None:
        odd = self_signed("Odd", ed25519.Ed25519PrivateKey.generate())
        with pytest.raises(SealError, match="is of a kind that seals nothing; use an RSA key"):
            load_identity(key_alone(odd), None, "/etc/key", certificate_to_pem(odd.certificate))

    def test_a_vault_that_nobody_opened(self) -> None:
        with pytest.raises(SealError, match="still encrypted with ansible-vault"):
            load_identity(b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", PASSPHRASE, "/etc/key")


class TestCertificates:
    def test_many_in_pem_and_one_in_der(self) -> None:
        both = [issuer().certificate, recipient().certificate]
        assert load_certificates(b"".join(map(certificate_to_pem, both)), "trusted.pem") == both
        assert load_certificates(both[0].public_bytes(DER), "trusted.der") == both[:1]

    @pytest.mark.parametrize("content", [b"", b"junk", b"0\x00", certificate_to_pem(issuer().certificate)[:300]])
    def test_none(self, content: bytes) -> None:
        with pytest.raises(SealError, match=r"/etc/trusted\.pem holds no certificate that can be read"):
            load_certificates(content, "/etc/trusted.pem")

    def test_one_whose_extensions_make_no_sense(self) -> None:
        nonsense = x509.UnrecognizedExtension(x509.KeyUsage.oid, b"\x00")
        certificate = self_signed("Odd", issuer().key, nonsense).certificate
        with pytest.raises(SealError, match="holds no certificate that can be read"):
            load_certificates(certificate_to_pem(certificate), "/etc/trusted.pem")
