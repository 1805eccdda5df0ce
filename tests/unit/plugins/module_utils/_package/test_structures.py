# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The declarations, held against the offsets of Microsoft's structures, and every structure there and back."""

from __future__ import annotations

import contextlib
import dataclasses
import struct
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr, structures
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    CertificatePart,
    Join2Part,
    Join3Part,
    PartCollection,
    PolicyElement,
    PolicyElementList,
    PolicyPart,
    ProvisionData,
    ProvisioningPackage,
    SstStore,
    Win7Blob,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package.strategies import STRUCTURES
from hypothesis import given
from hypothesis import strategies as st

HEADER = "01100800cccccccc"
# The members that Microsoft's IDL declares ("Offline domain join IDL definitions", dsgetdc.h), in its order. Counts
# stand before what they count and are no members here.
MEMBERS = {
    structures.Blob: "ulODJFormat pBlob",
    ProvisionData: "ulVersion pBlobs",
    structures.DnsDomainInfo: "Name DnsDomainName DnsForestName DomainGuid Sid",
    structures.DomainControllerInfo: "DomainControllerName DomainControllerAddress DomainControllerAddressType "
    "DomainGuid DomainName DnsForestName Flags DcSiteName ClientSiteName",
    Win7Blob: "lpDomain lpMachineName lpMachinePassword DnsDomainInfo DcInfo Options",
    ProvisioningPackage: "EncryptionType EncryptionContext WrappedPartCollection cbDecryptedPartCollection Extension",
    structures.PackagePart: "PartType ulFlags Part Extension",
    PartCollection: "pParts Extension",
    Join2Part: "dwFlags lpNetbiosName lpSiteName lpPrimaryDNSDomain dwReserved lpReserved",
    Join3Part: "Rid lpSid",
    structures.Join4Part: "Rid lpSid ObjectGuid",
    PolicyElement: "pKeyPath pValueName ulValueType pValueData",
    PolicyElementList: "pSource ulRootKeyId pElements",
    PolicyPart: "pElementLists Extension",
    structures.PfxStore: "pTemplateName ulPrivateKeyExportPolicy pPolicyServerUrl ulPolicyServerUrlFlags "
    "pPolicyServerId pPfx",
    SstStore: "StoreLocation pStoreName pSst",
    CertificatePart: "pPfxStores pSstStores Extension",
}
OUTERMOST = {
    ProvisionData: "ODJ_PROVISION_DATA",
    Win7Blob: "ODJ_WIN7BLOB",
    ProvisioningPackage: "OP_PACKAGE",
    PartCollection: "OP_PACKAGE_PART_COLLECTION",
    Join2Part: "OP_JOINPROV2_PART",
    Join3Part: "OP_JOINPROV3_PART",
    structures.Join4Part: "OP_JOINPROV4_PART",
    PolicyPart: "OP_POLICY_PART",
    CertificatePart: "OP_CERT_PART",
}


def words(text: str) -> bytes:
    return text.encode("utf-16-le")


def referent(text: str) -> bytes:
    """A string behind its pointer: capacity, offset and length in characters, with the NUL; then padding."""
    characters = words(text + "\0")
    content = struct.pack("<III", len(text) + 1, 0, len(text) + 1) + characters
    return content + bytes(-len(content) % 4)


def serialized(body: bytes) -> bytes:
    body += bytes(-len(body) % 8)
    return bytes.fromhex(HEADER) + struct.pack("<II", len(body), 0) + body


class TestNames:
    """Errors name the field, so that a reader finds it in Microsoft's description."""

    @pytest.mark.parametrize("structure", MEMBERS, ids=lambda structure: structure.__name__)
    def test_members(self, structure: type) -> None:
        fields = dataclasses.fields(structure)
        assert " ".join(field.metadata["idl_name"] for field in fields) == MEMBERS[structure]

    def test_structures(self) -> None:
        assert {structure: structure.IDL_NAME for structure in STRUCTURES} == OUTERMOST
        declared = {one for one in vars(structures).values() if dataclasses.is_dataclass(one)}
        assert declared == set(MEMBERS)


