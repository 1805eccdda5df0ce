# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA certificates that a forest publishes for all of its members (MS-WCCE 2.2.2.11.3, 2.2.2.11.4).

NTAuthCertificates is not read: it says who may issue logon certificates, not whom a machine trusts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .connection import DirectoryConnection
from .domain import Domain
from .errors import SearchError

_SERVICES = "CN=Public Key Services,CN=Services,{}"
_ROOTS = "CN=Certification Authorities"
_INTERMEDIATES = "CN=AIA"
_FILTER = "(objectClass=certificationAuthority)"
_ATTRIBUTE = "cACertificate"
_PLACEHOLDER = b"\0"  # what an entry has whose CA published only its revocation list
_NOT_THERE = 32  # noSuchObject


@dataclass(frozen=True)
class PublishedCertificate:
    """``content`` is as the directory has it, in DER where nobody broke it; ``dn`` is its object."""

    dn: str
    content: bytes


@dataclass(frozen=True)
class PublishedCertificates:
    """In the order of their objects; nobody has judged them."""

    roots: tuple[PublishedCertificate, ...]
    intermediates: tuple[PublishedCertificate, ...]

    @classmethod
    def read(cls, connection: DirectoryConnection, domain: Domain) -> PublishedCertificates:
        """
        :raises SearchError: they cannot be read, or no root is published
        """
        services = _SERVICES.format(domain.configuration_dn)
        roots = tuple(_published(connection, f"{_ROOTS},{services}"))
        if not roots:
            raise SearchError(
                "read the CA certificates of the forest",
                f"none that this login may read is published in {_ROOTS},{services}",
                "publish the root with certutil -dspublish, or name files in root_ca_files",
            )
        return cls(roots, tuple(_published(connection, f"{_INTERMEDIATES},{services}")))


def _published(connection: DirectoryConnection, container: str) -> Iterator[PublishedCertificate]:
    try:
        found = connection.search(container, _FILTER, [_ATTRIBUTE])
    except SearchError as error:
        if error.result != _NOT_THERE:
            raise
        return
    for dn, entry in sorted(found, key=lambda one: one[0]):
        # The order of an attribute's values means nothing in LDAP and may change.
        for content in sorted(entry.get(_ATTRIBUTE, [])):
            if content != _PLACEHOLDER:
                yield PublishedCertificate(dn, content)
