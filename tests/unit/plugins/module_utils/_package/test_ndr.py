# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine, held against packages that Windows and Samba made, and against bytes that contradict themselves."""

from __future__ import annotations

import dataclasses
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError, PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    Join2Part,
    Join3Part,
    Join4Part,
    PartCollection,
    ProvisionData,
    ProvisioningPackage,
    Win7Blob,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

PLACES = ["package", "win7", "win8", "collection", "join", "join3"]
MADE = {"windows": samples.WINDOWS, "samba": samples.SAMBA}
# Windows writes addresses of its heap there, everywhere else 0x00020000 and so on.
WINDOWS_REFERENTS = (
    "934f9c80 934ffc20 9350bf90 9350bf60 934f7f40 934ff360 934ff450"
    " 934f8500 934fa130 934ff180 934ffd10 934ff540 934ff9f0 934ffdb0"
)
SAMBA_PASSWORD_REFERENT = 0xFFFFFFFF
FULL = samples.full()


def numbered(count: int) -> tuple[int, ...]:
    return tuple(range(0x00020000, 0x00020000 + 4 * count, 4))


def renumbered(content: bytes) -> bytes:
    """The package written again from what it says, without replaying a single referent id."""
    outermost = ndr.decode(ProvisionData, content).value
    blobs = []
    for blob in outermost.blobs or ():
        if blob.blob_format == 1:
            again = samples.encode(ndr.decode(Win7Blob, blob.content or b"").value)
        else:
            package = ndr.decode(ProvisioningPackage, blob.content or b"").value
            collection = ndr.decode(PartCollection, package.wrapped_part_collection or b"").value
            known = {"631c7621": Win7Blob, "fc0ccf25": Join3Part}
            parts = tuple(
                dataclasses.replace(
                    part,
                    content=samples.encode(ndr.decode(known[str(part.part_type)[:8]], part.content or b"").value),
                )
                for part in collection.parts or ()
            )
            wrapped = samples.encode(dataclasses.replace(collection, parts=parts))
            again = samples.encode(dataclasses.replace(package, wrapped_part_collection=wrapped))
        blobs.append(dataclasses.replace(blob, content=again))
    return samples.encode(dataclasses.replace(outermost, blobs=tuple(blobs)))


def differences(one: bytes, other: bytes) -> set[int]:
    assert len(one) == len(other)
    return {place for place in range(len(one)) if one[place] != other[place]}


class TestReplay:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("maker", MADE)
    def test_every_structure_is_written_as_it_was_read(self, maker: str, place: str) -> None:
        structure, content = samples.nested(MADE[maker])[place]
        assert ndr.encode(ndr.decode(structure, content)) == content

    def test_join_data_of_windows_keep_their_addresses(self) -> None:
        structure, content = samples.nested(samples.WINDOWS)["win7"]
        referents = ndr.decode(structure, content).referents
        assert referents == tuple(int(address, 16) for address in WINDOWS_REFERENTS.split())

    def test_join_data_of_samba_keep_their_constant(self) -> None:
        structure, content = samples.nested(samples.SAMBA)["win7"]
        referents = ndr.decode(structure, content).referents
        assert referents[3] == SAMBA_PASSWORD_REFERENT
        assert ndr.encode(ndr.decode(structure, content))[0x1C:0x20] == b"\xff\xff\xff\xff"

    @pytest.mark.parametrize("place", ["package", "win8", "collection", "join3"])
    @pytest.mark.parametrize("maker", MADE)
    def test_all_others_are_numbered_as_we_number(self, maker: str, place: str) -> None:
        structure, content = samples.nested(MADE[maker])[place]
        decoded = ndr.decode(structure, content)
        assert decoded.referents == numbered(len(decoded.referents))
        assert samples.encode(decoded.value) == content

    def test_without_replay_a_package_of_windows_differs_in_referents_only(self) -> None:
        ranges = [(0x50, 0x5F), (0x64, 0x67), (0x6C, 0x6F), (0x74, 0x77), (0x88, 0x93), (0xA8, 0xAF), (0xB4, 0xBB)]
        copy = 0x414 - 0x40  # how far the JOIN part lies behind the first copy
        expected = {
            place + distance for first, last in ranges for place in range(first, last + 1) for distance in (0, copy)
        }
        assert len(expected) == 112
        assert differences(samples.WINDOWS, renumbered(samples.WINDOWS)) == expected

    def test_without_replay_a_package_of_samba_differs_in_referents_only(self) -> None:
        changed = differences(samples.SAMBA, renumbered(samples.SAMBA))
        win7 = samples.nested(samples.SAMBA)["win7"][1]
        first, second = samples.SAMBA.index(win7), samples.SAMBA.rindex(win7)
        # From the password's referent on, every one is Samba's plus 4.
        slots = [0x1C, 0x24, 0x2C, 0x34, 0x48, 0x4C, 0x50, 0x68, 0x6C, 0x74, 0x78]
        referent_bytes = {start + slot + number for start in (first, second) for slot in slots for number in range(4)}
        assert len(changed) == 28
        assert changed <= referent_bytes

    def test_referents_beyond_the_replayed_go_on_behind_them(self) -> None:
        replayed = ndr.encode(ndr.Serialized(samples.JOIN3, (0xAABBCCDD,)))
        assert replayed[0x10:0x14] == bytes.fromhex("ddccbbaa")
        assert replayed[0x18:0x1C] == bytes.fromhex("04000200")


