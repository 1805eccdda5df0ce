# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates are collected from where, and which are left out or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.public_key_services import (
    PublishedCertificate,
    PublishedCertificates,
)
from ansible_collections.adops.offline_join.plugins.module_utils._issuing import certificate_sources
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.certificate_sources import Authorities
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import authority_samples as pki

ROOT, OTHER, OLD = pki.certificate("Corp Root"), pki.certificate("Other Root"), pki.expired()
ISSUING = pki.certificate("Corp Issuing", "Corp Root")


def published(*roots: bytes, intermediates: tuple[bytes, ...] = ()) -> PublishedCertificates:
    return PublishedCertificates(
        tuple(PublishedCertificate("CN=Roots", one) for one in roots),
        tuple(PublishedCertificate("CN=AIA", one) for one in intermediates),
    )


def test_place_in_the_directory_says_what_a_certificate_is() -> None:
    """Whoever may write to AIA only must not make a root."""
    found = certificate_sources.from_directory(
        published(pki.der(ROOT), intermediates=(pki.der(ISSUING), pki.der(OTHER))), pki.NOW
    )
    assert found == Authorities((pki.der(ROOT),), (pki.der(ISSUING), pki.der(OTHER)))


def test_former_certificates_are_left_out_by_name() -> None:
    found = certificate_sources.from_directory(published(pki.der(OLD), pki.der(ROOT)), pki.NOW)
    assert found.roots == (pki.der(ROOT),)
    [sentence] = found.left_out
    assert sentence.startswith("CN=Roots: the certificate CN=Old Root,O=Corp")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (pki.der(OLD), "every root that the directory publishes is out of date: CN=Roots: .*CN=Old Root"),
        (b"garbage", "CN=Roots holds no certificate that can be read"),
        (pki.der(pki.client_certificate("PC")), "CN=Roots: the certificate CN=PC,O=Corp .* is not that of a CA"),
        (pki.damaged(ROOT), "CN=Roots: the certificate CN=Corp Root,O=Corp .* is damaged"),
    ],
)
def test_directory_is_refused_by_the_name_of_its_object(content: bytes, refusal: str) -> None:
    with pytest.raises(SealError, match=refusal):
        certificate_sources.from_directory(published(content), pki.NOW)


def test_files_hold_roots_and_intermediates(tmp_path: Path) -> None:
    bundle, single = tmp_path / "bundle.pem", tmp_path / "other.crt"
    bundle.write_bytes(pki.pem(ISSUING, ROOT))
    single.write_bytes(pki.der(OTHER))
    found = certificate_sources.from_files([str(bundle), str(single), str(bundle)], pki.NOW)
    assert found == Authorities((pki.der(ROOT), pki.der(OTHER)), (pki.der(ISSUING),))


def test_expired_file_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "old.pem"
    file.write_bytes(pki.pem(ROOT, OLD))
    with pytest.raises(SealError, match=r"old\.pem: the certificate CN=Old Root,O=Corp"):
        certificate_sources.from_files([str(file)], pki.NOW)


def test_huge_file_is_not_even_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "huge.pem"
    with file.open("wb") as stream:
        stream.truncate(64 * 1024 * 1024)
    with pytest.raises(SealError, match=r"huge\.pem is larger than any package"):
        certificate_sources.from_files([str(file)], pki.NOW)


def test_nothing_is_joined_twice_and_a_root_is_no_intermediate() -> None:
    one = Authorities((b"A", b"A"), (b"X", b"B"), ("first",))
    other = Authorities((b"B", b"A"), (b"X", b"Y"), ("second",))
    assert one.joined(other) == Authorities((b"A", b"B"), (b"X", b"Y"), ("first", "second"))
