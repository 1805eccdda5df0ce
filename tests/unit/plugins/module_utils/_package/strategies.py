# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any value of every structure: independent of how the structures declare themselves."""

from __future__ import annotations

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
from hypothesis import strategies as st

_LONG = st.integers(0, 2**32 - 1)
_GUID = st.uuids()
# Characters of all planes, but no NUL, which would end a string, and no half of a surrogate pair.
_TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=24)
_BYTES = st.none() | st.binary(max_size=24)
_SID = st.none() | st.builds(
    lambda authority, subauthorities: "-".join(map(str, ["S", 1, authority, *subauthorities])),
    st.integers(0, 2**48 - 1),
    st.lists(_LONG, max_size=15),
)
_PASSWORD = st.none() | st.builds(
    lambda units: Password(units.decode("utf-16-le", "surrogatepass")),
    st.lists(st.binary(min_size=2, max_size=2), max_size=24).map(b"".join),
)


def _array(elements: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | st.lists(elements, max_size=3).map(tuple)


_DNS_DOMAIN_INFO = st.builds(
    DnsDomainInfo, name=_TEXT, dns_domain_name=_TEXT, dns_forest_name=_TEXT, domain_guid=_GUID, sid=_SID
)
_DC_INFO = st.builds(
    DomainControllerInfo,
    domain_controller_name=_TEXT,
    domain_controller_address=_TEXT,
    domain_controller_address_type=_LONG,
    domain_guid=_GUID,
    domain_name=_TEXT,
    dns_forest_name=_TEXT,
    flags=_LONG,
    dc_site_name=_TEXT,
    client_site_name=_TEXT,
)
_PART = st.builds(PackagePart, part_type=_GUID, flags=_LONG, content=_BYTES, extension=_BYTES)
_ELEMENT = st.builds(PolicyElement, key_path=_TEXT, value_name=_TEXT, value_type=_LONG, value_data=_BYTES)
_ELEMENT_LIST = st.builds(PolicyElementList, source=_TEXT, root_key_id=_LONG, elements=_array(_ELEMENT))
_PFX = st.builds(
    PfxStore,
    template_name=_TEXT,
    private_key_export_policy=_LONG,
    policy_server_url=_TEXT,
    policy_server_url_flags=_LONG,
    policy_server_id=_TEXT,
    pfx=_BYTES,
)
_SST = st.builds(SstStore, store_location=_LONG, store_name=_TEXT, sst=_BYTES)

STRUCTURES: dict[type, st.SearchStrategy[object]] = {
    ProvisionData: st.builds(
        ProvisionData, version=_LONG, blobs=_array(st.builds(Blob, blob_format=_LONG, content=_BYTES))
    ),
    Win7Blob: st.builds(
        Win7Blob,
        domain=_TEXT,
        machine_name=_TEXT,
        machine_password=_PASSWORD,
        dns_domain_info=_DNS_DOMAIN_INFO,
        dc_info=_DC_INFO,
        options=_LONG,
    ),
    ProvisioningPackage: st.builds(
        ProvisioningPackage,
        encryption_type=_GUID,
        encryption_context=_BYTES,
        wrapped_part_collection=_BYTES,
        decrypted_part_collection_size=_LONG,
        extension=_BYTES,
    ),
    PartCollection: st.builds(PartCollection, parts=_array(_PART), extension=_BYTES),
    Join2Part: st.builds(
        Join2Part,
        flags=_LONG,
        netbios_name=_TEXT,
        site_name=_TEXT,
        primary_dns_domain=_TEXT,
        reserved_number=_LONG,
        reserved_text=_TEXT,
    ),
    Join3Part: st.builds(Join3Part, rid=_LONG, sid=_TEXT),
    Join4Part: st.builds(Join4Part, rid=_LONG, sid=_TEXT, object_guid=_GUID),
    PolicyPart: st.builds(PolicyPart, element_lists=_array(_ELEMENT_LIST), extension=_BYTES),
    CertificatePart: st.builds(CertificatePart, pfx_stores=_array(_PFX), sst_stores=_array(_SST), extension=_BYTES),
}