class TestHeaders:
    @pytest.mark.parametrize("place", sorted(samples.nested(FULL)))
    def test_length_counts_what_follows_and_is_a_multiple_of_8(self, place: str) -> None:
        structure, content = samples.nested(FULL)[place]
        again = samples.encode(ndr.decode(structure, content).value)
        assert again[:8] == bytes.fromhex("01100800cccccccc")
        assert int.from_bytes(again[8:12], "little") == len(again) - 16
        assert again[12:16] == bytes(4)
        assert len(again) % 8 == 0

    @pytest.mark.parametrize("characters", range(8))
    def test_tail_is_padded_with_zeros_and_never_by_8(self, characters: int) -> None:
        content = samples.encode(Join3Part(rid=1, sid="x" * characters))
        end = 0x1C + 12 + 2 * (characters + 1)
        assert 0 <= len(content) - end < 8
        assert content[end:] == bytes(len(content) - end)

    def test_filler_behind_the_length_may_be_anything(self) -> None:
        """It is reserved (MS-RPCE 2.2.6.2)."""
        content = samples.encode(samples.JOIN3)
        filled = content[:12] + b"\xcc" * 4 + content[16:]
        assert ndr.decode(Join3Part, filled).value == samples.JOIN3

    def test_null_takes_no_referent(self) -> None:
        values = dataclasses.replace(samples.WINDOWS_JOIN, domain=None)
        content = samples.encode(values)
        assert content[0x14:0x1C] == bytes(4) + bytes.fromhex("04000200")


def serialized(*body: int | bytes) -> bytes:
    """A serialization header before numbers of four bytes and plain bytes."""
    content = b"".join(one if isinstance(one, bytes) else one.to_bytes(4, "little") for one in body)
    return bytes.fromhex("01100800cccccccc") + len(content).to_bytes(4, "little") + bytes(4) + content


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "offset", "problem"),
        [
            (b"", 0, "is truncated inside its serialization header"),
            (bytes.fromhex("01100800cccccccc"), 8, "is truncated inside its serialization header"),
            (serialized(), 16, "needs 4 bytes, but only 0 are left"),
            (b"\x01\x00" + serialized(1, 1, 0)[2:], 0, "does not begin with the NDR serialization header"),
            (serialized(1, 1, 0) + b"\0", 8, "announces 12 bytes, but 13 follow"),
            (serialized(1, 1, 0)[:-1], 8, "announces 12 bytes, but 11 follow"),
            (serialized(0, 1, 0), 16, "its top-level pointer is NULL"),
            (serialized(1, 1, 0, 7, 7), 0x1C, "has 8 unknown bytes behind its last field"),
        ],
        ids=[
            "nothing",
            "half a header",
            "only a header",
            "other header",
            "a byte more",
            "a byte less",
            "NULL",
            "unknown bytes",
        ],
    )
    def test_of_the_whole_structure(self, content: bytes, offset: int, problem: str) -> None:
        with pytest.raises(DecodeError) as raised:
            ndr.decode(Join3Part, content)
        assert (raised.value.field, raised.value.offset) == ("OP_JOINPROV3_PART", offset)
        assert problem in raised.value.problem
        assert str(raised.value) == f"OP_JOINPROV3_PART at offset {offset:#x}: {raised.value.problem}"

    @pytest.mark.parametrize(
        ("body", "field", "offset", "needed", "left"),
        [
            ((1,), "Rid", 0x14, 4, 0),
            ((1, b"\1\2"), "Rid", 0x14, 4, 2),
            ((1, 5), "lpSid", 0x18, 4, 0),
            ((1, 5, 1, bytes(15)), "ObjectGuid", 0x1C, 16, 15),
            ((1, 5, 1, bytes(16)), "lpSid", 0x2C, 4, 0),
            ((1, 5, 1, bytes(16), 4, 0, 4, b"S\0-\0"), "lpSid", 0x38, 8, 4),
        ],
        ids=["no number", "half a number", "no pointer", "half a GUID", "no string", "half a string"],
    )
    def test_truncation_names_field_place_and_size(
        self, body: tuple[int | bytes, ...], field: str, offset: int, needed: int, left: int
    ) -> None:
        with pytest.raises(DecodeError) as raised:
            ndr.decode(Join4Part, serialized(*body))
        assert (raised.value.field, raised.value.offset) == (f"OP_JOINPROV4_PART.{field}", offset)
        assert raised.value.problem == f"needs {needed} bytes, but only {left} are left"

    def test_truncation_inside_padding_leaves_no_negative_number_of_bytes(self) -> None:
        """The first string ends unaligned and the second is missing, the padding between them too."""
        content = serialized(1, 0, 1, 1, 0, 0, 0, 3, 0, 3, "ab\0".encode("utf-16-le"))
        with pytest.raises(DecodeError) as raised:
            ndr.decode(Join2Part, content)
        assert raised.value.field == "OP_JOINPROV2_PART.lpSiteName"
        assert raised.value.problem == "needs 4 bytes, but only 0 are left"

    def test_path_leads_through_arrays_and_structures(self) -> None:
        content = serialized(1, 2, 1, 0, 0, 2, bytes(32), 1, bytes(32), 1)
        with pytest.raises(DecodeError) as raised:
            ndr.decode(PartCollection, content)
        assert raised.value.field.startswith("OP_PACKAGE_PART_COLLECTION.pParts[")

    def test_words_of_a_value_that_does_not_fit_do_not_show_it(self) -> None:
        with pytest.raises(PackageError) as raised:
            samples.build(options=2**32)
        assert str(raised.value) == "ODJ_WIN7BLOB holds a value that does not fit its field"
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
        with pytest.raises(PackageError, match="OP_JOINPROV3_PART holds a value that does not fit"):
            samples.encode(Join3Part(rid=1, sid="\ud800"))


