# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package as a whole: built like Windows builds it, read with suspicion, told without its secrets."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import uuid
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    Blob,
    Join3Part,
    PackagePart,
    PartCollection,
    ProvisionData,
    ProvisioningPackage,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

BUILT = samples.build()


def replaced(place: str, **values: Any) -> PackagePart:
    """One of the parts of a sound package with other values in it."""
    structure = {"join": BUILT.join, "join3": samples.JOIN3, "join4": samples.JOIN4}[place]
    guid = {"join": parts.JOIN, "join3": parts.JOIN3, "join4": parts.JOIN4}[place]
    return parts.make(guid, dataclasses.replace(structure, **values), int(place == "join"))


class TestBuilding:
    def test_package_of_windows_is_built_again_but_for_referents(self) -> None:
        built = Package.build(
            samples.WINDOWS_ACCOUNT,
            samples.WINDOWS_DOMAIN,
            samples.WINDOWS_CONTROLLER,
            Password("wurst2"),
            options=4,
        ).content
        assert len(built) == len(samples.WINDOWS)
        differing = [place for place in range(1984) if built[place] != samples.WINDOWS[place]]
        # The join data lie at 0x40 and 0x414; their pointers between 0x10 and 0x7c of each.
        assert len(differing) == 112
        assert all(0x50 <= place < 0xBC or 0x424 <= place < 0x490 for place in differing)
        assert built == _renumbered(samples.WINDOWS)

    def test_further_parts_stand_where_windows_has_them(self) -> None:
        built = samples.build(join2=samples.JOIN2, join4=True, certificates=samples.CERTIFICATES)
        order = [parts.JOIN, parts.JOIN2, parts.JOIN3, parts.JOIN4, parts.CERTIFICATES]
        assert [part.part_type for part in built.parts] == order
        assert [part.flags for part in built.parts] == [1, 0, 0, 0, 0]
        assert parts.read(built.parts[1]) == samples.JOIN2
        assert parts.read(built.parts[4]) == samples.CERTIFICATES

    def test_parts_are_those_of_windows_server_2019(self) -> None:
        assert [(part.part_type, part.flags) for part in BUILT.parts] == [(parts.JOIN, 1), (parts.JOIN3, 0)]
        assert BUILT.formats == (1, 2)
        assert parts.read(BUILT.parts[1]) == Join3Part(rid=1103, sid=samples.ACCOUNT.sid)

    def test_join4_comes_last_and_is_skippable(self) -> None:
        built = samples.build(join4=True)
        assert [(part.part_type, part.flags) for part in built.parts[2:]] == [(parts.JOIN4, 0)]
        assert parts.read(built.parts[2]) == samples.JOIN4

    def test_names_are_kept_as_they_are_written(self) -> None:
        account = dataclasses.replace(samples.ACCOUNT, machine_name="ber-pc-001")
        package = Package.build(account, samples.DOMAIN, samples.CONTROLLER, Password("x"))
        assert package.machine_name == "ber-pc-001"
        assert package.domain_name == "corp.example"
        assert repr(package) == "Package('ber-pc-001', domain='corp.example')"

    def test_names_of_the_controller_are_marked_as_those_of_dns(self) -> None:
        """DS_DNS_CONTROLLER_FLAG, DS_DNS_DOMAIN_FLAG and DS_DNS_FOREST_FLAG (dsgetdc.h)."""
        assert BUILT.join.dc_info.flags == 0x13FD | 0xE0000000
        plain = dataclasses.replace(samples.CONTROLLER, flags=0)
        package = Package.build(samples.ACCOUNT, samples.DOMAIN, plain, Password("x"))
        assert package.join.dc_info.flags == 0xE0000000

    def test_same_values_give_the_same_bytes(self) -> None:
        assert samples.build().content == BUILT.content
        assert samples.build("another password").content != BUILT.content


def _renumbered(content: bytes) -> bytes:
    package = Package.read(content)
    made = [parts.make(part.part_type, parts.read(part), part.flags) for part in package.parts]
    return samples.compose(package.join, made)


