# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security descriptors: those of a real domain, every kind of entry, and bytes that lie."""

from __future__ import annotations

import struct
import time
import uuid

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    Ace,
    OpaqueAce,
    SecurityDescriptor,
    decode,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = sddl.RECORDED["computer made by a delegate"][0]
OWNER, DACL = 4, 16  # where their offsets stand
LONGEST = 1.0  # seconds


@pytest.mark.parametrize("name", sddl.RECORDED)
def test_recorded_descriptor_is_what_samba_says(name: str) -> None:
    content, told = sddl.RECORDED[name]
    assert decode(content) == sddl.parse(told)


def test_flags_of_entries() -> None:
    aces = decode(sddl.encode(sddl.parse("O:BAD:(A;;RP;;;AU)(A;CI;RP;;;AU)(A;CIID;RP;;;AU)(A;CIIOID;RP;;;AU)"))).dacl
    assert aces is not None
    assert [(ace.inherited, ace.inherit_only) for ace in aces] == [
        (False, False),
        (False, False),
        (True, False),
        (True, True),
    ]


def test_no_dacl_is_not_an_empty_one() -> None:
    assert decode(sddl.encode(sddl.parse("O:BAG:BA"))) == SecurityDescriptor("S-1-5-32-544", "S-1-5-32-544", None)
    assert decode(sddl.encode(sddl.parse("O:BAG:BAD:"))).dacl == ()
    present_but_null = bytearray(sddl.encode(sddl.parse("O:BAG:BAD:(A;;RP;;;AU)")))
    present_but_null[DACL : DACL + 4] = bytes(4)
    assert decode(bytes(present_but_null)).dacl is None
    not_present = bytearray(sddl.encode(sddl.parse("O:BAG:BAD:(A;;RP;;;AU)")))
    not_present[2] &= ~0x04
    assert decode(bytes(not_present)).dacl is None


def test_callback_entries_are_marked() -> None:
    [ace] = decode(sddl.encode(sddl.parse("D:(XA;;RP;;;AU)"))).dacl or ()
    assert ace == Ace(True, 0, 0x10, "S-1-5-11", conditional=True)


@pytest.mark.parametrize("kind", [0x02, 0x04, 0x07, 0x0D, 0x12, 0x15, 0xFF])
def test_other_entries_are_kept_as_they_are(kind: int) -> None:
    opaque = OpaqueAce(kind, 0x10, b"whatever")
    descriptor = SecurityDescriptor("S-1-5-18", None, (Ace(True, 0, 0x10, "S-1-1-0"),), (opaque,))
    assert decode(sddl.encode(descriptor)) == descriptor
    assert opaque.inherited


def patched(content: bytes, place: int, layout: str, *values: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(layout, changed, place, *values)
    return bytes(changed)


PLAIN = sddl.encode(sddl.parse("O:BAG:BAD:(A;;RP;;;AU)(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;BA)"))
ACL = struct.unpack_from("<I", PLAIN, DACL)[0]
FIRST = ACL + 8


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "truncated at 0 bytes"),
        (PLAIN[:19], "truncated at 19 bytes"),
        (patched(PLAIN, 0, "<B", 2), "no self-relative security descriptor of revision 1"),
        (patched(PLAIN, 2, "<H", 4), "no self-relative"),
        (patched(PLAIN, OWNER, "<I", 0xFFFFFFFF), "SID of the owner is truncated"),
        (patched(PLAIN, OWNER, "<I", len(PLAIN) - 8), "the owner is no SID"),
        (patched(PLAIN, 20, "<B", 2), "the owner is no SID of revision 1"),
        (patched(PLAIN, 21, "<B", 16), "the owner is no SID of revision 1"),
        (patched(PLAIN, DACL, "<I", len(PLAIN) - 4), "the DACL at offset"),
        (patched(PLAIN, ACL, "<B", 3), "the unknown revision 3"),
        (patched(PLAIN, ACL + 2, "<H", 7), "the DACL's size 7 does not fit"),
        (patched(PLAIN, ACL + 2, "<H", 0xFFFF), "the DACL's size 65535 does not fit"),
        (patched(PLAIN, ACL + 4, "<H", 0xFFFF), "entry 3 of the DACL is truncated"),
        (patched(PLAIN, FIRST + 2, "<H", 0), "entry 1 of the DACL has the impossible size 0"),
        (patched(PLAIN, FIRST + 2, "<H", 3), "entry 1 of the DACL has the impossible size 3"),
        (patched(PLAIN, FIRST + 2, "<H", 0xFFFF), "entry 1 of the DACL has the impossible size 65535"),
        (patched(PLAIN, FIRST + 2, "<H", 4), "the rights of entry 1 of the DACL are truncated"),
        (patched(PLAIN, FIRST + 2, "<H", 12), "the SID of the trustee of entry 1 of the DACL is truncated"),
        (patched(PLAIN, FIRST + 9, "<B", 15), "the SID of the trustee of entry 1 of the DACL is truncated"),
        (patched(PLAIN, FIRST + 22, "<H", 8), "the flags of entry 2 of the DACL are truncated"),
        (patched(PLAIN, FIRST + 22, "<H", 20), "an object type of entry 2 of the DACL is truncated"),
    ],
)
def test_lies_are_named(content: bytes, cause: str) -> None:
    with pytest.raises(ValueError, match=cause):
        decode(content)


def test_every_truncation_is_refused() -> None:
    for length in range(len(PLAIN)):
        with pytest.raises(ValueError, match=r"truncated|does not fit"):
            decode(PLAIN[:length])


def sids() -> st.SearchStrategy[str]:
    return st.lists(st.integers(0, 2**32 - 1), max_size=15).map(lambda parts: "-".join(["S-1-5", *map(str, parts)]))


def entries() -> st.SearchStrategy[Ace]:
    guids = st.none() | st.uuids()
    flags, masks = st.integers(0, 255), st.integers(0, 2**32 - 1)
    return st.builds(Ace, st.booleans(), flags, masks, sids(), guids, guids, st.booleans())


@given(
    st.builds(SecurityDescriptor, st.none() | sids(), st.none() | sids(), st.none() | st.lists(entries()).map(tuple))
)
def test_whatever_is_written_is_read(descriptor: SecurityDescriptor) -> None:
    assert decode(sddl.encode(descriptor)) == descriptor


def read_or_refused(content: bytes) -> None:
    start = time.perf_counter()
    try:
        descriptor = decode(content)
    except ValueError:
        descriptor = None
    assert time.perf_counter() - start < LONGEST
    for ace in (descriptor and descriptor.dacl) or ():
        assert ace.trustee.startswith("S-1-")
        assert ace.object_type is None or isinstance(ace.object_type, uuid.UUID)


@given(st.binary(max_size=200))
def test_garbage_is_read_or_refused(content: bytes) -> None:
    read_or_refused(content)
    read_or_refused(b"\1\0\4\x80" + content)


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20), st.data())
def test_damage_is_read_or_refused(changes: list[tuple[int, int]], data: st.DataObject) -> None:
    damaged = bytearray(SAMPLE)
    for place, value in changes:
        damaged[place] = value
    read_or_refused(bytes(damaged))
    read_or_refused(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


def test_as_many_entries_as_fit_cost_little_time() -> None:
    entry = struct.pack("<BBH", 0xFF, 0, 4)
    count = (0xFFFF - 8) // 4
    acl = struct.pack("<BBHHH", 4, 0, 8 + 4 * count, count, 0) + entry * count
    start = time.perf_counter()
    assert len(decode(struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + acl).opaque) == count
    assert time.perf_counter() - start < LONGEST