def _value_or_error(structure: type, content: bytes) -> Any:
    try:
        return ndr.decode(structure, content).value
    except DecodeError as error:
        return error


def test_a_structure_shows_its_numbers_and_texts_and_hides_its_bytes() -> None:
    assert repr(Join3Part(rid=1234, sid="S-1-5-21")) == "Join3Part(rid=1234, sid='S-1-5-21')"
    assert "content" not in repr(samples.UNKNOWN)


class TestDamage:
    @pytest.mark.parametrize("maker", MADE)
    def test_truncated_at_every_length(self, maker: str) -> None:
        for length in range(len(MADE[maker])):
            with pytest.raises(PackageError):
                Package.read(MADE[maker][:length])

    @pytest.mark.parametrize("place", sorted(samples.nested(FULL)))
    def test_truncated_structures_with_their_length_put_right(self, place: str) -> None:
        structure, content = samples.nested(FULL)[place]
        whole = ndr.decode(structure, content).value
        refused = 0
        for length in range(16, len(content)):
            shorter = bytearray(content[:length])
            shorter[8:12] = (length - 16).to_bytes(4, "little")
            found = _value_or_error(structure, bytes(shorter))
            if isinstance(found, DecodeError):
                assert found.field.startswith(structure.IDL_NAME)
                assert 16 <= found.offset <= length + 3
                refused += 1
            else:
                assert found == whole, "only the padding may be missing"
        assert refused >= len(content) - 16 - 7

    @pytest.mark.parametrize("maker", MADE)
    def test_every_byte_changed(self, maker: str) -> None:
        """It is read or refused; and where it is read, the join is the same: both copies have to agree."""
        content = MADE[maker]
        join = Package.read(content).join
        read = 0
        for place in range(len(content)):
            for mask in (0x01, 0x80, 0xFF):
                changed = bytearray(content)
                changed[place] ^= mask
                try:
                    package = Package.read(bytes(changed))
                except PackageError:
                    continue
                read += 1
                assert package.join == join, f"byte {place:#x} ^ {mask:#x}"
        assert 0 < read < len(content)

    def test_impossible_numbers_at_every_place_cost_no_memory(self) -> None:
        content = samples.WINDOWS
        tracemalloc.start()
        try:
            for place in range(8, len(content) - 3, 4):
                for number in (0xFFFFFFFF, 0x7FFFFFFF, 0x00FFFFFF):
                    changed = bytearray(content)
                    changed[place : place + 4] = number.to_bytes(4, "little")
                    try:
                        Package.read(bytes(changed))
                    except PackageError:
                        continue
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 2 * 2**20

    def test_a_true_count_beyond_any_package_is_refused(self) -> None:
        content = serialized(1, 1, 257, 1, 257, bytes(257 * 12))
        with pytest.raises(DecodeError, match="counts 257 elements, more than any package has"):
            ndr.decode(ProvisionData, content)

    def test_a_count_is_held_against_the_size_of_its_elements(self) -> None:
        """4 MiB have room for 349,522 blobs of 12 bytes; a count of a million is refused before the first."""
        size = 4 * 2**20
        count = (size - 36) // 4
        content = serialized(1, 1, count, 1, count, bytes(size - 36))
        tracemalloc.start()
        try:
            with pytest.raises(DecodeError) as raised:
                ndr.decode(ProvisionData, content)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert raised.value.field == "ODJ_PROVISION_DATA.pBlobs"
        assert raised.value.problem == f"counts {count} elements, more than there are bytes for"
        assert peak < 2**20


def test_order_of_arrays_is_all_inline_then_each_ones_referents() -> None:
    """Elements lie side by side and what they point to follows, element by element (C706 14.3.10)."""
    content = samples.encode(samples.POLICY)
    texts = ["DirectAccess", "Software\\Policies\\One", "Key", "Software\\Odd", "Software\\Empty", "None", "\\\\corp\\"]
    places = [content.index(text.encode("utf-16-le")) for text in texts]
    assert all(before < behind for before, behind in pairwise(places))
