# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""receipt_import as Ansible runs it: every machine answers, nothing of a broken file, check mode, a second run."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    TWO,
    entry,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.test_receipts import content

MODULE = "ansible_collections.adops.offline_join.plugins.modules.receipt_import"
KIT, OTHER = "field-kit-5d0e21c7-00000001", "field-kit-77777777-00000002"


class Runner:
    def __init__(self, capsys: pytest.CaptureFixture[str], path: Path) -> None:
        self._capsys = capsys
        self.ledger = path / "ledger.db"
        self.stick = path / "stick"

    def __call__(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {"ledger": str(self.ledger), "src": [str(self.stick)], "writer": "control", **options}
        with patch_module_args(given | {"_ansible_check_mode": check}), pytest.raises(SystemExit):
            runpy.run_module(MODULE, run_name="__main__")
        answer: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return answer

    def apart(self) -> dict[str, Any]:
        """In a process of its own: in this one Ansible may take itself for a controller, which prints its warnings."""
        given = {"ledger": str(self.ledger), "src": [str(self.stick)], "writer": "control"}
        done = subprocess.run(
            [sys.executable, "-m", MODULE],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def write(self, writer: str, *events: Any, name: str | None = None) -> Path:
        file = self.stick / "receipts" / f"{name or writer}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content(*events, writer=writer))
        return file

    def state(self, machine: str) -> str:
        return str(Ledger.open(str(self.ledger)).states([machine])[machine.lower()].state)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Runner:
    return Runner(capsys, tmp_path)


def applied(machine: str, sha256: str = ONE, minute: int = 0, **details: Any) -> Any:
    return entry("applied", machine, minute, sha256=sha256, serial_number=f"S-{machine}", who="Anna", details=details)


def test_every_machine_answers(run: Runner) -> None:
    run.write(KIT, applied("PC-1", experimental=True), entry("delivered", "PC-2", sha256=TWO, details={"status": 2698}))
    answer = run(names=["pc-1", "PC-2", "PC-3"])
    machines = answer["machines"]
    assert machines["pc-1"]["applied"]
    assert machines["pc-1"]["experimental"]
    assert machines["pc-1"]["headline"] == "applied at 2026-11-21T00:00:00.000000+00:00 by Anna"
    assert not machines["PC-2"]["applied"]
    assert machines["PC-2"]["headline"].startswith("Windows refused the package: ")
    assert machines["PC-3"] == {
        "changed": False, "receipts": 0, "new": 0, "applied": False, "experimental": False, "state": "not_issued",
        "headline": "no receipt of it",
    }  # fmt: skip
    assert "failed" not in answer
    assert (run.state("PC-1"), run.state("PC-2")) == ("applied", "carried")
    [chain] = answer["chains"].values()
    assert chain["receipts"] == 2


def test_handed_over_and_never_heard_of_again(run: Runner) -> None:
    """The kit notes what it is about to do; whether Windows took the package, only the machine knows."""
    run.write(KIT, entry("delivered", "PC-1", sha256=ONE, details={}))
    machine = run()["machines"]["PC-1"]
    said = "the package was handed to Windows, and no answer was noted; look at the machine"
    assert (machine["applied"], machine["headline"]) == (False, said)


@pytest.mark.parametrize("check", [True, False])
def test_a_file_without_receipts_takes_nothing_from_the_others(run: Runner, check: bool) -> None:
    run.write(KIT, applied("PC-1"))
    (run.stick / "receipts" / f"{OTHER}.jsonl").write_bytes(b"")
    answer = run(check=check)
    assert [*answer["machines"]] == ["PC-1"]
    assert answer["machines"]["PC-1"]["new"] == 1


def test_a_second_run_takes_nothing_in(run: Runner) -> None:
    run.write(KIT, applied("PC-1"))
    assert run()["changed"]
    again = run()
    assert not again["changed"]
    assert again["machines"]["PC-1"]["new"] == 0
    run.write(KIT, applied("PC-1"), applied("PC-2", TWO, 1))
    assert {name: one["new"] for name, one in run()["machines"].items()} == {"PC-1": 0, "PC-2": 1}


def test_applied_by_two_kits_is_a_conflict(run: Runner) -> None:
    run.write(KIT, applied("PC-1"), applied("PC-2", TWO))
    other = run.write(OTHER, applied("PC-1", minute=9))
    without_ledger = run(check=True)
    other.unlink()
    assert "failed" not in run()
    run.write(OTHER, applied("PC-1", minute=9))
    for answer in (without_ledger, run(check=True), run()):
        assert answer["failed"]
        assert answer["msg"].startswith("1 of 2 machines: PC-1: package a1a1a1a1a1a1 was used twice: ")
        assert "error" not in answer["machines"]["PC-2"]
    assert (run.state("PC-1"), run.state("PC-2")) == ("conflict", "applied")


def test_check_mode_makes_no_ledger(run: Runner) -> None:
    run.write(KIT, applied("PC-1"))
    assert run(check=True)["machines"]["PC-1"]["changed"]
    assert not run.ledger.exists()


def test_a_broken_file_keeps_all_out(run: Runner) -> None:
    run.write(KIT, applied("PC-1"))
    broken = run.write(OTHER, applied("PC-2"))
    broken.write_bytes(broken.read_bytes().replace(b"PC-2", b"PC-9", 1))
    for check in (True, False):
        answer = run(check=check)
        assert answer["msg"].startswith(f"{broken}: its chain is broken: event 1 of {OTHER}")
        assert "put the file aside" in answer["msg"]
        assert "machines" not in answer
    assert not run.ledger.exists()


def test_a_chain_that_was_written_anew_is_found(run: Runner) -> None:
    """All hashes of it are right; the ledger, or a second file, knows another one."""
    run.write(KIT, applied("PC-1"))
    second = run.write(KIT, applied("PC-1", TWO), name="copy")
    assert f"receipt 1 of {KIT} is another one in a second file" in run()["msg"]
    second.unlink()
    assert run()["changed"]
    run.write(KIT, applied("PC-1", TWO))
    for check in (True, False):
        assert "two places wrote under one name" in run(check=check)["msg"]


def test_the_same_receipts_twice_count_once(run: Runner) -> None:
    run.write(KIT, applied("PC-1"))
    run.write(KIT, applied("PC-1"), name="copy")
    assert run()["machines"]["PC-1"]["receipts"] == 1


def test_what_was_cut_off_is_told(run: Runner) -> None:
    file = run.write(KIT, applied("PC-1"), applied("PC-2", TWO))
    file.write_bytes(file.read_bytes()[:-9])
    answer = run.apart()
    assert [*answer["machines"]] == ["PC-1"]
    assert f"{file}: its last receipt is cut off and left out; look at that machine" in json.dumps(answer["warnings"])


def test_a_place_that_is_not_there(run: Runner) -> None:
    assert "No such file or directory; correct src" in run()["msg"]
