# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events with the files that are kept beside them: read, judged and told, before anything of a machine is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._ledger.recording import (
    ISSUE_RECORD,
    Answer,
    Wanted,
    record,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import ONE, entry

ISSUED = IssueRecord(
    machine="PC-1",
    domain="corp.example",
    distinguished_name=r"CN=PC-1,OU=Staging\, Berlin,DC=corp,DC=example",
    issued="2026-11-21T00:00:00+00:00",
    package_sha256=ONE,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(str(tmp_path / "ledger" / "l.db"), create=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "PC-1.issue.json"
    path.write_text(ISSUED.to_json())
    return path


def written(ledger: Ledger, *wanted: Wanted, check_mode: bool = False) -> list[Answer]:
    return record(ledger, wanted, writer="control", repeat=False, check_mode=check_mode)


def test_an_issue_record_goes_along_and_tells_the_unit(ledger: Ledger, file: Path) -> None:
    written(ledger, Wanted(entry("issued", "PC-1", sha256=ONE, details={"n": 1}), issue_record=file))
    [link] = ledger.read(["PC-1"])
    assert link.event.organizational_unit == r"OU=Staging\, Berlin,DC=corp,DC=example"
    assert link.event.details == {"n": 1, ISSUE_RECORD: json.loads(ISSUED.to_json())}


def test_a_unit_that_is_named_counts(ledger: Ledger, file: Path) -> None:
    named = entry("issued", "PC-1", sha256=ONE, organizational_unit="OU=X,DC=corp,DC=example")
    written(ledger, Wanted(named, issue_record=file))
    assert ledger.read(["PC-1"])[0].event.organizational_unit == "OU=X,DC=corp,DC=example"


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory; look at issue_record and the rights on it"),
        ("[]", "no issue record; issue the package again"),
        ('{"format": 9}', "no issue record; issue the package again"),
    ],
)
def test_a_file_that_is_none_stops_its_machine_alone(
    ledger: Ledger, file: Path, content: str | None, words: str, check_mode: bool
) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    one, other = written(
        ledger,
        Wanted(entry("issued", "PC-1", sha256=ONE), issue_record=file),
        Wanted(entry("issued", "PC-2", sha256=ONE)),
        check_mode=check_mode,
    )
    assert (one.error or "").startswith("PC-1: ")
    assert str(file) in (one.error or "")
    assert (one.error or "").endswith(words)
    assert (one.changed, other.changed, other.error) == (False, True, None)
    assert [link.event.machine for link in ledger.read()] == ([] if check_mode else ["PC-2"])
