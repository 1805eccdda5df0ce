# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package is held against its claims and its issue record."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ansible_collections.adops.offline_join.plugins.module_utils._storage import issued_package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._storage.test_package_form import RECORD

PLACE = Path("/srv/packages/berlin/BER-PC-001.sealed")
PACKAGE = samples.build()
CLAIMS = dataclasses.replace(sealed_samples.CLAIMS, domain=PACKAGE.domain_name.upper())
ISSUED = dataclasses.replace(RECORD, package_sha256=PACKAGE.sha256)


def test_the_one_that_was_issued() -> None:
    for claims in (None, CLAIMS):
        for record in (None, ISSUED):
            assert issued_package.fault(PLACE, PACKAGE, claims, record) is None


def test_claims_of_another_domain() -> None:
    """Signed by the issuer all the same: what it sealed there was the wrong package."""
    said = issued_package.fault(PLACE, PACKAGE, dataclasses.replace(CLAIMS, domain="other.example"), ISSUED)
    expected = f"its claims say other.example, and the package inside {PACKAGE.domain_name}; issue it again"
    assert said == f"{PLACE}: {expected}"


def test_another_one_than_was_issued() -> None:
    said = issued_package.fault(PLACE, PACKAGE, CLAIMS, dataclasses.replace(ISSUED, package_sha256="0" * 64))
    assert said is not None
    assert said.startswith(f"{PLACE} is not the package that was issued, by the issue record beside it: ")
    assert said.endswith("; issue it again")
