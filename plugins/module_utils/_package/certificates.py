# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates inside a package: put into the part CERT as bytes, and taken out of it again.

No package made by Windows with this part is known to us. That Windows looks for the stores of the machine under these
names, and opens a PKCS #12 without a passphrase because no field carries one, is inferred from the documentation.
"""

from __future__ import annotations

from collections.abc import Collection

from . import certificate_store
from .certificate_store import Element, Kind
from .structures import CertificatePart, PfxStore, SstStore

_LOCAL_MACHINE = 0x20000  # CERT_SYSTEM_STORE_LOCAL_MACHINE
_ROOTS, _INTERMEDIATES = "Root", "CA"


def part(roots: Collection[bytes], intermediates: Collection[bytes], pfx: bytes | None) -> CertificatePart | None:
    """From certificates in DER and a PKCS #12 that no passphrase protects; None where there are none."""
    filled = [(name, ders) for name, ders in ((_ROOTS, roots), (_INTERMEDIATES, intermediates)) if ders]
    stores = tuple(_store(name, ders) for name, ders in filled)
    keys = () if pfx is None else (_private_key(pfx),)
    return CertificatePart(pfx_stores=keys or None, sst_stores=stores or None) if stores or keys else None


def certificates(store: SstStore) -> list[bytes]:
    """In DER; revocation lists and trust lists are passed over.

    :raises DecodeError: the store is damaged, or of a form that is not known
    """
    return [one.content for one in certificate_store.read(store.sst or b"") if one.kind is Kind.CERTIFICATE]


def _store(name: str, ders: Collection[bytes]) -> SstStore:
    elements = [Element(Kind.CERTIFICATE, der) for der in ders]
    return SstStore(store_location=_LOCAL_MACHINE, store_name=name, sst=certificate_store.write(elements))


def _private_key(pfx: bytes) -> PfxStore:
    """Of no template and no policy server, and not exportable again (X509PrivateKeyExportFlags)."""
    return PfxStore(
        template_name=None,
        private_key_export_policy=0,
        policy_server_url=None,
        policy_server_url_flags=0,
        policy_server_id=None,
        pfx=pfx,
    )