class TestRefusals:
    @pytest.mark.parametrize(
        "values",
        [
            {"machine_password": Password("another")},
            {"machine_name": "BER-PC-002"},
            {"domain": "other.example"},
            {"options": 1},
            {"dc_info": dataclasses.replace(BUILT.join.dc_info, flags=0)},
            {"dns_domain_info": dataclasses.replace(BUILT.join.dns_domain_info, domain_guid=uuid.UUID(int=1))},
        ],
        ids=lambda values: next(iter(values)),
    )
    def test_copies_that_contradict_each_other(self, values: dict[str, Any]) -> None:
        content = samples.compose(BUILT.join, [replaced("join", **values), BUILT.parts[1]])
        with pytest.raises(PackageError, match="its copies of the join data differ"):
            Package.read(content)
        twice = samples.compose(None, [BUILT.parts[0], replaced("join", **values)])
        with pytest.raises(PackageError, match="its copies of the join data differ"):
            Package.read(twice)

    @pytest.mark.parametrize("place", ["join3", "join4"])
    @pytest.mark.parametrize("sid", ["S-1-5-21-1-2-3-1103", "S-1-5-21-1-2-42949672950-1103", "nonsense"])
    def test_account_of_another_domain(self, place: str, sid: str) -> None:
        content = samples.compose(BUILT.join, [BUILT.parts[0], replaced(place, sid=sid)])
        with pytest.raises(PackageError, match="its account is not of its domain"):
            Package.read(content)

    def test_account_of_another_domain_in_the_second_of_two_parts(self) -> None:
        content = samples.compose(BUILT.join, [*BUILT.parts, replaced("join4", sid="S-1-5-21-1-2-3-1103")])
        with pytest.raises(PackageError, match="contradicts itself"):
            Package.read(content)

    @pytest.mark.parametrize("place", ["join3", "join4"])
    def test_account_whose_two_numbers_differ(self, place: str) -> None:
        content = samples.compose(BUILT.join, [BUILT.parts[0], replaced(place, rid=1104)])
        with pytest.raises(PackageError, match="contradicts itself"):
            Package.read(content)

    def test_two_accounts(self) -> None:
        fourth = replaced("join4", rid=1104, sid=f"{samples.DOMAIN.sid}-1104")
        with pytest.raises(PackageError, match="contradicts itself"):
            Package.read(samples.compose(BUILT.join, [*BUILT.parts, fourth]))

    @pytest.mark.parametrize(
        "values",
        [
            {"machine_password": None},
            {"machine_password": Password("")},
            {"machine_name": None},
            {"machine_name": ""},
            {"domain": None},
            {"domain": ""},
        ],
        ids=str,
    )
    def test_join_that_lacks_something(self, values: dict[str, Any]) -> None:
        with pytest.raises(PackageError, match="lacks the machine's name, its password or the domain"):
            Package.read(samples.compose(dataclasses.replace(BUILT.join, **values)))

    @pytest.mark.parametrize(
        "members",
        [{"encryption_type": uuid.UUID(int=1)}, {"wrapped_part_collection": None}],
        ids=lambda members: next(iter(members)),
    )
    def test_encrypted_package(self, members: dict[str, Any]) -> None:
        with pytest.raises(PackageError, match="is encrypted in a way that is not known, or holds no parts"):
            Package.read(samples.compose(BUILT.join, BUILT.parts, **members))

    @pytest.mark.parametrize("version", [0, 2, 0xFFFFFFFF])
    def test_other_version(self, version: int) -> None:
        with pytest.raises(PackageError, match=f"has version {version}; only version 1 is known"):
            Package.read(samples.compose(BUILT.join, BUILT.parts, version))

    @pytest.mark.parametrize("content", [samples.compose(None), samples.compose(None, [samples.UNKNOWN])])
    def test_package_without_a_join(self, content: bytes) -> None:
        with pytest.raises(PackageError, match="holds no join"):
            Package.read(content)

    def test_package_without_anything(self) -> None:
        with pytest.raises(PackageError, match="holds no join"):
            Package.read(samples.encode(ProvisionData(version=1, blobs=None)))

    def test_forms_that_hold_nothing(self) -> None:
        for blob_format, field in ((1, "ODJ_WIN7BLOB"), (2, "OP_PACKAGE")):
            content = samples.encode(ProvisionData(version=1, blobs=(Blob(blob_format=blob_format, content=None),)))
            with pytest.raises(PackageError, match=f"{field} at offset 0x0: is truncated"):
                Package.read(content)

    def test_damaged_part_is_refused_even_where_nobody_asks_for_it(self) -> None:
        broken = PackagePart(part_type=parts.POLICY, content=b"\0" * 24)
        with pytest.raises(PackageError, match="OP_POLICY_PART at offset 0x0"):
            Package.read(samples.compose(BUILT.join, [*BUILT.parts, broken]))


