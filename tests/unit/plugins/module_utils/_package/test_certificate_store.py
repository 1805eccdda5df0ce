# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serialized stores against two sources: stores that Wine's crypt32 wrote, and one put together by hand after
MS-OSHARED 2.3.2.5."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.certificate_store import (
    Element,
    Kind,
    read,
    write,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError

DATA = Path(__file__).with_name("data")
PLAIN = base64.b64decode((DATA / "wine_8_0_plain.sst.b64").read_text())
NAMED = base64.b64decode((DATA / "wine_8_0_named.sst.b64").read_text())
# Told by openssl x509 -fingerprint -sha256 of the files that Wine was given.
ROOT = "e772a33a59532f79f0359d874b15f8607da635b5fb7a1e5a24e14445c86f586c"
ISSUING = "4a49109687c4d737f8dcb8fb39660aed30a3f873f07682bbbab901b08c44b6d5"

# version, CERT | property 11, encoding, 4 bytes | certificate, encoding, 3 bytes | CRL, 2 | CTL, 1 | property | end
BY_HAND = bytes.fromhex(
    "00000000 43455254"
    "0b000000 01000000 04000000 41004200"
    "20000000 01000000 03000000 300130"
    "21000000 01000000 02000000 3000"
    "22000000 01000000 01000000 05"
    "14000000 01000000 00000000"
    "00000000 00000000 00000000"
)
HELD = (
    Element(Kind.CERTIFICATE, b"\x30\x01\x30"),
    Element(Kind.REVOCATION_LIST, b"\x30\x00"),
    Element(Kind.TRUST_LIST, b"\x05"),
)


def fingerprints(store: bytes) -> list[tuple[Kind, str]]:
    return [(one.kind, hashlib.sha256(one.content).hexdigest()) for one in read(store)]


def test_store_of_wine_is_read() -> None:
    assert fingerprints(PLAIN) == [(Kind.CERTIFICATE, ISSUING), (Kind.CERTIFICATE, ROOT)]


def test_properties_are_passed_over_and_revocation_lists_told_apart() -> None:
    assert b"B\0e\0r\0l\0" in NAMED
    (certificate, fingerprint), (other, _crl) = fingerprints(NAMED)
    assert (certificate, fingerprint, other) == (Kind.CERTIFICATE, ROOT, Kind.REVOCATION_LIST)


def test_store_of_wine_is_written_again_byte_for_byte() -> None:
    """So whoever opens Wine's stores opens ours; Wine 8.0 itself did, when this was written."""
    assert write(read(PLAIN)) == PLAIN


def test_store_by_hand() -> None:
    assert read(BY_HAND) == HELD
    assert read(write(HELD)) == HELD


def test_empty_store() -> None:
    assert write([]) == bytes.fromhex("00000000 43455254 00000000 00000000 00000000")
    assert read(write([])) == ()


@pytest.mark.parametrize("length", range(len(BY_HAND)))
def test_every_truncation_is_noticed(length: int) -> None:
    with pytest.raises(DecodeError, match="serialized store at offset"):
        read(BY_HAND[:length])


@pytest.mark.parametrize(
    ("damaged", "problem"),
    [
        (b"\x01" + BY_HAND[1:], "offset 0x0: does not begin with version 0 and CERT"),
        (BY_HAND[:4] + b"CERS" + BY_HAND[8:], "offset 0x0: does not begin with version 0 and CERT"),
        (BY_HAND + b"\0", "goes on behind its end record"),
        (BY_HAND[:-4] + b"\1\0\0\0", "has a record of 1 bytes, but 0 follow"),
        (BY_HAND[:16] + b"\xff\xff\xff\xff" + BY_HAND[20:], "offset 0x8: has a record of 4294967295 bytes"),
    ],
)
def test_damage_is_named_with_its_place(damaged: bytes, problem: str) -> None:
    with pytest.raises(DecodeError, match=problem):
        read(damaged)


def test_content_does_not_show_itself() -> None:
    assert repr(HELD[0]) == "Element(kind=<Kind.CERTIFICATE: 32>)"
