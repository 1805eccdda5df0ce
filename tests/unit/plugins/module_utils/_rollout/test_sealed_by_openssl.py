# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSL as the independent reader: it opens the file as it is, and verifies what is inside."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import identities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout._sealing import envelope
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import Identity
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError, seal
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    CLAIMS,
    NOW,
    PACKAGE,
    elliptic,
    issuer,
    recipient,
)

PASSPHRASE = "kV7-mQ2_zT9+wR4"


def openssl(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], check=False, capture_output=True, text=True, timeout=30)


def opened(directory: Path, sealed: bytes, identity: Identity) -> subprocess.CompletedProcess[str]:
    """Decrypt into ``directory``/signed.der with the identity as we write it to disk."""
    (directory / "sealed").write_bytes(sealed)
    (directory / "key.pem").write_bytes(identities.to_pem(identity, PASSPHRASE))
    return openssl(
        *("cms", "-decrypt", "-inform", "PEM", "-binary", "-in", directory / "sealed"),
        *("-inkey", directory / "key.pem", "-passin", f"pass:{PASSPHRASE}", "-recip", directory / "key.pem"),
        *("-out", directory / "signed.der"),
    )


def verified(directory: Path, trusted: Identity) -> subprocess.CompletedProcess[str]:
    (directory / "trusted.pem").write_bytes(identities.certificate_to_pem(trusted.certificate))
    return openssl(
        *("cms", "-verify", "-inform", "DER", "-binary", "-in", directory / "signed.der"),
        *("-CAfile", directory / "trusted.pem", "-attime", str(int(NOW.timestamp())), "-out", directory / "content"),
    )


@pytest.mark.parametrize("signer", [issuer, elliptic], ids=["RSA", "P-256"])
@pytest.mark.parametrize("name", ["Head office", "Engineer"])
def test_both_layers(tmp_path: Path, signer: Callable[[], Identity], name: str) -> None:
    recipients = [recipient("Head office").certificate, recipient("Engineer").certificate]
    sealed = seal(PACKAGE, CLAIMS, signer(), recipients, now=NOW)
    done = opened(tmp_path, sealed, recipient(name))
    assert done.returncode == 0, done.stderr
    done = verified(tmp_path, signer())
    assert done.returncode == 0, done.stderr
    content = json.loads((tmp_path / "content").read_bytes())
    assert base64.b64decode(content["package"]) == PACKAGE
    assert content["claims"]["machine"] == CLAIMS.machine


def test_it_is_aes_256_with_rsa_key_transport(tmp_path: Path) -> None:
    (tmp_path / "sealed").write_bytes(seal(PACKAGE, CLAIMS, issuer(), [recipient().certificate], now=NOW))
    printed = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "PEM", "-in", tmp_path / "sealed").stdout
    assert "aes-256-cbc" in printed
    assert "rsaEncryption" in printed


def test_openssl_refuses_others_too(tmp_path: Path) -> None:
    """Or it would be no witness."""
    sealed = seal(PACKAGE, CLAIMS, issuer(), [recipient().certificate], now=NOW)
    assert opened(tmp_path, sealed, recipient("Engineer")).returncode != 0
    assert opened(tmp_path, sealed, recipient()).returncode == 0
    assert verified(tmp_path, issuer("Stranger")).returncode != 0
    assert verified(tmp_path, issuer()).returncode == 0


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ("-keyid -recip recipient.pem", "version.*"),
        ("-recip recipient.pem -keyopt rsa_padding_mode:oaep", "key encryption algorithm"),
        ("-pwri_password secret", "version"),
    ],
    ids=["key identifier", "OAEP", "password"],
)
def test_other_kinds_of_envelopes_are_refused(tmp_path: Path, options: str, part: str) -> None:
    """Legal CMS by another program; one spelling is taken, and it is ours."""
    (tmp_path / "recipient.pem").write_bytes(identities.certificate_to_pem(recipient().certificate))
    subprocess.run(
        ["openssl", *"cms -encrypt -aes256 -outform DER -in recipient.pem -out envelope".split(), *options.split()],
        cwd=tmp_path,
        check=True,
        timeout=30,
    )
    with pytest.raises(SealError, match=rf"the envelope .*\({part}\)"):
        envelope.addressees((tmp_path / "envelope").read_bytes())


def test_it_reads_our_pkcs12(tmp_path: Path) -> None:
    (tmp_path / "identity.p12").write_bytes(identities.to_pkcs12(recipient(), PASSPHRASE))
    read = ("pkcs12", "-in", tmp_path / "identity.p12", "-noenc")
    done = openssl(*read, "-info", "-passin", f"pass:{PASSPHRASE}")
    assert "BEGIN PRIVATE KEY" in done.stdout
    assert "PBES2, PBKDF2, AES-256-CBC" in done.stderr
    assert "PRF hmacWithSHA256" in done.stderr
    assert openssl(*read, "-passin", "pass:another one").returncode != 0
