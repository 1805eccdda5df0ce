# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every structure of a provisioning package, in the order and with the names of Microsoft's IDL.

The source is "Offline domain join IDL definitions" (Win32 documentation, NetMgmt, odj-idl). A count and the
array that it counts are one member here, named after the array. ``Extension`` members are reserved and NULL.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from .ndr import member
from .ndr_types import (
    CountedArray,
    CountedBytes,
    Guid,
    SecretString,
    SecurityIdentifier,
    UnicodeString,
    Unsigned,
    WideString,
)
from .password import Password

_NO_GUID = uuid.UUID(int=0)
_FEW, _MANY = 256, 16_384


@dataclass(frozen=True, kw_only=True)
class Blob:
    """ODJ_BLOB: one form of the package; ``blob_format`` says which structure ``content`` holds."""

    blob_format: int = member("ulODJFormat", Unsigned(4))
    content: bytes | None = member("pBlob", CountedBytes())


@dataclass(frozen=True, kw_only=True)
class ProvisionData:
    """ODJ_PROVISION_DATA: the outermost structure, the same join in one form for each generation of Windows."""

    IDL_NAME: ClassVar = "ODJ_PROVISION_DATA"
    version: int = member("ulVersion", Unsigned(4))
    blobs: tuple[Blob, ...] | None = member("pBlobs", CountedArray(Blob, _FEW))


@dataclass(frozen=True, kw_only=True)
class DnsDomainInfo:
    """ODJ_POLICY_DNS_DOMAIN_INFO: the domain, as LSA keeps it."""

    name: str | None = member("Name", UnicodeString())
    dns_domain_name: str | None = member("DnsDomainName", UnicodeString())
    dns_forest_name: str | None = member("DnsForestName", UnicodeString())
    domain_guid: uuid.UUID = member("DomainGuid", Guid())
    sid: str | None = member("Sid", SecurityIdentifier())


@dataclass(frozen=True, kw_only=True)
class DomainControllerInfo:
    """DOMAIN_CONTROLLER_INFOW (dsgetdc.h): a hint, because Windows locates a domain controller at each start."""

    domain_controller_name: str | None = member("DomainControllerName", WideString())
    domain_controller_address: str | None = member("DomainControllerAddress", WideString())
    domain_controller_address_type: int = member("DomainControllerAddressType", Unsigned(4))
    domain_guid: uuid.UUID = member("DomainGuid", Guid())
    domain_name: str | None = member("DomainName", WideString())
    dns_forest_name: str | None = member("DnsForestName", WideString())
    flags: int = member("Flags", Unsigned(4))
    dc_site_name: str | None = member("DcSiteName", WideString())
    client_site_name: str | None = member("ClientSiteName", WideString())


@dataclass(frozen=True, kw_only=True)
class Win7Blob:
    """ODJ_WIN7BLOB: all that a join needs, the password among it.

    Samba's IDL shows a ``_pad`` before DnsDomainInfo that must not be zero: it reads the top-level pointer as
    the first member, so that this "pad" is in truth the referent of lpMachinePassword.
    """

    IDL_NAME: ClassVar = "ODJ_WIN7BLOB"
    domain: str | None = member("lpDomain", WideString())
    machine_name: str | None = member("lpMachineName", WideString())
    machine_password: Password | None = member("lpMachinePassword", SecretString())
    dns_domain_info: DnsDomainInfo = member("DnsDomainInfo", DnsDomainInfo)
    dc_info: DomainControllerInfo = member("DcInfo", DomainControllerInfo)
    options: int = member("Options", Unsigned(4))


@dataclass(frozen=True, kw_only=True)
class ProvisioningPackage:
    """OP_PACKAGE: the form since Windows 8. The encryption members are reserved: nothing is encrypted."""

    IDL_NAME: ClassVar = "OP_PACKAGE"
    encryption_type: uuid.UUID = member("EncryptionType", Guid(), _NO_GUID)
    encryption_context: bytes | None = member("EncryptionContext", CountedBytes(), None)
    wrapped_part_collection: bytes | None = member("WrappedPartCollection", CountedBytes())
    decrypted_part_collection_size: int = member("cbDecryptedPartCollection", Unsigned(4), 0)
    extension: bytes | None = member("Extension", CountedBytes(), None)


@dataclass(frozen=True, kw_only=True)
class PackagePart:
    """OP_PACKAGE_PART: a part, known by its GUID. Flag 1: who cannot install the part must fail altogether."""

    part_type: uuid.UUID = member("PartType", Guid())
    flags: int = member("ulFlags", Unsigned(4), 0)
    content: bytes | None = member("Part", CountedBytes())
    extension: bytes | None = member("Extension", CountedBytes(), None)


