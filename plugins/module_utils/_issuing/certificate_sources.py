# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates that go into packages: collected and judged before anything is issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._directory.public_key_services import PublishedCertificate, PublishedCertificates
from .._package.text import LARGEST_PACKAGE
from .._rollout import carried_certificates
from .._rollout.carried_certificates import SealError
from .._storage import secret_file

_LARGEST_FILE = 2 * LARGEST_PACKAGE  # bytes; PEM adds a third


@dataclass(frozen=True)
class Authorities:
    """CA certificates in DER; ``left_out`` tells which were not taken, and why."""

    roots: tuple[bytes, ...] = ()
    intermediates: tuple[bytes, ...] = ()
    left_out: tuple[str, ...] = ()

    def joined(self, other: Authorities) -> Authorities:
        """Both, none of them twice."""
        roots = tuple(dict.fromkeys(self.roots + other.roots))
        others = dict.fromkeys(self.intermediates + other.intermediates)
        known = set(roots)
        return Authorities(roots, tuple(der for der in others if der not in known), self.left_out + other.left_out)


def read(connection: DirectoryConnection, domain: Domain, options: Mapping[str, Any], now: datetime) -> Authorities:
    """From where the options ``root_ca_certificates`` and ``root_ca_files`` say.

    :raises DirectoryError: the directory cannot be read, or publishes no root
    :raises SealError: naming the object or file, and what is wrong with its certificate
    """
    found = from_files(options["root_ca_files"], now)
    if options["root_ca_certificates"]:
        found = from_directory(PublishedCertificates.read(connection, domain), now).joined(found)
    return found


def from_directory(published: PublishedCertificates, now: datetime) -> Authorities:
    """Where they are published says what they are. Expired ones are left out: a CA's old certificates stay there.

    :raises SealError: one cannot be read or is not that of a CA, or all roots are expired
    """
    roots, old_roots = _valid(published.roots, now)
    intermediates, old_intermediates = _valid(published.intermediates, now)
    if not roots:
        raise SealError(f"every root that the directory publishes is out of date: {old_roots[0]}")
    return Authorities(roots, intermediates, old_roots + old_intermediates)


def from_files(paths: Iterable[str], now: datetime) -> Authorities:
    """Who names itself as its issuer is a root, others are intermediates.

    :raises SealError: naming the file: it cannot be read, or holds a certificate that is expired or not that of a CA
    """
    roots: list[bytes] = []
    intermediates: list[bytes] = []
    for path in paths:
        for certificate in carried_certificates.load_authorities(_content(path), path):
            if fault := carried_certificates.validity_fault(certificate, now):
                raise SealError(f"{path}: {fault}")
            chosen = roots if carried_certificates.is_root(certificate) else intermediates
            chosen.append(carried_certificates.der(certificate))
    return Authorities().joined(Authorities(tuple(roots), tuple(intermediates)))


def client_certificate(path: str, passphrase: str | None, now: datetime) -> bytes:
    """As PKCS #12 that no passphrase protects.

    :raises SealError: naming the file and what is wrong with it
    """
    return carried_certificates.load_client_certificate(_content(path), passphrase, path, now)


def _valid(published: Iterable[PublishedCertificate], now: datetime) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The certificates that are valid now, and why the others are not."""
    valid, old = [], []
    for one in published:
        for certificate in carried_certificates.load_authorities(one.content, one.dn):
            if fault := carried_certificates.validity_fault(certificate, now):
                old.append(f"{one.dn}: {fault}")
            else:
                valid.append(carried_certificates.der(certificate))
    return tuple(valid), tuple(old)


def _content(path: str) -> bytes:
    try:
        content = secret_file.read(Path(path), _LARGEST_FILE)
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}; name a file that is there") from None
    if len(content) > _LARGEST_FILE:
        raise SealError(f"{path} is larger than any package; name a file with fewer certificates")
    return content
