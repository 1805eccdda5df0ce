# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without the libraries behind sealed packages all else still runs, and one sentence says what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

ROOM = "ansible_collections.adops.offline_join.plugins.module_utils._rollout"
# An entry of None makes an import fail as if the library were not installed.
WITHOUT = """
import sys
{preparation}
from {room} import carried_certificates, sealing
print(sealing.missing()[0])
print(carried_certificates.describe(b"0")["subject"], carried_certificates.describe_client_certificate(b"0"))
print(sealing.missing()[1], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("preparation", "lacking", "reason"),
    [
        ("sys.modules['cryptography'] = None", "cryptography>=45", "import of cryptography halted"),
        (
            "from cryptography.hazmat.primitives.serialization import pkcs7\n"
            "del pkcs7.PKCS7EnvelopeBuilder.set_content_encryption_algorithm",
            "cryptography>=45",
            "this cryptography cannot make AES-256 envelopes",
        ),
        ("sys.modules['asn1crypto'] = None", "asn1crypto>=1.5.1", "import of asn1crypto halted"),
    ],
    ids=["no cryptography", "an old cryptography", "no asn1crypto"],
)
def test_what_is_missing_is_named(preparation: str, lacking: str, reason: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(preparation=preparation, room=ROOM)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == f"{lacking}\nNone None\n", done.stderr
    assert reason in done.stderr