@dataclass(frozen=True, kw_only=True)
class PartCollection:
    """OP_PACKAGE_PART_COLLECTION."""

    IDL_NAME: ClassVar = "OP_PACKAGE_PART_COLLECTION"
    parts: tuple[PackagePart, ...] | None = member("pParts", CountedArray(PackagePart, _FEW))
    extension: bytes | None = member("Extension", CountedBytes(), None)


@dataclass(frozen=True, kw_only=True)
class Join2Part:
    """OP_JOINPROV2_PART: site (flag 1: for good), NetBIOS name and primary DNS suffix that the machine takes."""

    IDL_NAME: ClassVar = "OP_JOINPROV2_PART"
    flags: int = member("dwFlags", Unsigned(4), 0)
    netbios_name: str | None = member("lpNetbiosName", WideString(), None)
    site_name: str | None = member("lpSiteName", WideString(), None)
    primary_dns_domain: str | None = member("lpPrimaryDNSDomain", WideString(), None)
    reserved_number: int = member("dwReserved", Unsigned(4), 0)
    reserved_text: str | None = member("lpReserved", WideString(), None)


@dataclass(frozen=True, kw_only=True)
class Join3Part:
    """OP_JOINPROV3_PART: which account it is."""

    IDL_NAME: ClassVar = "OP_JOINPROV3_PART"
    rid: int = member("Rid", Unsigned(4))
    sid: str | None = member("lpSid", WideString())


@dataclass(frozen=True, kw_only=True)
class Join4Part:
    """OP_JOINPROV4_PART: the same with the account's objectGUID."""

    IDL_NAME: ClassVar = "OP_JOINPROV4_PART"
    rid: int = member("Rid", Unsigned(4))
    sid: str | None = member("lpSid", WideString())
    object_guid: uuid.UUID = member("ObjectGuid", Guid())


@dataclass(frozen=True, kw_only=True)
class PolicyElement:
    """OP_POLICY_ELEMENT: one registry value; ``value_type`` is a REG_* number."""

    key_path: str | None = member("pKeyPath", WideString())
    value_name: str | None = member("pValueName", WideString())
    value_type: int = member("ulValueType", Unsigned(4))
    value_data: bytes | None = member("pValueData", CountedBytes())


@dataclass(frozen=True, kw_only=True)
class PolicyElementList:
    """OP_POLICY_ELEMENT_LIST: the values of one policy file; the root key is HKEY_LOCAL_MACHINE, 0x80000002."""

    source: str | None = member("pSource", WideString())
    root_key_id: int = member("ulRootKeyId", Unsigned(4))
    elements: tuple[PolicyElement, ...] | None = member("pElements", CountedArray(PolicyElement, _MANY))


@dataclass(frozen=True, kw_only=True)
class PolicyPart:
    """OP_POLICY_PART."""

    IDL_NAME: ClassVar = "OP_POLICY_PART"
    element_lists: tuple[PolicyElementList, ...] | None = member("pElementLists", CountedArray(PolicyElementList, _FEW))
    extension: bytes | None = member("Extension", CountedBytes(), None)


@dataclass(frozen=True, kw_only=True)
class PfxStore:
    """OP_CERT_PFX_STORE: a certificate with its private key, as PKCS#12."""

    template_name: str | None = member("pTemplateName", WideString())
    private_key_export_policy: int = member("ulPrivateKeyExportPolicy", Unsigned(4))
    policy_server_url: str | None = member("pPolicyServerUrl", WideString())
    policy_server_url_flags: int = member("ulPolicyServerUrlFlags", Unsigned(4))
    policy_server_id: str | None = member("pPolicyServerId", WideString())
    pfx: bytes | None = member("pPfx", CountedBytes())


@dataclass(frozen=True, kw_only=True)
class SstStore:
    """OP_CERT_SST_STORE: certificates for one system store, as a serialized store."""

    store_location: int = member("StoreLocation", Unsigned(4))
    store_name: str | None = member("pStoreName", WideString())
    sst: bytes | None = member("pSst", CountedBytes())


@dataclass(frozen=True, kw_only=True)
class CertificatePart:
    """OP_CERT_PART."""

    IDL_NAME: ClassVar = "OP_CERT_PART"
    pfx_stores: tuple[PfxStore, ...] | None = member("pPfxStores", CountedArray(PfxStore, _FEW))
    sst_stores: tuple[SstStore, ...] | None = member("pSstStores", CountedArray(SstStore, _FEW))
    extension: bytes | None = member("Extension", CountedBytes(), None)
