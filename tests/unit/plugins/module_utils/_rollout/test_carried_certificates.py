# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates may go into a package, and what is said of those in one."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import carried_certificates
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.carried_certificates import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import authority_samples as pki
from cryptography.hazmat.primitives.serialization import pkcs12

ROOT = pki.certificate("Corp Root")
ISSUING = pki.certificate("Corp Issuing", "Corp Root")


def test_ca_certificates_are_read_from_pem_and_der() -> None:
    assert carried_certificates.load_authorities(pki.pem(ROOT, ISSUING), "bundle.pem") == [ROOT, ISSUING]
    assert carried_certificates.load_authorities(pki.der(ROOT), "root.crt") == [ROOT]
    assert [carried_certificates.is_root(one) for one in (ROOT, ISSUING)] == [True, False]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (pki.pem(ROOT).replace(b"M", b"!", 1), "root.pem holds no certificate that can be read"),
        (pki.pem(ROOT)[:200], "root.pem holds no certificate that can be read"),
        (b"", "root.pem holds no certificate that can be read"),
        (pki.der(ROOT)[:-1], "root.pem holds no certificate that can be read"),
        (pki.damaged(ROOT), "root.pem: the certificate CN=Corp Root,O=Corp .* is damaged, its own signature is wrong"),
        (
            pki.pem(ROOT, pki.certificate("Web server", "Corp Root", ca=False)),
            "root.pem: the certificate CN=Web server,O=Corp .* is not that of a CA",
        ),
    ],
)
def test_others_are_refused_by_name(content: bytes, refusal: str) -> None:
    with pytest.raises(SealError, match=refusal):
        carried_certificates.load_authorities(content, "root.pem")


def test_expired_is_told() -> None:
    assert carried_certificates.validity_fault(ROOT, pki.NOW) is None
    assert "CN=Old Root,O=Corp" in str(carried_certificates.validity_fault(pki.expired(), pki.NOW))


def test_client_certificate_loses_its_passphrase_and_openssl_opens_it(tmp_path: Path) -> None:
    opened = carried_certificates.load_client_certificate(pki.client("PC"), pki.PASSPHRASE, "pc.p12", pki.NOW)
    key, certificate, others = pkcs12.load_key_and_certificates(opened, None)
    assert key is not None
    assert key.private_numbers() == pki.key("PC").private_numbers()  # type: ignore[union-attr]
    assert certificate == pki.client_certificate("PC")
    assert others == []
    file = tmp_path / "open.p12"
    file.write_bytes(opened)
    command = ["openssl", "pkcs12", "-in", str(file), "-passin", "pass:", "-noenc"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert "BEGIN PRIVATE KEY" in shown
    assert "CN = PC" in shown


@pytest.mark.parametrize(
    ("content", "passphrase", "refusal"),
    [
        (pki.client("PC", with_key=False), pki.PASSPHRASE, "pc.p12 holds no private key"),
        (pki.client("PC"), "Other-8-passphrase", "pc.p12 cannot be read as PKCS #12: the passphrase is wrong"),
        (pki.client("PC"), None, "pc.p12 cannot be read as PKCS #12: it wants a passphrase"),
        (pki.client("PC")[:-9], pki.PASSPHRASE, "or the file is damaged"),
        (pki.pem(ROOT), None, "pc.p12 is no PKCS #12 file"),
        (
            pki.client("Gone", expires=pki.NOW - timedelta(days=1)),
            pki.PASSPHRASE,
            "pc.p12: the certificate CN=Gone,O=Corp .* expired at",
        ),
    ],
)
def test_client_certificate_is_refused_by_name(content: bytes, passphrase: str | None, refusal: str) -> None:
    with pytest.raises(SealError, match=refusal) as caught:
        carried_certificates.load_client_certificate(content, passphrase, "pc.p12", pki.NOW)
    assert str(passphrase) not in str(caught.value)


def test_certificate_in_words() -> None:
    assert carried_certificates.describe(pki.der(ISSUING)) == {
        "subject": "CN=Corp Issuing,O=Corp",
        "issuer": "CN=Corp Root,O=Corp",
        "not_after": f"{pki.NOW + pki.YEAR:%Y-%m-%dT%H:%M:%SZ}",
        "sha256": pki.fingerprint(ISSUING),
    }


def test_what_cannot_be_read_has_a_fingerprint_still() -> None:
    said = carried_certificates.describe(b"")
    assert (said["subject"], said["issuer"], said["not_after"]) == (None, None, None)
    assert said["sha256"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_certificate_of_a_key_in_words() -> None:
    said = carried_certificates.describe_client_certificate(pki.client("PC", passphrase=None))
    assert said is not None
    assert said["sha256"] == pki.fingerprint(pki.client_certificate("PC"))
    assert carried_certificates.describe_client_certificate(pki.client("PC")) is None
    assert carried_certificates.describe_client_certificate(b"no PKCS #12") is None
