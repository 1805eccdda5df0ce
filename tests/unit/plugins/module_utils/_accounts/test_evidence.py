# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known beside the directory, from records on a real disk; what the directory shows is asked of a real one."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.liveness import Liveness, State
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

GUID, OTHER = "0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11", "5d3f0f2e-9a64-4b0e-8a4c-1c9c3f3b7a22"


def store(directory: Path) -> PackageStore:
    made = PackageStore(directory)
    made.write_records([
        IssueRecord(
            machine="BER-PC-001", domain="corp.example", distinguished_name="", issued="2026-11-21T03:23:00+00:00",
            object_guid=GUID,
        )
    ])  # fmt: skip
    return made


def test_what_is_underway_is_not_unused_whatever_the_case_of_its_name(tmp_path: Path) -> None:
    evidence = Evidence(store(tmp_path), {"Ber-PC-001": "it was applied", "BER-PC-002": "", "BER-PC-003": None})
    assert evidence.judge("BER-PC-001", GUID) == Liveness(State.UNKNOWN, "it was applied")
    assert [evidence.underway(f"BER-PC-00{number}") for number in (1, 2, 3)] == ["it was applied", "", ""]
    assert Evidence(store(tmp_path)).judge("BER-PC-001", GUID).state is State.UNUSED


def test_an_account_without_a_record_counts_as_live_and_proves_nothing(tmp_path: Path) -> None:
    evidence = Evidence(store(tmp_path), {"BER-PC-001": "it was applied"})
    assert evidence.judge("BER-PC-001", OTHER).state is State.LIVE
    assert not evidence.proves_life("BER-PC-001", OTHER)
    assert not evidence.proves_life("BER-PC-001", GUID), "that it may be applied is no proof"
