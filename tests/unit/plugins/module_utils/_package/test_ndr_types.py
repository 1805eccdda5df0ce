# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each wire type: what it writes, and every way in which its bytes can contradict themselves."""

from __future__ import annotations

import dataclasses
import struct
import uuid
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError, PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.ndr_types import (
    CountedArray,
    Guid,
    UnicodeString,
    Unsigned,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    DnsDomainInfo,
    Join3Part,
    PolicyElement,
    PolicyElementList,
    PolicyPart,
    ProvisionData,
    Win7Blob,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

JOIN = samples.nested(samples.WINDOWS)["win7"][1]
JOIN3 = samples.nested(samples.WINDOWS)["join3"][1]
# Where the join data of Windows have what is damaged here.
NAME, NAME_CHARACTERS = 0x20, 0xF4
MACHINE_NAME_CHARACTERS, MACHINE_NAME_END = 0xBC, 0xBC + 12 + 14
SID = 0x188
NUMBER = struct.Struct("<I")


def changed(content: bytes, place: int, new: int | bytes) -> bytes:
    """The same with a number of four bytes, or with other bytes, at one place."""
    patch = NUMBER.pack(new) if isinstance(new, int) else new
    return content[:place] + patch + content[place + len(patch) :]


class TestRefusals:
    @pytest.mark.parametrize(
        ("place", "new", "field", "offsets", "problem"),
        [
            (MACHINE_NAME_CHARACTERS, 6, "lpMachineName", (0xBC, 0xBC), "has an impossible string header"),
            (MACHINE_NAME_CHARACTERS + 4, 1, "lpMachineName", (0xBC, 0xBC), "has an impossible string header"),
            (MACHINE_NAME_CHARACTERS + 8, 8, "lpMachineName", (0xBC, 0xBC), "has an impossible string header"),
            (MACHINE_NAME_CHARACTERS + 8, 6, "lpMachineName", (0xBC, MACHINE_NAME_END), "does not end with a NUL"),
            (MACHINE_NAME_CHARACTERS + 8, 0, "lpMachineName", (0xBC, MACHINE_NAME_END), "does not end with a NUL"),
            (MACHINE_NAME_CHARACTERS + 12, b"\0\0", "lpMachineName", (0xBC, MACHINE_NAME_END), "a NUL character"),
            (MACHINE_NAME_CHARACTERS + 12, b"\0\xd8", "lpMachineName", (0xBC, MACHINE_NAME_END), "not valid UTF-16"),
            (NAME, b"\x13\0", "DnsDomainInfo.Name", (NAME, NAME), "has a Length above its MaximumLength"),
            (NAME + 4, 0, "DnsDomainInfo.Name", (NAME, NAME), "has a Length, but its pointer is NULL"),
            (NAME, b"\x0f\0", "DnsDomainInfo.Name", (NAME, 0x110), "has 16 bytes, but its Length says 15"),
            (NAME_CHARACTERS + 8, 7, "DnsDomainInfo.Name", (NAME, 0x110), "has 14 bytes, but its Length says 16"),
            (NAME_CHARACTERS + 12, b"\0\0", "DnsDomainInfo.Name", (NAME, 0x110), "has a NUL character inside"),
            (SID, 5, "DnsDomainInfo.Sid", (SID + 4, SID + 4), "is not a SID"),
            (SID + 4, b"\2", "DnsDomainInfo.Sid", (SID + 4, SID + 4), "is not a SID"),
            (SID + 5, b"\3", "DnsDomainInfo.Sid", (SID + 4, SID + 4), "is not a SID"),
            (SID, NUMBER.pack(16) + b"\1\x10", "DnsDomainInfo.Sid", (SID + 4, SID + 4), "up to 15 subauthorities"),
        ],
    )
    def test_of_join_data(
        self, place: int, new: int | bytes, field: str, offsets: tuple[int, int], problem: str
    ) -> None:
        with pytest.raises(DecodeError) as raised:
            ndr.decode(Win7Blob, changed(JOIN, place, new))
        assert raised.value.field == f"ODJ_WIN7BLOB.{field}"
        assert offsets[0] <= raised.value.offset <= offsets[1]
        assert problem in raised.value.problem

    @pytest.mark.parametrize(
        ("place", "new", "field", "offset", "problem"),
        [
            (0x1C, 0, "pBlobs", 0x18, "counts 2 elements, but its pointer is NULL"),
            (0x18, 3, "pBlobs", 0x20, "holds 2 elements where 3 were announced"),
            (0x20, 0xFFFFFFFF, "pBlobs", 0x20, "holds 4294967295 elements where 2 were announced"),
            (0x2C, 0, "pBlobs[0].pBlob", 0x28, "counts 792 elements, but its pointer is NULL"),
            (0x38, 0, "pBlobs[1].pBlob", 0x34, "counts 1120 elements, but its pointer is NULL"),
            (0x28, 0x319, "pBlobs[0].pBlob", 0x3C, "holds 792 elements where 793 were announced"),
            (0x358, 0, "pBlobs[1].pBlob", 0x358, "holds 0 elements where 1120 were announced"),
        ],
    )
    def test_of_counts(self, place: int, new: int, field: str, offset: int, problem: str) -> None:
        with pytest.raises(DecodeError) as raised:
            ndr.decode(ProvisionData, changed(samples.WINDOWS, place, new))
        assert (raised.value.field, raised.value.offset) == (f"ODJ_PROVISION_DATA.{field}", offset)
        assert raised.value.problem == problem

    def test_of_counts_that_agree_with_each_other_but_not_with_the_bytes(self) -> None:
        both = changed(changed(samples.WINDOWS, 0x18, 0xFFFFFFFF), 0x20, 0xFFFFFFFF)
        with pytest.raises(DecodeError) as raised:
            ndr.decode(ProvisionData, both)
        assert raised.value.offset == 0x24
        assert raised.value.problem == "counts 4294967295 elements, more than there are bytes for"
        data = changed(changed(samples.WINDOWS, 0x34, 0xFFFFFFFF), 0x358, 0xFFFFFFFF)
        with pytest.raises(DecodeError) as raised:
            ndr.decode(ProvisionData, data)
        assert (raised.value.field, raised.value.offset) == ("ODJ_PROVISION_DATA.pBlobs[1].pBlob", 0x35C)
        assert raised.value.problem == f"needs {0xFFFFFFFF} bytes, but only {1984 - 0x35C} are left"

    def test_error_in_a_nested_array_names_both_indices(self) -> None:
        content = samples.encode(samples.POLICY)
        key = content.index("Software\\Odd".encode("utf-16-le"))
        with pytest.raises(DecodeError) as raised:
            ndr.decode(PolicyPart, changed(content, key - 12, 0))
        assert raised.value.field == "OP_POLICY_PART.pElementLists[0].pElements[1].pKeyPath"
        assert raised.value.offset == key - 12


# No structure of a package has these behind a single byte, or so few of them in an array.
Unaligned = dataclasses.make_dataclass(
    "Unaligned",
    [
        ("first", int, ndr.member("First", Unsigned(1))),
        ("guid", uuid.UUID, ndr.member("Guid", Guid())),
        ("second", int, ndr.member("Second", Unsigned(1))),
        ("name", str, ndr.member("Name", UnicodeString())),
    ],
    frozen=True,
    namespace={"IDL_NAME": "UNALIGNED"},
)
Name = dataclasses.make_dataclass("Name", [("name", str, ndr.member("Name", UnicodeString()))], frozen=True)
Names = dataclasses.make_dataclass(
    "Names",
    [("names", tuple, ndr.member("Names", CountedArray(Name, 2)))],
    frozen=True,
    namespace={"IDL_NAME": "NAMES"},
)


class TestPlaces:
    def test_guid_and_unicode_string_begin_at_multiples_of_4(self) -> None:
        value = Unaligned(0x11, uuid.UUID(int=0), 0x22, "ab")
        content = samples.encode(value)
        assert content[0x14:0x18] == b"\x11\0\0\0"
        assert content[0x18:0x28] == bytes(16)
        assert content[0x28:0x2C] == b"\x22\0\0\0"
        assert struct.unpack_from("<HH", content, 0x2C) == (4, 6)
        assert ndr.decode(Unaligned, content).value == value

    @pytest.mark.parametrize("count", [1, 2])
    def test_arrays_of_the_smallest_elements_fit(self, count: int) -> None:
        names = Names((Name(None),) * count)
        assert ndr.decode(Names, samples.encode(names)).value == names

    def test_one_element_more_than_an_array_may_have(self) -> None:
        with pytest.raises(DecodeError, match="counts 3 elements, more than any package has"):
            ndr.decode(Names, samples.encode(Names((Name(None),) * 3)))

    def test_a_list_without_elements_is_the_smallest_one(self) -> None:
        part = PolicyPart(element_lists=(PolicyElementList(source=None, root_key_id=1, elements=None),))
        assert ndr.decode(PolicyPart, samples.encode(part)).value == part


class TestWriting:
    def test_unicode_string_has_room_for_a_nul_that_is_not_written(self) -> None:
        length, largest, _referent = struct.unpack_from("<HHI", JOIN, NAME)
        assert (length, largest) == (16, 18)
        assert struct.unpack_from("<III", JOIN, NAME_CHARACTERS) == (9, 0, 8)
        ours = samples.encode(samples.WINDOWS_JOIN)
        assert ours[NAME : NAME + 4] == JOIN[NAME : NAME + 4]
        assert ours[NAME_CHARACTERS : NAME_CHARACTERS + 28] == JOIN[NAME_CHARACTERS : NAME_CHARACTERS + 28]

    def test_unicode_string_counts_bytes_of_characters_beyond_the_basic_plane(self) -> None:
        info = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, name="\U0001f600")
        content = samples.encode(dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info))
        assert struct.unpack_from("<HH", content, NAME) == (4, 6)
        assert struct.unpack_from("<III", content, NAME_CHARACTERS) == (3, 0, 2)
        assert content[NAME_CHARACTERS + 12 : NAME_CHARACTERS + 16] == bytes.fromhex("3dd800de")

    def test_empty_and_null_are_two_things(self) -> None:
        info = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, name="", dns_forest_name=None)
        content = samples.encode(dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info))
        length, largest, referent = struct.unpack_from("<HHI", content, NAME)
        assert (length, largest) == (0, 2)
        assert referent
        assert struct.unpack_from("<HHI", content, NAME + 16) == (0, 0, 0)
        decoded = ndr.decode(Win7Blob, content).value.dns_domain_info
        assert (decoded.name, decoded.dns_forest_name) == ("", None)

    def test_sid_counts_its_subauthorities_and_turns_its_authority_around(self) -> None:
        subauthorities = struct.pack("<4I", 21, 306967272, 1096148586, 1957995587)
        expected = bytes.fromhex("04000000 01 04 000000000005") + subauthorities
        assert JOIN[SID : SID + 28] == expected
        assert samples.encode(samples.WINDOWS_JOIN)[SID : SID + 28] == expected

    def test_guid_has_its_first_three_fields_little_endian(self) -> None:
        content = samples.encode(samples.JOIN4)
        assert samples.JOIN4.object_guid == uuid.UUID("0a0b0c0d-0e0f-1011-1213-141516171819")
        assert content[0x1C:0x2C] == bytes.fromhex("0d0c0b0a 0f0e 1110 1213141516171819")

    def test_sid_may_have_15_subauthorities(self) -> None:
        info = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, sid="S-1-5" + "-1" * 15)
        join = dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info)
        assert ndr.decode(Win7Blob, samples.encode(join)).value == join

    @pytest.mark.parametrize(
        "sid", ["", "S-1", "S-1-x", "S-1-5-x", "X-1-5-21", "S-2-5-21", "S-1-5" + "-1" * 16, "S-1-5--1", "S-1-5-1_0"]
    )
    def test_what_is_no_sid_is_refused(self, sid: str) -> None:
        info = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, sid=sid)
        with pytest.raises(PackageError):
            samples.encode(dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info))

    @pytest.mark.parametrize("sid", ["S-1-5-4294967296", "S-1-281474976710656-1"])
    def test_numbers_of_a_sid_fit_their_fields(self, sid: str) -> None:
        info = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, sid=sid)
        with pytest.raises(PackageError, match="does not fit"):
            samples.encode(dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info))

    @pytest.mark.parametrize("characters", [32_767, 40_000])
    def test_unicode_string_longer_than_its_length_can_say_is_refused(self, characters: int) -> None:
        info: DnsDomainInfo = dataclasses.replace(samples.WINDOWS_JOIN.dns_domain_info, name="x" * characters)
        with pytest.raises(PackageError, match="ODJ_WIN7BLOB holds a value that does not fit its field"):
            samples.encode(dataclasses.replace(samples.WINDOWS_JOIN, dns_domain_info=info))

    @pytest.mark.parametrize("size", range(9))
    def test_what_follows_bytes_of_any_size_is_aligned(self, size: int) -> None:
        elements = tuple(
            PolicyElement(key_path="k", value_name=name, value_type=3, value_data=bytes(size)) for name in "ab"
        )
        part = PolicyPart(element_lists=(PolicyElementList(source=None, root_key_id=1, elements=elements),))
        content = samples.encode(part)
        second = content.index("b\0".encode("utf-16-le"))
        assert second % 4 == 0
        assert ndr.decode(PolicyPart, content).value == part

    @pytest.mark.parametrize("units", ["\ud800", "\udc00\ud800", "\U0001f600", "a\0b", "\uffff", ""])
    def test_password_may_be_any_units(self, units: str) -> None:
        join = dataclasses.replace(samples.WINDOWS_JOIN, machine_password=Password(units))
        decoded = ndr.decode(Win7Blob, samples.encode(join)).value.machine_password
        assert decoded == Password(units)
        assert decoded.reveal().encode("utf-16-le", "surrogatepass") == units.encode("utf-16-le", "surrogatepass")

    def test_referent_of_a_pointer_may_be_any_number(self) -> None:
        for referent in (1, 0x80000000, 0xFFFFFFFF):
            decoded: ndr.Serialized[Any] = ndr.decode(Join3Part, changed(JOIN3, 0x18, referent))
            assert decoded.value.sid == samples.WINDOWS_ACCOUNT.sid
            assert decoded.referents == (0x20000, referent)