class TestReading:
    def test_either_form_alone_is_enough(self) -> None:
        old = Package.read(samples.compose(BUILT.join))
        new = Package.read(samples.compose(None, BUILT.parts))
        assert old.join == new.join == BUILT.join
        assert (old.formats, new.formats) == ((1,), (2,))
        assert (old.account_sid, new.account_sid) == (None, samples.ACCOUNT.sid)

    def test_unknown_form_is_told_and_kept(self) -> None:
        blobs = (Blob(blob_format=1, content=samples.encode(BUILT.join)), Blob(blob_format=9, content=b"new"))
        content = samples.encode(ProvisionData(version=1, blobs=blobs))
        package = Package.read(content)
        assert package.formats == (1, 9)
        assert package.content == content

    def test_unknown_part_stays_as_it_is(self) -> None:
        content = samples.full()
        package = Package.read(content)
        assert package.parts[-1] == samples.UNKNOWN
        assert package.describe()["parts"][-1]["name"] == "unknown"
        assert base64.b64decode(package.to_base64()) == package.content == content
        again = samples.encode(PartCollection(parts=package.parts))
        wrapped = samples.encode(ProvisioningPackage(wrapped_part_collection=again))
        assert wrapped == samples.nested(content)["win8"][1]

    def test_package_without_parts(self) -> None:
        nothing = samples.encode(PartCollection(parts=None))
        package = Package.read(samples.compose(BUILT.join, wrapped_part_collection=nothing))
        assert package.parts == ()

    def test_domain_is_called_by_its_dns_name_where_there_is_one(self) -> None:
        package = Package.read(samples.compose(dataclasses.replace(BUILT.join, domain="CORP")))
        assert package.domain_name == "corp.example"

    def test_account_is_known_from_join4_alone(self) -> None:
        package = Package.read(samples.compose(BUILT.join, [BUILT.parts[0], replaced("join4")]))
        assert package.account_sid == samples.ACCOUNT.sid

    def test_package_without_an_account_has_none(self) -> None:
        assert Package.read(samples.compose(BUILT.join, [BUILT.parts[0]])).account_sid is None

    def test_fingerprint_is_of_the_bytes_not_of_their_form(self) -> None:
        digest = hashlib.sha256(samples.WINDOWS).hexdigest()
        djoin_file = Package.read(samples.WINDOWS).to_djoin_file()
        assert Package.read(samples.WINDOWS).sha256 == Package.read(djoin_file).sha256 == digest


class TestDescription:
    def test_of_the_package_of_windows(self) -> None:
        assert Package.read(samples.WINDOWS).describe() == {
            "machine_name": "wurst2",
            "domain": {
                "dns_name": "w2k19dom.ber.redhat.com",
                "netbios_name": "W2K19DOM",
                "forest_name": "w2k19dom.ber.redhat.com",
                "guid": "c0761a96-e242-4ec2-9160-7a66a4ac4929",
                "sid": "S-1-5-21-306967272-1096148586-1957995587",
            },
            "domain_controller": {
                "name": "gdw2k19dc.w2k19dom.ber.redhat.com",
                "address": "192.168.56.108",
                "flags": 0xE003F3FD,
                "site": "Default-First-Site-Name",
                "client_site": "Default-First-Site-Name",
            },
            "options": 4,
            "default_password": True,
            "formats": [1, 2],
            "parts": [
                {
                    "name": "join",
                    "type": "631c7621-5289-4321-bc9e-80f843f868c3",
                    "essential": True,
                    "size": 792,
                },
                {
                    "name": "join3",
                    "type": "fc0ccf25-7ffa-474a-8611-69ffe269645f",
                    "essential": False,
                    "size": 136,
                    "rid": 1605,
                    "sid": "S-1-5-21-306967272-1096148586-1957995587-1605",
                },
            ],
            "size": 1984,
            "sha256": hashlib.sha256(samples.WINDOWS).hexdigest(),
        }

    def test_of_the_package_of_samba(self) -> None:
        described = Package.read(samples.SAMBA).describe()
        assert described["machine_name"] == "SAMPLE1"
        assert described["domain"]["dns_name"] == "corp.example"
        assert described["options"] == 6
        assert described["domain_controller"]["flags"] == 0xE00011BD
        assert not described["default_password"]

    @pytest.mark.parametrize("content", [samples.full(), samples.SAMBA], ids=["ours", "samba"])
    def test_holds_no_secret_in_any_form(self, content: bytes) -> None:
        package = Package.read(content)
        assert package.join.machine_password is not None
        secret = package.join.machine_password.reveal()
        described = package.describe()
        shown = json.dumps(described, ensure_ascii=False) + json.dumps(described) + repr(described)
        if secret == samples.SECRET:
            assert all(form not in shown for form in samples.forms(secret))
        assert secret not in shown
        assert base64.b64encode(content).decode()[:64] not in shown

    def test_survives_json(self) -> None:
        described = Package.read(samples.full()).describe()
        assert json.loads(json.dumps(described)) == described

    @pytest.mark.parametrize(
        ("password", "expected"), [("ber-pc-001", True), ("BER-PC-001", True), (samples.SECRET, False)]
    )
    def test_default_password(self, password: str, expected: bool) -> None:
        assert samples.build(password).describe()["default_password"] is expected

    def test_of_a_join_without_names(self) -> None:
        join = dataclasses.replace(
            BUILT.join,
            dns_domain_info=dataclasses.replace(BUILT.join.dns_domain_info, dns_domain_name=None, name=None, sid=None),
            dc_info=dataclasses.replace(
                BUILT.join.dc_info, domain_controller_name=None, domain_controller_address=None, client_site_name=None
            ),
        )
        described = Package.read(samples.compose(join)).describe()
        assert described["domain"]["dns_name"] == "corp.example"
        assert described["domain"]["netbios_name"] is None
        assert described["domain_controller"] == {
            "name": "",
            "address": "",
            "flags": 0xE00013FD,
            "site": "Berlin",
            "client_site": None,
        }
