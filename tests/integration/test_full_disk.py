# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk that fills up while packages are sealed, recorded and fetched: who has none is told, and room is enough."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from ansible_collections.adops.offline_join.plugins.module_utils._issuing.batches import BATCH
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    sealed_file,
    verified,
)

from tests.integration.branch import Branch
from tests.integration.killing import NEVER, InterruptedSealing, duplicates, look, strangers
from tests.integration.seals import Seals
from tests.integration.test_ledger import run, small_disk
from tests.integration.test_ledger_kill_points import ISSUED, issue_record

NAMES = ("PC-1", "PC-2", "PC-3")


def make_room(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True, timeout=30)


def fill(disk: Path, *, leave: int = 0) -> None:
    """Until so many bytes are left."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - leave)


def test_issued(make_branch: Callable[[int], Branch], tmp_path: Path) -> None:
    """An account that has no package is taken back, or claimed by its record; nobody gets a second one."""
    branch = make_branch(BATCH + 2)
    seals = Seals(tmp_path)
    point = InterruptedSealing(branch, NEVER, seals)
    with small_disk(branch.dest) as disk:
        branch.dest.chmod(0o700)
        fill(disk, leave=60 * 1024)
        answer = branch.issue(**seals.options)
        (disk / "filler").unlink()
        assert answer["failed"]
        errors = {name: one["error"] for name, one in answer["machines"].items() if "error" in one}
        assert 0 < len(errors) < len(branch.names)
        for name in branch.names:
            assert point.package(name).exists() == (name not in errors)
            assert name not in errors or "No space left on device; make room and run again" in errors[name]
        point.require_whole_files()
        left = {name for name in branch.accounts() if name in errors}
        assert all(branch.issue_record(name).exists() for name in left), "an account that nobody claims"
        make_room(disk)
        accounts = point.require_finished(point.run())
        assert not point.run()["changed"]
        assert not duplicates(look(branch))
        assert not strangers(point, accounts)


def test_recorded(tmp_path: Path) -> None:
    """Of a call that finds no room nothing is recorded, and the packages stay where they are."""
    with small_disk(tmp_path / "disk") as disk:
        location = str(disk / "ledger.db")
        Ledger.open(location, create=True)
        fill(disk, leave=64 * 1024)  # SQLite itself takes 32 KiB, also to read
        sealed = {name: tmp_path / f"{name}.sealed" for name in NAMES}
        for file in sealed.values():
            file.write_bytes(sealed_file(bytes(64 * 1024)))
        events = [
            {"machine": name, "kind": "sealed", "sha256": ONE, "sealed_package": str(file)}
            for name, file in sealed.items()
        ]
        full = run("ledger_entry", {"ledger": location, "events": events})
        assert full["failed"]
        assert "no space left where it lies; make room and run it again" in full["msg"]
        assert Ledger.open(location).read() == []
        make_room(disk)
        assert all(
            one["package_kept"]
            for one in run("ledger_entry", {"ledger": location, "events": events})["machines"].values()
        )
        assert verified(Ledger.open(location)).events == len(NAMES)


def test_fetched(tmp_path: Path) -> None:
    """Whoever gets no package is told so, and gets it once there is room."""
    location = str(tmp_path / "ledger.db")
    content = sealed_file(bytes(16 * 1024))
    events = []
    for name in NAMES:
        (tmp_path / f"{name}.sealed").write_bytes(content)
        (tmp_path / f"{name}.issue.json").write_text(issue_record(name, ONE, ISSUED).to_json())
        events += [
            {"machine": name, "kind": "issued", "sha256": ONE, "issue_record": str(tmp_path / f"{name}.issue.json")},
            {"machine": name, "kind": "sealed", "sha256": ONE, "sealed_package": str(tmp_path / f"{name}.sealed")},
        ]
    assert run("ledger_entry", {"ledger": location, "events": events})["changed"]
    with small_disk(tmp_path / "disk") as disk:
        options = {"ledger": location, "names": list(NAMES), "dest": str(disk)}
        fill(disk, leave=32 * 1024)
        full = run("ledger_packages", options)
        assert full["failed"]
        told = {name for name, one in full["machines"].items() if "No space left" in one.get("error", "")}
        assert told == {*NAMES[1:]}
        make_room(disk)
        done = run("ledger_packages", options)
        assert {name for name, one in done["machines"].items() if one["changed"]} == told
        for name in NAMES:
            assert (disk / f"{name}.sealed").read_bytes() == content
            assert json.loads((disk / f"{name}.issue.json").read_text())["machine"] == name