class TestMost:
    """How many elements an array may have: honest packages have a handful, a policy has thousands of values."""

    @pytest.mark.parametrize(("count", "refused"), [(256, False), (257, True)])
    def test_forms_of_a_package(self, count: int, refused: bool) -> None:
        content = serialized(struct.pack("<5I", 0x20000, 1, count, 0x20004, count) + bytes(12 * count))
        with pytest.raises(DecodeError, match="more than any package has") if refused else contextlib.nullcontext():
            assert len(ndr.decode(ProvisionData, content).value.blobs or ()) == count

    @pytest.mark.parametrize(("count", "refused"), [(16_384, False), (16_385, True)])
    def test_values_of_a_policy(self, count: int, refused: bool) -> None:
        head = struct.pack("<11I", 0x20000, 1, 0x20004, 0, 0, 1, 0, 0x80000002, count, 0x20008, count)
        with pytest.raises(DecodeError, match="more than any package has") if refused else contextlib.nullcontext():
            [one] = ndr.decode(PolicyPart, serialized(head + bytes(20 * count))).value.element_lists or ()
            assert len(one.elements or ()) == count


class TestWhatWindowsWrote:
    def test_join_data(self) -> None:
        assert ndr.decode(*samples.nested(samples.WINDOWS)["win7"]).value == samples.WINDOWS_JOIN

    def test_part_with_the_account(self) -> None:
        decoded = ndr.decode(*samples.nested(samples.WINDOWS)["join3"]).value
        assert decoded == Join3Part(rid=1605, sid="S-1-5-21-306967272-1096148586-1957995587-1605")

    def test_forms(self) -> None:
        outermost = ndr.decode(ProvisionData, samples.WINDOWS).value
        assert outermost.version == 1
        assert [(blob.blob_format, len(blob.content or b"")) for blob in outermost.blobs or ()] == [
            (1, 0x318),
            (2, 0x460),
        ]
        assert [len(content) for _type, content in samples.nested(samples.WINDOWS).values()] == [
            1984,
            792,
            1120,
            1048,
            792,
            136,
        ]

    def test_nothing_is_encrypted_or_extended(self) -> None:
        package = ndr.decode(*samples.nested(samples.WINDOWS)["win8"]).value
        assert package == ProvisioningPackage(wrapped_part_collection=package.wrapped_part_collection)
        collection = ndr.decode(*samples.nested(samples.WINDOWS)["collection"]).value
        assert collection.extension is None
        assert [(str(part.part_type), part.flags, part.extension) for part in collection.parts or ()] == [
            ("631c7621-5289-4321-bc9e-80f843f868c3", 1, None),
            ("fc0ccf25-7ffa-474a-8611-69ffe269645f", 0, None),
        ]

    def test_part_holds_the_very_bytes_of_the_other_form(self) -> None:
        for content in (samples.WINDOWS, samples.SAMBA):
            found = samples.nested(content)
            assert found["join"] == found["win7"]


