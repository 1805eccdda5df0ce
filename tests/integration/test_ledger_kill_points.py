# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages on their way into the ledger and out of it: killed anywhere, the next run finishes it.

With --thorough every event is taken instead of a sample.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import (
    ISSUE_RECORD,
    Entry,
    Kind,
    now,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    TWO,
    kept_package,
    verified,
)

_AT_ONCE = 3
_HOOK = Path(__file__).parent / "kill_point"
_MODULES = "ansible_collections.adops.offline_join.plugins.modules"
_SECONDS = 60
_NEVER = 0
NAMES = ("PC-1", "PC-2")
BEFORE, ISSUED = "2026-11-20T08:00:00+00:00", "2026-11-21T08:00:00+00:00"


def issue_record(name: str, sha256: str, issued: str) -> IssueRecord:
    dn = f"CN={name},OU=Staging,DC=corp,DC=example"
    return IssueRecord(machine=name, domain="corp.example", distinguished_name=dn, issued=issued, package_sha256=sha256)


class Run:
    """One module with files of its own, which is killed at an event of its main thread and then repeated."""

    def __init__(self, directory: Path, module: str, number: int = _NEVER) -> None:
        self.number = number
        self._module = module
        self.place = directory / f"{module}.{number}"
        self.dest = self.place / "packages"
        self.ledger = self.place / "ledger.db"
        self._log = directory / f"{module}.{number}.events"
        self.dest.mkdir(parents=True, mode=0o700)

    @property
    def events(self) -> list[str]:
        return [line.split(" ", 2)[2] for line in self._log.read_text().splitlines()]

    def sealed(self, name: str) -> Path:
        return self.dest / f"{name}.sealed"

    def issue_record(self, name: str) -> Path:
        return self.dest / f"{name}.issue.json"

    def until_killed(self, options: dict[str, Any]) -> bool:
        hook = {"PYTHONPATH": str(_HOOK), "KILL_AT": f"MainThread {self.number}", "KILL_LOG": str(self._log)}
        hook["COVERAGE_PROCESS_START"] = ""  # its events are not those of the module
        done = self._run(options, hook | {"KILL_DEST": str(self.place)})
        assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
        return done.returncode != 0

    def finish(self, options: dict[str, Any]) -> dict[str, Any]:
        done = self._run(options, {})
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        assert not answer.get("failed"), answer
        return answer

    def _run(self, options: dict[str, Any], hook: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", f"{_MODULES}.{self._module}"],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": {"ledger": str(self.ledger), **options}}),
            env=os.environ | hook,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )


def survive(
    make: Callable[[int], Run], options: Callable[[Run], dict[str, Any]], check: Callable[[Run], None], step: int
) -> None:
    """Killed at every event, or every ``step``-th: the next run finishes it, the one after that changes nothing."""
    counted = make(_NEVER)
    assert not counted.until_killed(options(counted))
    check(counted)
    points = range(1, len(counted.events) + 1, step)

    def one(number: int) -> None:
        run = make(number)
        assert run.until_killed(options(run)), "it came to its end"
        for file in run.dest.glob("*.sealed"):
            assert file.read_bytes() == SEALED, f"{file.name} is not whole"
        for file in run.dest.glob("*.json"):
            IssueRecord.from_json(file.read_bytes())
        run.finish(options(run))
        check(run)
        assert not run.finish(options(run))["changed"]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = {number: pool.submit(one, number) for number in points}
    failures = [
        f"{number} ({counted.events[number - 1]}): {error!r}"
        for number, done in outcomes.items()
        if (error := done.exception())
    ]
    assert not failures, "\n".join(failures)


def test_recorded(tmp_path: Path, thorough: bool) -> None:
    """The first event of a new ledger, with packages and issue records that are kept beside it."""

    def make(number: int) -> Run:
        run = Run(tmp_path, "ledger_entry", number)
        for name in NAMES:
            run.sealed(name).write_bytes(SEALED)
            run.issue_record(name).write_text(issue_record(name, ONE, ISSUED).to_json())
        return run

    def options(run: Run) -> dict[str, Any]:
        issued = [
            {"machine": name, "kind": "issued", "sha256": ONE, "issue_record": str(run.issue_record(name))}
            for name in NAMES
        ]
        sealed = [
            {"machine": name, "kind": "sealed", "sha256": ONE, "sealed_package": str(run.sealed(name))}
            for name in NAMES
        ]
        return {"events": issued + sealed}

    def check(run: Run) -> None:
        ledger = Ledger.open(str(run.ledger))
        assert verified(ledger).valid
        for name in NAMES:
            assert [link.event.kind for link in ledger.read([name])] == ["issued", "sealed"]
            kept = kept_package(ledger, name)
            assert kept is not None
            assert kept.content == SEALED
        assert [*run.place.glob(".*")] == []

    survive(make, options, check, step=1 if thorough else 20)


def test_fetched(tmp_path: Path, thorough: bool) -> None:
    """One has nothing here yet, of the other an older package lies here."""
    older = NAMES[1]

    def make(number: int) -> Run:
        run = Run(tmp_path, "ledger_packages", number)
        entries = [
            Entry(
                kind=Kind.ISSUED,
                machine=name,
                time=now(),
                sha256=TWO,
                details={ISSUE_RECORD: json.loads(issue_record(name, TWO, ISSUED).to_json())},
            )
            for name in NAMES
        ]
        packages = [SealedPackage(name, TWO, SEALED) for name in NAMES]
        Ledger.open(str(run.ledger), create=True).append(entries, writer="control", packages=packages)
        run.sealed(older).write_bytes(SEALED)
        run.issue_record(older).write_text(issue_record(older, ONE, BEFORE).to_json())
        return run

    def options(run: Run) -> dict[str, Any]:
        return {"names": list(NAMES), "dest": str(run.dest)}

    def check(run: Run) -> None:
        assert sorted(file.name for file in run.dest.iterdir()) == sorted(
            place(name).name for name in NAMES for place in (run.sealed, run.issue_record)
        )
        for name in NAMES:
            assert run.sealed(name).read_bytes() == SEALED
            assert IssueRecord.from_json(run.issue_record(name).read_bytes()).package_sha256 == TWO

    survive(make, options, check, step=1 if thorough else 8)
