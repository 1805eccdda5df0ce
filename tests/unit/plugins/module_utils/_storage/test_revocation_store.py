# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Revocation records on disk, put back where a revocation came to nothing, and packages taken away."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.revocation_store import RevocationStore
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.revocation_records import BEGUN

INTENDED = dataclasses.replace(BEGUN, reason="PC stolen")


@pytest.mark.parametrize("before", [None, BEGUN])
def test_a_revocation_that_came_to_nothing(tmp_path: Path, before: RevocationRecord | None) -> None:
    store = RevocationStore(tmp_path / "new")
    store.prepare()
    store.write(INTENDED)
    assert store.read("ber-pc-001") == INTENDED
    store.restore("ber-pc-001", before)
    assert store.read("BER-PC-001") == before
    # once more, as after a kill in between
    store.restore("ber-pc-001", before)
    assert store.read("BER-PC-001") == before


NO_TIME = dataclasses.replace(BEGUN, revoked="yesterday").to_json()


@pytest.mark.parametrize("content", ["", "{}", "[", '{"format": 1}', NO_TIME])
def test_what_is_no_record_is_none(tmp_path: Path, content: str) -> None:
    store = RevocationStore(tmp_path)
    store.record("BER-PC-001").write_text(content)
    assert store.read("BER-PC-001") is None


def test_packages_of_this_machine_in_every_form(tmp_path: Path) -> None:
    store = RevocationStore(tmp_path)
    gone = [tmp_path / f"BER-PC-001{suffix}" for suffix in (".djoin", ".sealed")]
    kept = [tmp_path / "BER-PC-0011.djoin", tmp_path / "BER-PC-001.issue.json"]
    for file in (*gone, *kept):
        file.touch()
    assert store.packages("ber-pc-001") == gone
    store.remove_packages("ber-pc-001")
    assert sorted(tmp_path.iterdir()) == sorted(kept)
    store.remove_packages("ber-pc-001")
