# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries added and taken out of access control lists, with every other byte where it was."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.access_list import with_aces, without_aces
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    OpaqueAce,
    SecurityDescriptor,
    decode,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ME = f"{sddl.DOMAIN_SID}-2001"
COMPUTER, RESET = "bf967a86-0de6-11d0-a285-00aa003049e2", "00299570-246d-11d0-a768-00aa006e0529"
OURS = f"(OA;CI;CC;{COMPUTER};;{ME})(OA;CIIO;CR;{RESET};{COMPUTER};{ME})(A;;RP;;;{ME})"


def aces(text: str):
    return list(decode(sddl.encode(sddl.parse(f"D:{text}"))).dacl or ())


def entries(descriptor: bytes) -> list[bytes]:
    """The entries as they lie there, found without the code under test."""
    offset = struct.unpack_from("<I", descriptor, 16)[0]
    size, count = struct.unpack_from("<HH", descriptor, offset + 2)
    assert offset + size == len(descriptor)
    found, position = [], offset + 8
    for _number in range(count):
        length = struct.unpack_from("<H", descriptor, position + 2)[0]
        found.append(descriptor[position : position + length])
        position += length
    assert position == len(descriptor)
    return found


def dacl_of(descriptor: bytes) -> bytes:
    """The descriptor as a domain controller gives it when only the DACL is asked for."""
    owner, group, sacl, dacl = struct.unpack_from("<IIII", descriptor, 4)
    size = struct.unpack_from("<H", descriptor, dacl + 2)[0]
    assert (sacl, bool(owner), bool(group)) == (0, True, True)
    return descriptor[:4] + struct.pack("<IIII", 0, 0, 0, 20) + descriptor[dacl : dacl + size]


@pytest.mark.parametrize("name", sddl.RECORDED)
def test_every_other_entry_of_a_recorded_list_keeps_its_bytes(name: str) -> None:
    before = dacl_of(sddl.RECORDED[name][0])
    there = entries(before)
    after = with_aces(before, aces(OURS))
    added = [one for one in entries(after) if one not in there]
    assert [one for one in entries(after) if one in there] == there
    assert added == entries(sddl.encode(sddl.parse(f"D:{OURS}")))
    assert without_aces(after, lambda ace: ace.trustee == ME) == before


@pytest.mark.parametrize("name", sddl.RECORDED)
def test_control_flags_stay(name: str) -> None:
    """Above all SE_DACL_PROTECTED: whether the object inherits is not ours to change."""
    before = bytearray(dacl_of(sddl.RECORDED[name][0]))
    before[3] |= 0x10
    assert with_aces(bytes(before), aces(OURS))[2:4] == bytes(before[2:4])


def test_new_entries_stand_behind_the_explicit_and_before_the_inherited_ones() -> None:
    before = "(D;;SD;;;AU)(A;;RP;;;AU)(D;ID;DT;;;AU)(A;CIID;RP;;;AU)"
    after = with_aces(sddl.encode(sddl.parse(f"D:{before}")), aces("(A;;WP;;;BA)"))
    assert decode(after) == sddl.parse("D:(D;;SD;;;AU)(A;;RP;;;AU)(A;;WP;;;BA)(D;ID;DT;;;AU)(A;CIID;RP;;;AU)")


@pytest.mark.parametrize("before", ["", "(A;;RP;;;AU)"])
def test_lists_without_inherited_entries(before: str) -> None:
    after = with_aces(sddl.encode(sddl.parse(f"D:{before}")), aces("(A;;WP;;;BA)"))
    assert decode(after) == sddl.parse(f"D:{before}(A;;WP;;;BA)")


def test_a_list_in_another_order_keeps_it() -> None:
    """Putting it right would change what others may do."""
    after = with_aces(sddl.encode(sddl.parse("D:(A;ID;RP;;;AU)(D;;SD;;;AU)")), aces("(A;;WP;;;BA)"))
    assert decode(after) == sddl.parse("D:(A;;WP;;;BA)(A;ID;RP;;;AU)(D;;SD;;;AU)")


def test_an_inherited_entry_is_never_taken_out() -> None:
    before = sddl.encode(sddl.parse("D:(A;CI;RP;;;AU)(A;CIID;RP;;;AU)"))
    assert decode(without_aces(before, lambda _ace: True)) == sddl.parse("D:(A;CIID;RP;;;AU)")


def test_an_unknown_entry_is_kept() -> None:
    [ours] = aces("(A;;RP;;;AU)")
    strange = OpaqueAce(0x42, 0, b"what is this")
    before = sddl.encode(SecurityDescriptor(None, None, (ours,), (strange,)))
    after = decode(without_aces(before, lambda _ace: True))
    assert (after.dacl, after.opaque) == ((), (strange,))


def test_other_spelling_is_found_by_what_it_means() -> None:
    """A bit for auditing, say, must not leave an entry behind that was reported as taken out."""
    [ours] = aces("(A;;RP;;;AU)")
    before = sddl.encode(SecurityDescriptor(None, None, (dataclasses.replace(ours, flags=0x40),), ()))
    assert decode(without_aces(before, lambda ace: ace.mask == ours.mask)).dacl == ()


def test_largest_list() -> None:
    """The size of a list is a 16-bit number of bytes; beyond it nothing is made."""
    one = aces("(A;;RP;;;AU)")
    length = len(entries(sddl.encode(sddl.parse("D:(A;;RP;;;AU)")))[0])
    most = (0xFFFF - 8) // length
    empty = sddl.encode(sddl.parse("D:"))
    assert len(entries(with_aces(empty, one * most))) == most
    with pytest.raises(ValueError, match="longer than 64 KiB"):
        with_aces(empty, one * (most + 1))


@pytest.mark.parametrize("change", [with_aces, lambda content, _aces: without_aces(content, lambda _ace: True)])
def test_no_list_is_not_an_empty_one(change) -> None:
    """An entry on an object that is open to everybody would shut everybody else out."""
    with pytest.raises(ValueError, match="everybody may do everything"):
        change(sddl.encode(sddl.parse("O:BAG:BA")), aces(OURS))


@pytest.mark.parametrize("cut", [10, 25, 40])
def test_damaged(cut: int) -> None:
    with pytest.raises(ValueError, match=r"truncated|does not fit"):
        with_aces(sddl.encode(sddl.parse("D:(A;;RP;;;AU)"))[:cut], aces(OURS))
