# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each part says of itself, and what none of them says."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import Join2Part, PackagePart
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

# "Offline domain join IDL definitions", OP_PACKAGE_PART
GUIDS = {
    "join": "631c7621-5289-4321-bc9e-80f843f868c3",
    "join2": "57bfc56b-52f9-480c-adcb-91b3f8a82317",
    "join3": "fc0ccf25-7ffa-474a-8611-69ffe269645f",
    "join4": "4a08716a-6710-4647-8211-fdbb0b03f60b",
    "certificates": "9c0971e9-832f-4873-8e87-ef1419d4781e",
    "policy": "68fb602a-0c09-48ce-b75f-07b7bd58f7ec",
}
SAMPLES: dict[str, Any] = {
    "join2": samples.JOIN2,
    "join3": samples.JOIN3,
    "join4": samples.JOIN4,
    "certificates": samples.CERTIFICATES,
    "policy": samples.POLICY,
}
TYPES = {known.name: guid for guid, known in parts.PART_TYPES.items()}


def described(structure: Any, name: str, flags: int = 0) -> dict[str, Any]:
    return parts.describe(parts.make(TYPES[name], structure, flags))


def test_guids_are_those_of_microsoft() -> None:
    assert {name: str(guid) for name, guid in TYPES.items()} == GUIDS


@pytest.mark.parametrize("name", SAMPLES)
def test_part_is_read_as_it_was_made(name: str) -> None:
    part = parts.make(TYPES[name], SAMPLES[name])
    assert parts.read(part) == SAMPLES[name]
    assert part.flags == 0


@pytest.mark.parametrize(("flags", "essential"), [(0, False), (1, True), (2, False), (3, True), (0xFFFFFFFE, False)])
def test_essential_is_the_lowest_bit(flags: int, essential: bool) -> None:
    assert described(samples.JOIN3, "join3", flags)["essential"] is essential


def test_join2_says_its_names() -> None:
    assert described(samples.JOIN2, "join2") == {
        "name": "join2",
        "type": GUIDS["join2"],
        "essential": False,
        "size": len(samples.encode(samples.JOIN2)),
        "netbios_name": "BER-PC-001",
        "site": "Lyon",
        "persistent_site": True,
        "primary_dns_domain": "corp.example",
    }
    assert described(Join2Part(), "join2")["persistent_site"] is False


def test_join2_is_made_of_what_is_given() -> None:
    made = parts.join2("Lyon", persistent_site=True, netbios_name="BER-PC-001", primary_dns_domain="corp.example")
    assert made == samples.JOIN2
    assert parts.join2(None, persistent_site=False, netbios_name=None, primary_dns_domain=None) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [("site", "site_name"), ("netbios_name", "netbios_name"), ("primary_dns_domain", "primary_dns_domain")],
)
def test_one_thing_to_say_is_enough_for_join2(given: str, field: str) -> None:
    nothing: dict[str, Any] = {"site": None, "netbios_name": None, "primary_dns_domain": None}
    made = parts.join2(persistent_site=False, **nothing | {given: "Lyon"})
    assert made == dataclasses.replace(Join2Part(), **{field: "Lyon"})


def test_join3_and_join4_say_their_account() -> None:
    known = {"name", "type", "essential", "size"}
    third, fourth = described(samples.JOIN3, "join3"), described(samples.JOIN4, "join4")
    assert {key: third[key] for key in third.keys() - known} == {"rid": 1103, "sid": samples.ACCOUNT.sid}
    assert fourth["object_guid"] == "0a0b0c0d-0e0f-1011-1213-141516171819"
    assert (fourth["rid"], fourth["sid"]) == (1103, samples.ACCOUNT.sid)


def test_policy_says_every_value() -> None:
    first, second = described(samples.POLICY, "policy")["sources"]
    assert (first["source"], first["values"]) == ("DirectAccess", 3)
    assert first["elements"] == [
        {"key": "Software\\Policies\\One", "name": "Key", "type": "REG_BINARY", "value": samples.POLICY_DATA.hex()},
        {"key": "Software\\Odd", "name": "", "type": "REG_SZ", "value": "010203"},
        {"key": "Software\\Empty", "name": "None", "type": "REG_NONE", "value": None},
    ]
    assert second == {"source": "\\\\corp\\\U0001f600.pol", "values": 0, "elements": []}


def test_certificates_say_their_places_and_sizes() -> None:
    said = described(samples.CERTIFICATES, "certificates")
    assert said["private_keys"] == [{"template": "Machine", "size": 3}]
    assert said["stores"] == [
        {"location": 0x20000, "name": "Root", "size": 20},
        {"location": 0x20000, "name": "CA", "size": 5},
    ]


def test_parts_without_arrays_say_nothing_is_there() -> None:
    policy = dataclasses.replace(samples.POLICY, element_lists=None)
    assert described(policy, "policy")["sources"] == []
    certificates = dataclasses.replace(samples.CERTIFICATES, pfx_stores=None, sst_stores=None)
    said = described(certificates, "certificates")
    assert (said["private_keys"], said["stores"]) == ([], [])


def test_stores_without_content_have_no_size() -> None:
    keys = tuple(dataclasses.replace(store, pfx=None) for store in samples.CERTIFICATES.pfx_stores or ())
    stores = tuple(dataclasses.replace(store, sst=None) for store in samples.CERTIFICATES.sst_stores or ())
    said = described(dataclasses.replace(samples.CERTIFICATES, pfx_stores=keys, sst_stores=stores), "certificates")
    assert [one["size"] for one in (*said["private_keys"], *said["stores"])] == [0, 0, 0]
    assert parts.describe(dataclasses.replace(samples.UNKNOWN, content=None))["size"] == 0


def test_unknown_part_is_opaque() -> None:
    assert parts.read(samples.UNKNOWN) is None
    assert parts.describe(samples.UNKNOWN) == {
        "name": "unknown",
        "type": str(samples.UNKNOWN_TYPE),
        "essential": False,
        "size": 9,
    }


@pytest.mark.parametrize("name", GUIDS)
def test_known_part_without_content_is_refused_by_name(name: str) -> None:
    with pytest.raises(PackageError, match=f"its part {name} is empty"):
        parts.read(PackagePart(part_type=TYPES[name], content=None))


@pytest.mark.parametrize("name", GUIDS)
def test_known_part_with_other_content_is_refused(name: str) -> None:
    with pytest.raises(PackageError):
        parts.read(PackagePart(part_type=TYPES[name], content=b"opaque"))
