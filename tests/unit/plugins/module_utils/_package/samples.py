# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages to test with: two that others made, and builders for our own."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._package import ndr, parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import (
    Account,
    Domain,
    DomainController,
    Package,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    Blob,
    CertificatePart,
    DnsDomainInfo,
    DomainControllerInfo,
    Join2Part,
    Join3Part,
    Join4Part,
    PackagePart,
    PartCollection,
    PfxStore,
    PolicyElement,
    PolicyElementList,
    PolicyPart,
    ProvisionData,
    ProvisioningPackage,
    SstStore,
    Win7Blob,
)

_DATA = Path(__file__).with_name("data")
WINDOWS = base64.b64decode((_DATA / "windows_server_2019.b64").read_text())
SAMBA = base64.b64decode((_DATA / "samba_4_17.b64").read_text())

# What the package of Windows says.
WINDOWS_DOMAIN = Domain(
    "w2k19dom.ber.redhat.com",
    "W2K19DOM",
    "w2k19dom.ber.redhat.com",
    uuid.UUID("c0761a96-e242-4ec2-9160-7a66a4ac4929"),
    "S-1-5-21-306967272-1096148586-1957995587",
)
WINDOWS_ACCOUNT = Account("wurst2", f"{WINDOWS_DOMAIN.sid}-1605", uuid.UUID(int=0))
WINDOWS_CONTROLLER = DomainController(
    "gdw2k19dc.w2k19dom.ber.redhat.com",
    "192.168.56.108",
    0x3F3FD,
    "Default-First-Site-Name",
    "Default-First-Site-Name",
)
WINDOWS_JOIN = Win7Blob(
    domain=WINDOWS_DOMAIN.dns_name,
    machine_name="wurst2",
    machine_password=Password("wurst2"),
    dns_domain_info=DnsDomainInfo(
        name=WINDOWS_DOMAIN.netbios_name,
        dns_domain_name=WINDOWS_DOMAIN.dns_name,
        dns_forest_name=WINDOWS_DOMAIN.forest_name,
        domain_guid=WINDOWS_DOMAIN.guid,
        sid=WINDOWS_DOMAIN.sid,
    ),
    dc_info=DomainControllerInfo(
        domain_controller_name="\\\\gdw2k19dc.w2k19dom.ber.redhat.com",
        domain_controller_address="\\\\192.168.56.108",
        domain_controller_address_type=1,
        domain_guid=WINDOWS_DOMAIN.guid,
        domain_name=WINDOWS_DOMAIN.dns_name,
        dns_forest_name=WINDOWS_DOMAIN.forest_name,
        flags=0xE003F3FD,
        dc_site_name="Default-First-Site-Name",
        client_site_name="Default-First-Site-Name",
    ),
    options=4,
)

# Ours. The secret stands nowhere else, so that it can be looked for.
SECRET = "xQ7-vN2_kT9+wR4=hB6"
POLICY_DATA = b"wireless-key-f0e1d2c3"
DOMAIN = Domain(
    "corp.example",
    "CORP",
    "corp.example",
    uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
    "S-1-5-21-1-2-4294967295",
)
ACCOUNT = Account("BER-PC-001", f"{DOMAIN.sid}-1103", uuid.UUID("0a0b0c0d-0e0f-1011-1213-141516171819"))
CONTROLLER = DomainController("dc1.corp.example", "192.0.2.10", 0x13FD, "Berlin", "Lyon")

