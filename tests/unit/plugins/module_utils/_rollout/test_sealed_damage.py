# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any changed bit of a sealed package is noticed, also by who makes the SHA-256 on the file right again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import (
    armour,
    envelope,
    signature,
    trust,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing.content import Content
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError, open_sealed
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    NOW,
    PACKAGE,
    elliptic,
    flipped,
    issuer,
    open_it,
    recipient,
    sealed,
    self_signed,
    unnoticed,
)
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

ISSUERS = [issuer().certificate]


def signed_part() -> bytes:
    """The plaintext inside the envelope."""
    identity = recipient()
    return envelope.decrypt(armour.unwrap(sealed()), identity.certificate, identity.key)  # type: ignore[arg-type]


def read_signed_part(message: bytes) -> Content:
    """What follows after the envelope was opened."""
    signed = signature.verify(message)
    trust.require_trusted(signed.signer, ISSUERS, NOW)
    return Content.from_bytes(signed.content)


def sample(content: bytes, count: int) -> list[int]:
    return random.Random(5).sample(range(len(content) * 8), count)


class TestSingleBits:
    def test_all_bits_of_the_file(self) -> None:
        content = sealed()
        assert list(unnoticed(content, range(len(content) * 8), open_it)) == []

    def test_bits_of_the_envelope_with_its_sha256_put_right(self) -> None:
        closed = armour.unwrap(sealed())
        changed = sample(closed, 2000)
        assert list(unnoticed(closed, changed, lambda damaged: open_it(armour.wrap(damaged)))) == []

    def test_bits_of_the_signed_part_put_into_a_new_envelope(self) -> None:
        message = signed_part()
        assert read_signed_part(message).package == PACKAGE
        assert list(unnoticed(message, sample(message, 2000), read_signed_part)) == []

    def test_the_search_finds_what_is_not_checked(self) -> None:
        """A reader that looks at half of the file misses the bits of the other half."""
        content = sealed()
        half = len(content) // 2

        def careless(damaged: bytes) -> None:
            if damaged[:half] != content[:half]:
                raise SealError("changed")

        assert list(unnoticed(content, [0, 8 * half - 1, 8 * half], careless)) == [8 * half]

    def test_what_one_recipient_cannot_check_only_locks_out_another(self) -> None:
        """On purpose: the encrypted key of another recipient, with the SHA-256 made to fit."""
        one, other = recipient("Head office"), recipient("Engineer")
        certificates = [one.certificate, other.certificate]
        content = sealing.seal(PACKAGE, open_it(sealed()).claims, issuer(), certificates, now=NOW)
        closed = armour.unwrap(content)
        keys = {
            info.chosen["rid"].chosen["issuer"].human_friendly: info.chosen["encrypted_key"].native
            for info in cms.ContentInfo.load(closed)["content"]["recipient_infos"]
        }
        bit = 8 * (closed.index(keys["Common Name: Engineer"]) + 20)
        with pytest.raises(SealError, match="was changed"):
            open_sealed(flipped(content, 8 * 300), one, ISSUERS, now=NOW)
        on_purpose = armour.wrap(flipped(closed, bit))
        assert open_sealed(on_purpose, one, ISSUERS, now=NOW).package == PACKAGE
        with pytest.raises(SealError):
            open_sealed(on_purpose, other, ISSUERS, now=NOW)


class TestFile:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda content: b"", "does not begin as a sealed package does"),
            (lambda content: PACKAGE, "does not begin as a sealed package does"),
            (lambda content: content[:-1], "the file is cut off"),
            (lambda content: content[:500], "the file is cut off"),
            (lambda content: content + b"\n", "the file is cut off, was changed"),
            (lambda content: content.replace(b"\n", b"\r\n"), "the file is cut off, was changed"),
            (lambda content: content.replace(b"package 1", b"package 2"), "has a newer form"),
            (lambda content: content.replace(b"MII", b"MIJ", 1), "its SHA-256 is not the one it says"),
            # the same bytes in other lines
            (lambda content: content.replace(b"MII", b"MII\n", 1), "its SHA-256 is not the one it says"),
            (lambda content: content + b"A" * sealing.LARGEST, "no sealed package is so large"),
        ],
        ids=[
            "empty",
            "a plain package",
            "without its last byte",
            "the first 500 bytes",
            "another line",
            "line ends of Windows",
            "the next version",
            "another envelope",
            "other lines",
            "too large",
        ],
    )
    def test_a_file_that_is_not_as_it_was_written(self, change: Callable[[bytes], bytes], sentence: str) -> None:
        with pytest.raises(SealError, match=sentence):
            open_it(change(sealed()))


def envelope_with(change: Callable[[Any], object]) -> bytes:
    info = cms.ContentInfo.load(armour.unwrap(sealed()))
    change(info["content"])
    return armour.wrap(info.dump(force=True))


def signed_part_with(change: Callable[[Any], object], message: bytes | None = None) -> bytes:
    info = cms.ContentInfo.load(message or signed_part())
    change(info["content"])
    return bytes(info.dump(force=True))


def signed_again(change: Callable[[Any], object]) -> bytes:
    """What the issuer's key would sign if its owner used other software; ``change`` gets the signed attributes."""

    def sign(content: Any) -> None:
        signer = content["signer_infos"][0]
        change({attribute["type"].native: attribute for attribute in signer["signed_attrs"]})
        key = issuer().key
        assert isinstance(key, rsa.RSAPrivateKey)
        attributes = signer["signed_attrs"].untag().dump(force=True)
        signer["signature"] = key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())

    return signed_part_with(sign)