class TestOurLayout:
    """Every number at its offset, read with nothing but ``struct``."""

    def test_outermost(self) -> None:
        content = samples.build().content
        win7, win8 = (samples.nested(content)[form][1] for form in ("win7", "win8"))
        numbers = struct.unpack_from("<13I", content, 0x10)
        top, version, count, array, conformance = numbers[:5]
        assert (top, version, count, array, conformance) == (0x20000, 1, 2, 0x20004, 2)
        assert numbers[5:11] == (1, len(win7), 0x20008, 2, len(win8), 0x2000C)
        assert numbers[11] == len(win7)
        second = 0x40 + len(win7)
        assert content[0x40:second] == win7
        assert struct.unpack_from("<I", content, second) == (len(win8),)
        assert content[second + 4 : second + 4 + len(win8)] == win8
        assert len(content) % 8 == 0
        assert struct.unpack_from("<II", content, 8) == (len(content) - 16, 0)

    def test_join_data(self) -> None:
        content = samples.nested(samples.build(options=0x12345678).content)["win7"][1]
        guid = samples.DOMAIN.guid.bytes_le
        pointers = [0x10, 0x14, 0x18, 0x1C, 0x24, 0x2C, 0x34, 0x48, 0x4C, 0x50, 0x68, 0x6C, 0x74, 0x78]
        ids = [struct.unpack_from("<I", content, place)[0] for place in pointers]
        assert ids == [0x20000 + 4 * number for number in range(14)]
        assert struct.unpack_from("<HH", content, 0x20) == (8, 10)
        assert struct.unpack_from("<HH", content, 0x28) == struct.unpack_from("<HH", content, 0x30) == (24, 26)
        assert content[0x38:0x48] == content[0x58:0x68] == guid
        assert struct.unpack_from("<I", content, 0x54) == (1,)
        assert struct.unpack_from("<I", content, 0x70) == (0xE00013FD,)
        assert struct.unpack_from("<I", content, 0x7C) == (0x12345678,)
        order = [
            referent("corp.example"),
            referent("BER-PC-001"),
            referent(samples.SECRET),
            struct.pack("<III", 5, 0, 4) + words("CORP"),
            struct.pack("<III", 13, 0, 12) + words("corp.example"),
            struct.pack("<III", 13, 0, 12) + words("corp.example"),
            struct.pack("<IBB", 4, 1, 4) + bytes([0, 0, 0, 0, 0, 5]) + struct.pack("<4I", 21, 1, 2, 4294967295),
            referent("\\\\dc1.corp.example"),
            referent("\\\\192.0.2.10"),
            referent("corp.example"),
            referent("corp.example"),
            referent("Berlin"),
            referent("Lyon"),
        ]
        assert content[0x80:].startswith(b"".join(order))
        assert content == serialized(content[0x10:0x80] + b"".join(order))

    def test_form_since_windows_8(self) -> None:
        found = samples.nested(samples.build().content)
        package, collection = found["win8"][1], found["collection"][1]
        assert package[0x14:0x2C] == bytes(24)
        assert struct.unpack_from("<II", package, 0x2C) == (len(collection), 0x20004)
        assert struct.unpack_from("<IIII", package, 0x34) == (0, 0, 0, len(collection))
        assert package[0x44 : 0x44 + len(collection)] == collection
        parts = struct.unpack_from("<5I", collection, 0x14)
        assert parts == (2, 0x20004, 0, 0, 2)
        first, second = (collection[0x28 + 36 * number : 0x28 + 36 * (number + 1)] for number in range(2))
        join, join3 = found["join"][1], found["join3"][1]
        assert first[:16] == bytes.fromhex("21761c63 8952 2143 bc9e80f843f868c3")
        assert struct.unpack_from("<5I", first, 16) == (1, len(join), 0x20008, 0, 0)
        assert second[:16] == bytes.fromhex("25cf0cfc fa7f 4a47 861169ffe269645f")
        assert struct.unpack_from("<5I", second, 16) == (0, len(join3), 0x2000C, 0, 0)
        assert collection[0x70:] == serialized_tail(join, join3, collection)

    def test_account_parts(self) -> None:
        assert samples.encode(samples.JOIN3) == serialized(
            struct.pack("<III", 0x20000, 1103, 0x20004) + referent(samples.ACCOUNT.sid)
        )
        assert samples.encode(samples.JOIN4) == serialized(
            struct.pack("<III", 0x20000, 1103, 0x20004)
            + samples.ACCOUNT.object_guid.bytes_le
            + referent(samples.ACCOUNT.sid)
        )

    def test_names_part(self) -> None:
        part = Join2Part(flags=1, netbios_name="A", site_name=None, primary_dns_domain="corp.example")
        assert samples.encode(part) == serialized(
            struct.pack("<IIIIIII", 0x20000, 1, 0x20004, 0, 0x20008, 0, 0) + referent("A") + referent("corp.example")
        )

    def test_policy_part(self) -> None:
        element = PolicyElement(key_path="K", value_name="V", value_type=4, value_data=b"\1\0\0\0")
        empty = PolicyElement(key_path="L", value_name=None, value_type=1, value_data=None)
        lists = (
            PolicyElementList(source="S", root_key_id=0x80000002, elements=(element, empty)),
            PolicyElementList(source="T", root_key_id=0x80000002, elements=()),
        )
        assert samples.encode(PolicyPart(element_lists=lists)) == serialized(
            struct.pack("<IIIII", 0x20000, 2, 0x20004, 0, 0)
            + struct.pack("<I", 2)
            + struct.pack("<IIII", 0x20008, 0x80000002, 2, 0x2000C)
            + struct.pack("<IIII", 0x20010, 0x80000002, 0, 0x20014)
            + referent("S")
            + struct.pack("<I", 2)
            + struct.pack("<IIIII", 0x20018, 0x2001C, 4, 4, 0x20020)
            + struct.pack("<IIIII", 0x20024, 0, 1, 0, 0)
            + referent("K")
            + referent("V")
            + struct.pack("<II", 4, 1)
            + referent("L")
            + referent("T")
            + struct.pack("<I", 0)
        )

    def test_certificate_part(self) -> None:
        stores = (SstStore(store_location=0x20000, store_name="Root", sst=b"abc"),)
        assert samples.encode(CertificatePart(pfx_stores=None, sst_stores=stores)) == serialized(
            struct.pack("<IIIIIII", 0x20000, 0, 0, 1, 0x20004, 0, 0)
            + struct.pack("<I", 1)
            + struct.pack("<IIII", 0x20000, 0x20008, 3, 0x2000C)
            + referent("Root")
            + struct.pack("<I", 3)
            + b"abc"
        )

    def test_certificate_part_with_a_private_key(self) -> None:
        part = CertificatePart(pfx_stores=samples.CERTIFICATES.pfx_stores, sst_stores=None)
        assert samples.encode(part) == serialized(
            struct.pack("<IIIIIII", 0x20000, 1, 0x20004, 0, 0, 0, 0)
            + struct.pack("<I", 1)
            + struct.pack("<IIIIIII", 0x20008, 1, 0x2000C, 2, 0x20010, 3, 0x20014)
            + referent("Machine")
            + referent("https://ca.corp.example")
            + referent("{1}")
            + struct.pack("<I", 3)
            + b"\x30\x82\x01"
        )