JOIN2 = Join2Part(flags=1, netbios_name="BER-PC-001", site_name="Lyon", primary_dns_domain="corp.example")
JOIN3 = Join3Part(rid=1103, sid=ACCOUNT.sid)
JOIN4 = Join4Part(rid=1103, sid=ACCOUNT.sid, object_guid=ACCOUNT.object_guid)
POLICY = PolicyPart(
    element_lists=(
        PolicyElementList(
            source="DirectAccess",
            root_key_id=0x80000002,
            elements=(
                PolicyElement(
                    key_path="Software\\Policies\\One", value_name="Key", value_type=3, value_data=POLICY_DATA
                ),
                PolicyElement(key_path="Software\\Odd", value_name="", value_type=1, value_data=b"\1\2\3"),
                PolicyElement(key_path="Software\\Empty", value_name="None", value_type=0, value_data=None),
            ),
        ),
        PolicyElementList(source="\\\\corp\\\U0001f600.pol", root_key_id=0x80000002, elements=None),
    )
)
CERTIFICATES = CertificatePart(
    pfx_stores=(
        PfxStore(
            template_name="Machine",
            private_key_export_policy=1,
            policy_server_url="https://ca.corp.example",
            policy_server_url_flags=2,
            policy_server_id="{1}",
            pfx=b"\x30\x82\x01",
        ),
    ),
    sst_stores=(
        SstStore(store_location=0x20000, store_name="Root", sst=bytes.fromhex("0000000043455254") + bytes(12)),
        SstStore(store_location=0x20000, store_name="CA", sst=b"\0\0\0\0\0"),
    ),
)
UNKNOWN_TYPE = uuid.UUID("deadbeef-0000-4000-8000-000000000001")
UNKNOWN = PackagePart(part_type=UNKNOWN_TYPE, flags=0, content=b"opaque \x00\xff")


def encode(structure: Any) -> bytes:
    return ndr.encode(ndr.Serialized(structure))


def build(password: str = SECRET, **options: Any) -> Package:
    return Package.build(ACCOUNT, DOMAIN, CONTROLLER, Password(password), **options)


def compose(
    join: Win7Blob | None, collection: Sequence[PackagePart] | None = None, version: int = 1, **members: Any
) -> bytes:
    """A package of any content; ``members`` are further members of OP_PACKAGE."""
    blobs = [] if join is None else [Blob(blob_format=1, content=encode(join))]
    if collection is not None or members:
        wrapped = {"wrapped_part_collection": encode(PartCollection(parts=tuple(collection or ())))}
        blobs.append(Blob(blob_format=2, content=encode(ProvisioningPackage(**(wrapped | members)))))
    return encode(ProvisionData(version=version, blobs=tuple(blobs)))


def full() -> bytes:
    """A package with every part that there is, and one that nobody knows."""
    package = build(join4=True)
    further = (
        parts.make(parts.JOIN2, JOIN2),
        parts.make(parts.POLICY, POLICY),
        parts.make(parts.CERTIFICATES, CERTIFICATES),
        UNKNOWN,
    )
    return compose(package.join, (*package.parts, *further))


def forms(secret: str) -> list[str]:
    """How the secret could look in a text: as it is, as bytes of UTF-16 in Python's words, hexadecimal, base64."""
    wide = secret.encode("utf-16-le")
    encoded = [base64.b64encode(wide + b"\0\0"), base64.b64encode(b"\0" + wide), base64.b64encode(b"\0\0" + wide)]
    # The first and the last characters of base64 depend on what stands beside the secret.
    return [secret, repr(wide)[2:-1], wide.hex(), *(form[4:-6].decode() for form in encoded)]


def nested(content: bytes) -> dict[str, tuple[type, bytes]]:
    """Every serialized structure of a package, the outermost too: its place, its type and its bytes."""
    found: dict[str, tuple[type, bytes]] = {"package": (ProvisionData, content)}
    for blob in ndr.decode(ProvisionData, content).value.blobs or ():
        if blob.blob_format == 1:
            found["win7"] = (Win7Blob, blob.content or b"")
            continue
        found["win8"] = (ProvisioningPackage, blob.content or b"")
        wrapped = ndr.decode(ProvisioningPackage, blob.content or b"").value.wrapped_part_collection or b""
        found["collection"] = (PartCollection, wrapped)
        for part in ndr.decode(PartCollection, wrapped).value.parts or ():
            if known := parts.PART_TYPES.get(part.part_type):
                found[known.name] = (known.structure, part.content or b"")
    return found
