# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package still holds its account's password: every way to lose it, and every way not to know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.currency import (
    Account,
    PackageIdentity,
    judge,
)

PACKAGE = PackageIdentity("ab" * 32, "S-1-5-21-1-2-3-1104")
ACCOUNT = Account("S-1-5-21-1-2-3-1104", "641b88f4-0000-4000-8000-000000000000", 134082000000000000, 2)
RECORD = IssueRecord(
    machine="PC-1",
    domain="corp.example",
    distinguished_name="CN=PC-1,DC=corp,DC=example",
    issued="2026-11-21T04:23:31+00:00",
    sid=ACCOUNT.sid,
    object_guid=ACCOUNT.object_guid,
    password_last_set=ACCOUNT.password_last_set,
    key_version=ACCOUNT.key_version,
    package_sha256=PACKAGE.sha256,
)
LATER, EARLIER = ACCOUNT.password_last_set + 1, ACCOUNT.password_last_set - 1


@pytest.mark.parametrize("account_sid", [PACKAGE.account_sid, None])
def test_current(account_sid: str | None) -> None:
    assert judge(replace(PACKAGE, account_sid=account_sid), RECORD, ACCOUNT).current is True


@pytest.mark.parametrize(
    ("package", "record", "account", "current", "words"),
    [
        (PACKAGE, RECORD, None, False, "no account"),
        (PACKAGE, None, None, False, "no account"),
        (replace(PACKAGE, account_sid="S-1-5-21-1-2-3-1105"), None, ACCOUNT, False, "another SID"),
        (PACKAGE, None, ACCOUNT, None, "no issue record"),
        (PACKAGE, replace(RECORD, package_sha256=None), ACCOUNT, None, "what was intended"),
        (PACKAGE, replace(RECORD, password_last_set=None), ACCOUNT, None, "what was intended"),
        (PACKAGE, replace(RECORD, key_version=None), ACCOUNT, None, "what was intended"),
        (replace(PACKAGE, sha256="cd" * 32), RECORD, ACCOUNT, False, "another package"),
        (PACKAGE, replace(RECORD, object_guid="another"), ACCOUNT, False, "another objectGUID"),
        (PACKAGE, RECORD, replace(ACCOUNT, password_last_set=LATER), False, "was changed"),
        (PACKAGE, RECORD, replace(ACCOUNT, key_version=3), False, "was changed"),
        (PACKAGE, RECORD, replace(ACCOUNT, password_last_set=LATER, key_version=3), False, "was changed"),
        (PACKAGE, RECORD, replace(ACCOUNT, password_last_set=EARLIER), None, "replication lags"),
        (PACKAGE, RECORD, replace(ACCOUNT, key_version=1), None, "replication lags"),
    ],
)
def test_table(
    package: PackageIdentity,
    record: IssueRecord | None,
    account: Account | None,
    current: bool | None,
    words: str,
) -> None:
    verdict = judge(package, record, account)
    assert verdict.current is current
    assert words in verdict.reason