def put(path: list[str | int], value: object) -> Callable[[Any], None]:
    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step].chosen if isinstance(content[step], core.Choice) else content[step]
        content[path[-1]] = value

    return change


class TestStructure:
    """What no signature covers has one possible value."""

    def test_what_the_tests_write_themselves_is_read(self) -> None:
        assert open_it(envelope_with(lambda content: None)).package == PACKAGE
        assert read_signed_part(signed_part_with(lambda content: None)).package == PACKAGE

    @pytest.mark.parametrize(
        ("path", "value", "part"),
        [
            (["version"], "v2", "version"),
            (["unprotected_attrs"], [], "unprotectedAttrs"),
            (["originator_info"], {"certs": []}, "originatorInfo"),
            (["recipient_infos"], [], "no recipients"),
            (["recipient_infos", 0, "version"], "v2", "version of a recipient"),
            (["encrypted_content_info", "content_type"], "signed_data", "content type"),
            (
                ["recipient_infos", 0, "key_encryption_algorithm"],
                {"algorithm": "rsaes_oaep"},
                "key encryption algorithm",
            ),
            (
                ["encrypted_content_info", "content_encryption_algorithm"],
                {"algorithm": "aes128_cbc", "parameters": bytes(16)},
                "content encryption algorithm",
            ),
        ],
    )
    def test_envelope(self, path: list[str | int], value: object, part: str) -> None:
        with pytest.raises(SealError, match=rf"the envelope of the sealed package was changed .*\({part}\)"):
            open_it(envelope_with(put(path, value)))

    @pytest.mark.parametrize(
        ("path", "value", "part"),
        [
            (["version"], "v3", "version"),
            (["crls"], [], "crls"),
            (["digest_algorithms"], [], "no SignedData"),
            (["digest_algorithms", 0], {"algorithm": "sha1"}, "digest algorithm"),
            (["encap_content_info", "content_type"], "1.2.3.4", "content type"),
            (["certificates"], [], "no SignedData"),
            (["signer_infos"], [], "no SignedData"),
            (["signer_infos", 0, "version"], "v3", "version of the signer"),
            (["signer_infos", 0, "unsigned_attrs"], [], "unsigned attributes"),
            (["signer_infos", 0, "digest_algorithm"], {"algorithm": "sha1"}, "digest algorithm of the signer"),
            (["signer_infos", 0, "signature_algorithm"], {"algorithm": "rsassa_pss"}, "signature algorithm"),
            (["signer_infos", 0, "sid", "serial_number"], 1, "another certificate than that of the signer"),
            (
                ["signer_infos", 0, "sid", "issuer"],
                asn1_x509.Name.build({"common_name": "Other"}),
                "another certificate than that of the signer",
            ),
            (["signer_infos", 0, "signed_attrs"], [], "signed attributes"),
            (["encap_content_info", "content"], b"{}", "the digest of its content differs"),
        ],
    )
    def test_signed_part(self, path: list[str | int], value: object, part: str) -> None:
        with pytest.raises(SealError, match=rf"the signed part of the sealed package was changed .*\({part}\)"):
            read_signed_part(signed_part_with(put(path, value)))

    def test_signed_attributes_that_the_issuer_never_writes(self) -> None:
        def other_type(attributes: dict[str, Any]) -> None:
            attributes["content_type"]["values"] = ["1.2.3.4"]

        def two_digests(attributes: dict[str, Any]) -> None:
            digest = attributes["message_digest"]["values"][0].native
            attributes["message_digest"]["values"] = [digest, bytes(32)]

        assert read_signed_part(signed_again(lambda attributes: None)).package == PACKAGE
        with pytest.raises(SealError, match="signed content type"):
            read_signed_part(signed_again(other_type))
        with pytest.raises(SealError, match="signed attributes"):
            read_signed_part(signed_again(two_digests))

    def test_the_algorithm_of_an_elliptic_signer(self) -> None:
        message = signature.sign(b"{}", elliptic().certificate, elliptic().key)
        assert signature.verify(message).content == b"{}"
        other = put(["signer_infos", 0, "signature_algorithm"], {"algorithm": "sha512_ecdsa"})
        with pytest.raises(SealError, match="signature algorithm"):
            signature.verify(signed_part_with(other, message))

    def test_a_signer_with_a_key_of_another_kind(self) -> None:
        odd = self_signed("Odd", ed25519.Ed25519PrivateKey.generate())
        message = signature.sign(b"{}", odd.certificate, elliptic().key)
        with pytest.raises(SealError, match="kind of the signer's key"):
            signature.verify(message)

    def test_two_signers(self) -> None:
        def double(content: Any) -> None:
            content["signer_infos"].append(content["signer_infos"][0].copy())

        with pytest.raises(SealError, match="no SignedData"):
            read_signed_part(signed_part_with(double))

    @pytest.mark.parametrize("layer", [signature.verify, envelope.addressees])
    def test_another_message(self, layer: Callable[[bytes], object]) -> None:
        data = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"x")}).dump()
        with pytest.raises(SealError, match="another kind of CMS message"):
            layer(data)
        for junk in (b"", b"\x30", b"\x30\x80\x00\x00", bytes(100), PACKAGE, b"\x30" * 100_000):
            with pytest.raises(SealError, match="was changed or is not ours"):
                layer(junk)

    def test_ber_is_no_der(self) -> None:
        """A length in one byte more than it needs changes nothing that is read."""
        message = signed_part()
        assert message[:2] == b"\x30\x82"
        longer = b"\x30\x83\x00" + message[2:]
        with pytest.raises(SealError, match="not in DER"):
            signature.verify(longer)
        with pytest.raises(SealError, match="no CMS message"):
            signature.verify(message + b"\x00")
