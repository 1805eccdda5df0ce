# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packages and issue records on disk, and what is put back where an intention came to nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import PackageFile
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

BEFORE = IssueRecord(
    machine="ber-pc-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued="2026-11-20T03:23:00+00:00",
    password_last_set=7,
)
INTENDED = dataclasses.replace(BEFORE, issued="2026-11-21T03:23:00+00:00", password_last_set=None)


@pytest.mark.parametrize("before", [None, BEFORE])
def test_an_intention_that_came_to_nothing(tmp_path: Path, before: IssueRecord | None) -> None:
    store = PackageStore(tmp_path)
    for record in (before, INTENDED):
        if record is not None:
            assert store.write_records([record]) == {}
    assert store.read_record("Ber-PC-001") == INTENDED
    store.restore_record("BER-PC-001", before)
    assert store.read_record("BER-PC-001") == before
    assert [one.name for one in tmp_path.iterdir()] == ([] if before is None else ["BER-PC-001.issue.json"])


def test_no_package_without_its_record(tmp_path: Path) -> None:
    """A record that cannot be written leaves no package behind, and the others get theirs."""
    store = PackageStore(tmp_path)
    other = dataclasses.replace(BEFORE, machine="BER-PC-002")
    store.issue_record("BER-PC-001").mkdir()
    failures = store.write([(BEFORE, b"one"), (other, b"two")])
    assert [*failures] == ["ber-pc-001"]
    assert not store.package("BER-PC-001").exists()
    assert store.package("BER-PC-002").read_bytes() == b"two"
    assert store.status("BER-PC-001", None) is PackageFile.ABSENT
    assert store.status("BER-PC-002", None) is PackageFile.UNUSABLE
