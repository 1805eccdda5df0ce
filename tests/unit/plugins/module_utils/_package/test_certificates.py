# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part CERT: which store holds what, and that nothing is written where there is nothing."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import certificate_store
from ansible_collections.adops.offline_join.plugins.module_utils._package.certificate_store import Element, Kind
from ansible_collections.adops.offline_join.plugins.module_utils._package.certificates import certificates, part
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import PfxStore, SstStore

LOCAL_MACHINE = 0x20000
ROOT, ISSUING, PFX = b"root", b"issuing", b"key"


def test_nothing_is_no_part() -> None:
    assert part([], [], None) is None


def test_roots_and_intermediates_have_stores_of_their_own() -> None:
    made = part([ROOT], [ISSUING, ROOT], None)
    assert made is not None
    assert made.pfx_stores is None
    assert made.sst_stores is not None
    places = [(store.store_location, store.store_name, certificates(store)) for store in made.sst_stores]
    assert places == [(LOCAL_MACHINE, "Root", [ROOT]), (LOCAL_MACHINE, "CA", [ISSUING, ROOT])]


def test_store_without_content_is_left_out() -> None:
    made = part([], [ISSUING], None)
    assert made is not None
    assert [store.store_name for store in made.sst_stores or ()] == ["CA"]


def test_key_comes_alone_and_is_not_exportable() -> None:
    made = part([], [], PFX)
    assert made is not None
    assert made.sst_stores is None
    [store] = made.pfx_stores or ()
    assert store == PfxStore(
        template_name=None,
        private_key_export_policy=0,
        policy_server_url=None,
        policy_server_url_flags=0,
        policy_server_id=None,
        pfx=PFX,
    )
    assert "key" not in repr(store).replace("private_key_export_policy", "")


def test_lists_beside_the_certificates_are_passed_over() -> None:
    elements = [
        Element(Kind.REVOCATION_LIST, b"crl"),
        Element(Kind.CERTIFICATE, ROOT),
        Element(Kind.TRUST_LIST, b"ctl"),
    ]
    store = SstStore(store_location=LOCAL_MACHINE, store_name="Root", sst=certificate_store.write(elements))
    assert certificates(store) == [ROOT]


@pytest.mark.parametrize("content", [None, b"", b"PKCS7 or whatever"])
def test_other_forms_of_stores_are_refused(content: bytes | None) -> None:
    with pytest.raises(DecodeError):
        certificates(SstStore(store_location=LOCAL_MACHINE, store_name="Root", sst=content))
