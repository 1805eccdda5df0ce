# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages go onto a stick, and the sentences for those that do not."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.field_kit import packing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples as samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.sealed_samples import CLAIMS, NOW

CUT_OFF = samples.sealed()[:-1]


def record(**changes: Any) -> IssueRecord:
    whole = IssueRecord(
        machine="BER-PC-001",
        domain="corp.example",
        distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
        issued="2026-11-21T11:00:00+00:00",
        package_sha256=CLAIMS.package_sha256,
        sealed_sha256=hashlib.sha256(samples.sealed()).hexdigest(),
        expires=CLAIMS.expires.isoformat(),
    )
    return dataclasses.replace(whole, **changes)


def carry(**changes: Any) -> packing.Carried:
    given: dict[str, Any] = {"name": "ber-pc-001", "sealed": samples.sealed(), "record": record()}
    given |= {"recipient": samples.recipient().certificate, "serial_number": "PF3XK0Q1", "now": NOW} | changes
    return packing.carry(given.pop("name"), given.pop("sealed"), given.pop("record"), given.pop("recipient"), **given)


def test_what_the_manifest_gets() -> None:
    carried = carry()
    assert (carried.machine, carried.domain, carried.serial_number) == ("BER-PC-001", "corp.example", "PF3XK0Q1")
    assert (carried.issued, carried.expires) == (CLAIMS.issued, CLAIMS.expires)
    assert carried.file == "packages/BER-PC-001.sealed"
    assert carried.sha256 == hashlib.sha256(samples.sealed()).hexdigest()
    assert carry(serial_number="").serial_number is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sealed": b"\xff\xfeA\0R\0"}, "is not sealed, and no other goes onto a stick"),
        ({"sealed": samples.sealed().replace(b"\n", b"\r\n")}, "not the one of the issue record"),
        ({"record": None}, "not the one of the issue record"),
        ({"name": "BER-PC-002"}, "not the one of the issue record"),
        ({"sealed": CUT_OFF, "record": record(sealed_sha256=hashlib.sha256(CUT_OFF).hexdigest())}, "is cut off"),
        ({"record": record(package_sha256=None)}, "its issue record is unfinished"),
        ({"now": CLAIMS.expires}, "its package expired at 2026-12-21"),
        ({"recipient": samples.recipient("Other").certificate}, "does not open its package"),
    ],
)
def test_what_stays_at_home(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SealError, match=sentence) as refused:
        carry(**changes)
    assert str(refused.value).startswith(f"{changes.get('name', 'ber-pc-001')}: ")


def test_a_second_before_it_expires_it_still_goes() -> None:
    assert carry(now=CLAIMS.expires - timedelta(seconds=1)).machine == "BER-PC-001"
