# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manifest: what it says, and that only the issuer can say it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import manifest as manifests
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit.manifest import Carried, Manifest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples as samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import NOW

CARRIED = Carried(
    machine="BER-PC-001",
    domain="corp.example",
    serial_number=None,
    issued=NOW,
    expires=NOW + timedelta(days=30),
    package_sha256="a" * 64,
    file="packages/BER-PC-001.sealed",
    sha256="b" * 64,
)
LATER = dataclasses.replace(CARRIED, machine="BER-PC-002", expires=NOW + timedelta(days=31))
MANIFEST = Manifest(kit="5d0e21c7", made=NOW, branch="", issuers=["f", "e"], recipient="c", packages=[CARRIED, LATER])


def test_it_says_what_it_was_given() -> None:
    signed = MANIFEST.sign(samples.issuer(), NOW)
    fields = manifests.read(signed, [samples.issuer().certificate], NOW)
    assert fields == MANIFEST.to_fields()
    assert fields["expires"] == "2026-12-22T12:00:00Z"
    assert fields["issuers"] == ["e", "f"]
    assert fields["packages"][0]["issued"] == "2026-11-21T12:00:00Z"


def test_no_changed_byte_is_believed() -> None:
    signed = MANIFEST.sign(samples.issuer(), NOW)
    bits = range(0, len(signed) * 8, 211)
    trusted = [samples.issuer().certificate]
    assert [*samples.unnoticed(signed, bits, lambda content: manifests.read(content, trusted, NOW))] == []


def test_a_stranger_is_not_believed() -> None:
    signed = MANIFEST.sign(samples.issuer("Stranger"), NOW)
    with pytest.raises(SealError, match="signed by a stranger"):
        manifests.read(signed, [samples.issuer().certificate], NOW)


def test_who_opens_packages_cannot_sign_it() -> None:
    with pytest.raises(SealError, match=r"the kit cannot be signed: .*not made for signing"):
        MANIFEST.sign(samples.recipient(), NOW)


def test_the_inside_of_a_package_is_no_manifest() -> None:
    opened = samples.open_it(samples.sealed())
    content = sealing.Content(opened.claims, [samples.recipient().fingerprint], opened.package).to_bytes()
    signed = sealing.signature.sign(content, samples.issuer().certificate, samples.issuer().key)
    with pytest.raises(SealError, match="no manifest of a field kit"):
        manifests.read(signed, [samples.issuer().certificate], NOW)
