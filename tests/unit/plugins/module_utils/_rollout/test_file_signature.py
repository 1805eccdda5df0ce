# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A signature beside a file stands for one signer and one content, and openssl finds it good."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import file_signature
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import (
    NOW,
    elliptic,
    issuer,
    recipient,
    self_signed,
)
from cryptography.hazmat.primitives.asymmetric import ed25519

CONTENT = b"<html>accepted</html>"


def test_it_stands_for_this_signer_and_this_content() -> None:
    message = file_signature.sign(CONTENT, elliptic())
    assert file_signature.stands(message, CONTENT, elliptic())
    assert not file_signature.stands(message, CONTENT + b" ", elliptic())
    assert not file_signature.stands(message, CONTENT, issuer())
    assert not file_signature.stands(b"", CONTENT, elliptic())
    assert not file_signature.stands(message[:-1], CONTENT, elliptic())


def test_openssl_finds_it_good(tmp_path: Path) -> None:
    report, beside = tmp_path / "report.html", tmp_path / "report.html.p7s"
    report.write_bytes(CONTENT)
    beside.write_bytes(file_signature.sign(CONTENT, elliptic()))
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-binary", "-noverify", "-in", str(beside)]
    done = subprocess.run([*command, "-content", str(report)], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == CONTENT


def test_who_may_sign_and_when() -> None:
    file_signature.require_signer(issuer(), NOW)
    with pytest.raises(SealError, match=r"^nothing can be signed: .*Head office"):
        file_signature.require_signer(recipient(), NOW)
    with pytest.raises(SealError, match=r"^nothing can be signed: .*Issuer"):
        file_signature.require_signer(issuer(), NOW + timedelta(days=366))


def test_a_key_of_a_kind_that_nobody_here_signs_with() -> None:
    odd = self_signed("Odd", ed25519.Ed25519PrivateKey.generate())
    message = file_signature.sign(CONTENT, elliptic())
    assert not file_signature.stands(message, CONTENT, odd)