def serialized_tail(join: bytes, join3: bytes, collection: bytes) -> bytes:
    content = struct.pack("<I", len(join)) + join + struct.pack("<I", len(join3)) + join3
    return content + bytes(len(collection) - 0x70 - len(content))


class TestThereAndBack:
    @pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.IDL_NAME)
    @given(data=st.data())
    def test_any_value(self, structure: type, data: st.DataObject) -> None:
        value: Any = data.draw(STRUCTURES[structure])
        content = samples.encode(value)
        assert len(content) % 8 == 0
        assert int.from_bytes(content[8:12], "little") == len(content) - 16
        decoded = ndr.decode(structure, content)
        assert decoded.value == value
        assert decoded.referents == tuple(0x20000 + 4 * number for number in range(len(decoded.referents)))
        assert ndr.encode(decoded) == content

    @pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: structure.IDL_NAME)
    @given(data=st.data(), start=st.integers(1, 2**31))
    def test_any_referents(self, structure: type, data: st.DataObject, start: int) -> None:
        """Whoever made a package numbered as they liked; ours comes out as theirs."""
        value: Any = data.draw(STRUCTURES[structure])
        count = len(ndr.decode(structure, samples.encode(value)).referents)
        foreign = tuple(start + 7919 * number for number in range(count))
        content = ndr.encode(ndr.Serialized(value, foreign))
        assert ndr.decode(structure, content) == ndr.Serialized(value, foreign)

    def test_no_structure_is_left_out(self) -> None:
        outermost = {found for found in vars(structures).values() if hasattr(found, "IDL_NAME")}
        assert outermost == set(STRUCTURES)

    @pytest.mark.parametrize(("parts", "pointer"), [(None, 0), ((), 0x20004)])
    def test_no_array_and_an_empty_array_are_two_things(self, parts: tuple[()] | None, pointer: int) -> None:
        content = samples.encode(PartCollection(parts=parts))
        assert struct.unpack_from("<II", content, 0x14) == (0, pointer)
        assert ndr.decode(PartCollection, content).value.parts == parts

    def test_a_part_is_not_essential_unless_said(self) -> None:
        assert structures.PackagePart(part_type=samples.UNKNOWN_TYPE, content=None).flags == 0

    def test_structures_cannot_be_changed(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            samples.WINDOWS_JOIN.machine_name = "other"  # type: ignore[misc]

    def test_structure_of_another_kind_is_noticed(self) -> None:
        with pytest.raises(DecodeError):
            ndr.decode(Win7Blob, samples.encode(samples.POLICY))
