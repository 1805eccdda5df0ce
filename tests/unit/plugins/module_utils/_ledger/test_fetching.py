# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages out of a ledger: what is missing here, what lies here, and what was issued again elsewhere."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import fetching
from ansible_collections.adops.offline_join.plugins.module_utils._ledger.fetching import Answer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import (
    ISSUE_RECORD,
    REVOCATION_RECORD,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import SealedFiles
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.module_utils._storage.revocation_store import RevocationStore
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    TWO,
    entry,
    sealed_file,
)

NAME = "BER-PC-001"
RECORD = IssueRecord(
    machine=NAME,
    domain="corp.example",
    distinguished_name=f"CN={NAME},OU=Staging,DC=corp,DC=example",
    issued="2026-11-21T00:00:00+00:00",
    package_sha256=ONE,
)
REVOKED = RevocationRecord(
    machine=NAME,
    domain="corp.example",
    object_guid="0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11",
    reason="stick lost",
    revoked="2026-11-21T05:00:00+00:00",
    used=False,
    package_sha256=ONE,
    password_last_set=7,
)
AGAIN = dataclasses.replace(RECORD, issued="2026-11-21T09:00:00+00:00", package_sha256=TWO)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(str(tmp_path / "ledger" / "l.db"), create=True)


@pytest.fixture
def store(tmp_path: Path) -> PackageStore:
    return PackageStore(tmp_path / "new" / "packages", SealedFiles())


def issue(ledger: Ledger, record: IssueRecord | None, sha256: str = ONE, minute: int = 0, *, kept: bool = True) -> None:
    details = {} if record is None else {ISSUE_RECORD: json.loads(record.to_json())}
    packages = [SealedPackage(NAME, sha256, sealed_file(sha256.encode()))] if kept else []
    ledger.append([entry("issued", NAME, minute, sha256=sha256, details=details)], writer="control", packages=packages)


def end(ledger: Ledger, record: RevocationRecord | None, kind: str = "revoked", minute: int = 5) -> None:
    details = {} if record is None else {REVOCATION_RECORD: json.loads(record.to_json())}
    ledger.append([entry(kind, NAME, minute, details=details)], writer="control")


def fetch(ledger: Ledger | None, store: PackageStore, *names: str, check_mode: bool = False) -> list[Answer]:
    return list(fetching.fetch(ledger, names or (NAME,), store, check_mode=check_mode))


def test_what_is_missing_is_written_and_then_left_alone(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    place = str(store.package(NAME))
    [predicted] = fetch(ledger, store, check_mode=True)
    assert not store.dest.exists()
    [answer] = fetch(ledger, store)
    assert predicted == answer == Answer(NAME, known=True, changed=True, package=place)
    assert store.package(NAME).read_bytes() == sealed_file(ONE.encode())
    assert store.read_record(NAME) == RECORD
    assert fetch(ledger, store) == [Answer(NAME, known=True, package=place)]


def test_every_machine_answers(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    assert [(one.name, one.known) for one in fetch(ledger, store, "ber-pc-001", "OTHER")] == [
        ("ber-pc-001", True),
        ("OTHER", False),
    ]
    assert fetch(None, store) == [Answer(NAME)]


def test_what_was_issued_again_elsewhere_replaces_what_lies_here(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    fetch(ledger, store)
    issue(ledger, AGAIN, TWO, 1)
    [answer] = fetch(ledger, store)
    assert answer.changed
    assert store.read_record(NAME) == AGAIN
    assert store.package(NAME).read_bytes() == sealed_file(TWO.encode())


def test_what_was_issued_here_later_stays(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    store.prepare()
    store.write([(AGAIN, b"issued here, and not recorded yet")])
    assert fetch(ledger, store) == [Answer(NAME, known=True, package=str(store.package(NAME)))]
    assert store.read_record(NAME) == AGAIN


def test_a_record_whose_package_was_carried_away_stays(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    fetch(ledger, store)
    store.package(NAME).unlink()
    assert fetch(ledger, store) == [Answer(NAME, known=True)]


def test_a_ledger_that_keeps_only_the_record(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD, kept=False)
    assert fetch(ledger, store) == [Answer(NAME, known=True, changed=True)]
    assert [file.name for file in store.dest.iterdir()] == [f"{NAME}.issue.json"]


@pytest.mark.parametrize("record", [None, {"format": 9}])
def test_a_ledger_that_keeps_only_the_package(ledger: Ledger, store: PackageStore, record: Any) -> None:
    details = {} if record is None else {ISSUE_RECORD: record}
    packages = [SealedPackage(NAME, ONE, SEALED)]
    ledger.append([entry("issued", NAME, sha256=ONE, details=details)], writer="control", packages=packages)
    assert fetch(ledger, store) == [Answer(NAME, known=True, changed=True, package=str(store.package(NAME)))]
    assert [file.name for file in store.dest.iterdir()] == [f"{NAME}.sealed"]


@pytest.mark.parametrize("file", [f"{NAME}.sealed", f"{NAME}.issue.json"])
def test_a_file_that_cannot_be_written_is_told(ledger: Ledger, store: PackageStore, file: str) -> None:
    """The record comes last, so that the next run finds what is missing."""
    issue(ledger, RECORD)
    (store.dest / f".{file}.unfinished").mkdir(parents=True)
    [answer] = fetch(ledger, store)
    assert answer.error == f"{NAME}: write {store.dest / file}: Is a directory; correct dest, then run again"
    assert store.read_record(NAME) is None
    (store.dest / f".{file}.unfinished").rmdir()
    assert fetch(ledger, store)[0].changed


@pytest.mark.parametrize("kind", ["revoked", "expired"])
def test_of_what_was_revoked_the_records_only(ledger: Ledger, store: PackageStore, kind: str) -> None:
    issue(ledger, RECORD)
    end(ledger, REVOKED, kind)
    assert fetch(ledger, store) == [Answer(NAME, known=True, changed=True)]
    assert not store.package(NAME).exists()
    assert store.read_record(NAME) == RECORD
    assert RevocationStore(store.dest).read(NAME) == REVOKED
    assert fetch(ledger, store) == [Answer(NAME, known=True)]


def test_what_was_revoked_here_later_stays(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    end(ledger, REVOKED)
    store.prepare()
    later = dataclasses.replace(REVOKED, revoked="2026-11-21T06:00:00+00:00")
    RevocationStore(store.dest).write(later)
    fetch(ledger, store)
    assert RevocationStore(store.dest).read(NAME) == later
    end(ledger, dataclasses.replace(REVOKED, revoked="2026-11-21T07:00:00+00:00"), minute=6)
    assert fetch(ledger, store)[0].changed


def test_issued_again_after_it_was_revoked(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    end(ledger, REVOKED)
    issue(ledger, AGAIN, TWO, 9)
    fetch(ledger, store)
    assert store.package(NAME).read_bytes() == sealed_file(TWO.encode())
    assert RevocationStore(store.dest).read(NAME) == REVOKED


def test_an_end_without_a_record(ledger: Ledger, store: PackageStore) -> None:
    issue(ledger, RECORD)
    end(ledger, None)
    assert fetch(ledger, store)[0].package
    ledger.append([entry("revoked", NAME, 7, details={REVOCATION_RECORD: {"format": 9}})], writer="control")
    assert not fetch(ledger, store)[0].changed
