# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a file in the place of a machine's package is: its package, a dead one, or somebody else's."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import PackageFile
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import DjoinForm, SealedFiles
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import sealed_samples

PACKAGE = Package.read(samples.WINDOWS)
NAME, SID = PACKAGE.machine_name, PACKAGE.account_sid
PLAIN = PACKAGE.to_djoin_file()
SEALED = sealed_samples.sealed()
RECORD = IssueRecord(
    machine=NAME,
    domain=PACKAGE.domain_name,
    distinguished_name=f"CN={NAME},OU=Staging,DC=corp,DC=example",
    issued="2026-11-21T03:23:00+00:00",
    sid=SID,
    package_sha256=PACKAGE.sha256,
    sealed_sha256=hashlib.sha256(SEALED).hexdigest(),
)


@pytest.mark.parametrize(
    ("content", "name", "sid", "record", "status"),
    [
        (PLAIN, NAME.upper(), SID, RECORD, PackageFile.SOUND),
        (PLAIN, NAME, SID, None, PackageFile.SOUND),
        (PLAIN, "OTHER", SID, RECORD, PackageFile.UNUSABLE),
        (PLAIN, NAME, f"{SID}0", RECORD, PackageFile.UNUSABLE),
        (PLAIN, NAME, None, RECORD, PackageFile.UNUSABLE),
        (PLAIN, NAME, SID, dataclasses.replace(RECORD, package_sha256="0" * 64), PackageFile.DEAD),
        (PLAIN[:-40], NAME, SID, RECORD, PackageFile.UNUSABLE),
        (SEALED, NAME, SID, RECORD, PackageFile.UNUSABLE),
    ],
)
def test_djoin_file(
    content: bytes, name: str, sid: str | None, record: IssueRecord | None, status: PackageFile
) -> None:
    assert DjoinForm().status(content, name, sid, record) is status


def expiring(days: int) -> IssueRecord:
    return dataclasses.replace(RECORD, expires=(datetime.now(UTC) + timedelta(days=days)).isoformat())


@pytest.mark.parametrize(
    ("content", "name", "sid", "record", "status"),
    [
        (SEALED, NAME.upper(), SID, RECORD, PackageFile.SOUND),
        (SEALED, NAME, SID, expiring(1), PackageFile.SOUND),
        (SEALED, NAME, SID, expiring(-1), PackageFile.EXPIRED),
        (SEALED, NAME, SID, None, PackageFile.UNUSABLE),
        (SEALED, "OTHER", SID, RECORD, PackageFile.UNUSABLE),
        (SEALED, NAME, f"{SID}0", RECORD, PackageFile.UNUSABLE),
        (SEALED, NAME, None, RECORD, PackageFile.UNUSABLE),
        (PLAIN, NAME, SID, RECORD, PackageFile.UNUSABLE),
        (sealed_samples.flipped(SEALED, 8 * 900), NAME, SID, RECORD, PackageFile.DEAD),
    ],
)
def test_sealed_file(
    content: bytes, name: str, sid: str | None, record: IssueRecord | None, status: PackageFile
) -> None:
    assert SealedFiles().status(content, name, sid, record) is status
