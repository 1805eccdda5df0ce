# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Samba's ndrdump, a decoder that shares no line with ours, reads and writes again what we write."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    CertificatePart,
    Join2Part,
    PolicyPart,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

# Samba's name of each structure, one of ours, and words that only its content gives.
SAMPLES: dict[str, tuple[str, Any, list[str]]] = {
    "join2": (
        "OP_JOINPROV2_PART",
        samples.JOIN2,
        ["dwFlags                  : 0x00000001 (1)", "'Lyon'", "'BER-PC-001'", "'corp.example'"],
    ),
    "empty join2": ("OP_JOINPROV2_PART", Join2Part(), ["lpSiteName               : NULL"]),
    "join3": ("OP_JOINPROV3_PART", samples.JOIN3, ["(1103)", f"'{samples.ACCOUNT.sid}'"]),
    "policy": (
        "OP_POLICY_PART",
        samples.POLICY,
        ["cElementLists            : 0x00000002", "'DirectAccess'", "(2147483650)", "'Software\\Odd'"],
    ),
    "empty policy": ("OP_POLICY_PART", PolicyPart(element_lists=None), ["pElementLists            : NULL"]),
    "certificates": (
        "OP_CERT_PART",
        samples.CERTIFICATES,
        ["cPfxStores               : 0x00000001", "cSstStores               : 0x00000002", "'Root'", "(131072)"],
    ),
    "certificates without private keys": (
        "OP_CERT_PART",
        dataclasses.replace(samples.CERTIFICATES, pfx_stores=None),
        ["pPfxStores               : NULL", "'Root'"],
    ),
    "empty certificates": (
        "OP_CERT_PART",
        CertificatePart(pfx_stores=(), sst_stores=None),
        ["cPfxStores               : 0x00000000"],
    ),
}


def ndrdump(structure: str, content: bytes, directory: Path) -> str:
    file = directory / "structure.bin"
    file.write_bytes(content)
    done = subprocess.run(
        ["ndrdump", "ODJ", f"{structure}_serialized_ptr", "struct", str(file), "--validate"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SAMPLES)
def test_part_is_understood_and_written_again_byte_for_byte(name: str, tmp_path: Path) -> None:
    structure, value, words = SAMPLES[name]
    shown = ndrdump(structure, samples.encode(value), tmp_path)
    assert "dump OK" in shown
    assert "WARNING" not in shown
    for word in words:
        assert word in shown, shown


def test_it_sees_a_difference(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    content = bytearray(samples.encode(samples.JOIN3))
    content[0x18] ^= 0x10
    assert "WARNING! orig and validated differ at byte 0x18" in ndrdump("OP_JOINPROV3_PART", bytes(content), tmp_path)
