# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks whose ledger another process holds: every machine is told, nothing is lost, the next run records it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger

from tests.integration.branch import Branch
from tests.integration.seals import Seals


@pytest.mark.thorough
def test_another_process_holds_it(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    branch = make_branch(2)
    seals = Seals(tmp_path)
    seals.put_on(branch)
    location = str(branch.directory / "ledger.db")
    branch.variables["offline_join_ledger"] = location
    branch.extra_environment["OFFLINE_JOIN_LEDGER_TIMEOUT"] = "1"
    ledger = Ledger.open(location, create=True)
    with ledger.writing():
        held = branch.play("prepare")
    assert held.returncode == 2, held.stdout
    note = {
        "stage": "record",
        "state": "failed",
        "headline": f"write to the ledger {location}: another process holds it, longer than the timeout; "
        "look what still writes to it, or set ledger_timeout higher, and run it again",
    }
    assert branch.report() == dict.fromkeys(branch.names, note)
    assert ledger.read() == []
    packages = {name: seals.file(branch, name).read_bytes() for name in branch.names}
    accounts = branch.accounts()
    again = branch.play("prepare")
    assert again.returncode == 0, again.stdout
    assert {one["state"] for one in branch.report().values()} == {"done"}
    assert branch.accounts() == accounts
    for name in branch.names:
        assert [link.event.kind for link in ledger.read([name])] == ["issued", "sealed"]
        kept = ledger.package(name)
        assert kept is not None
        assert kept.content == packages[name] == seals.file(branch, name).read_bytes()
