# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a package that could not be issued, in a directory that fails where it is told to.

Real faults come when they like; here each comes at the one place where it would leave an account without its package.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import (
    AddError,
    ConnectionLost,
    DeleteError,
    ResetError,
    SearchError,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._directory.locator import Ping
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.batches import (
    BATCH,
    Issue,
    IssueBatches,
    Plan,
)
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.package_maker import PackageMaker
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import Act
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import DjoinForm
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

UNIT = "OU=Staging,DC=corp,DC=example"
CONTROLLER = Ping(
    flags=0x3F3FD,
    domain_guid=uuid.UUID(int=1),
    forest_name="corp.example",
    domain_name="corp.example",
    host_name="dc1.corp.example",
    site="Berlin",
    client_site="Berlin",
)
DOMAIN = Domain(
    base_dn="DC=corp,DC=example",
    configuration_dn="CN=Configuration,DC=corp,DC=example",
    dns_name="corp.example",
    netbios_name="CORP",
    forest_name="corp.example",
    guid=uuid.UUID(int=1),
    sid="S-1-5-21-1-2-3",
    functional_level=7,
    forest_functional_level=7,
    machine_account_quota=10,
    controller=CONTROLLER,
)
LOST = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")
UNREADABLE = SearchError("search", "the directory refused", "give the account the right to read it")
FORBIDDEN = ldap3_exceptions.LDAPInsufficientAccessRightsResult(result=50, description="insufficientAccessRights")
OLD = IssueRecord(machine="PC-2", domain="corp.example", distinguished_name="", issued="2026-11-20T00:00:00+00:00")


class Directory:
    """Accounts by name; ``failing`` has what an act with a machine raises, such as ``add PC-2`` or ``search``."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, list[bytes]]] = {}
        self.failing: dict[str, Exception] = {}
        self.acts: list[str] = []
        self.outstanding: list[str] = []
        self.most_outstanding = 0
        self.lost = False

    def start_add(self, dn: str, _object_class: str, attributes: dict[str, Any]) -> Callable[[], None]:
        assert attributes["unicodePwd"]
        return self._start("add", dn, lambda name: self._make(name, attributes))

    def _make(self, name: str, attributes: dict[str, Any]) -> None:
        rid = 1100 + len(self.accounts)
        self.accounts[name] = {
            "sAMAccountName": [attributes["sAMAccountName"].encode()],
            "objectSid": [bytes([1, 5, 0, 0, 0, 0, 0, 5]) + struct.pack("<5I", 21, 1, 2, 3, rid)],
            "objectGUID": [uuid.UUID(int=rid).bytes_le],
            "pwdLastSet": [b"134080000000000001"],
            "msDS-KeyVersionNumber": [b"2"],
        }

    def start_replace(self, dn: str, changes: dict[str, Any]) -> Callable[[], None]:
        assert changes["unicodePwd"]
        return self._start("replace", dn, lambda _name: None)

    def delete(self, dn: str) -> None:
        name = self._act("delete", dn)
        if self.accounts.pop(name, None) is None:
            raise ldap3_exceptions.LDAPNoSuchObjectResult(result=32, description="noSuchObject")

    def search(self, _base: str, asked: str, *_more: Any) -> list[tuple[str, dict[str, list[bytes]]]]:
        if failure := self.failing.get("search"):
            raise failure
        names = re.findall(r"sAMAccountName=([^)]*)\$", asked)
        found = {name: self.accounts.get(name.upper()) for name in names}
        return [(f"CN={name.upper()},{UNIT}", entry) for name, entry in found.items() if entry]

    def _start(self, act: str, dn: str, done: Callable[[str], None]) -> Callable[[], None]:
        """It fails when it is sent where ``failing`` has ``send add PC-2``, else when its answer is waited for."""
        name = self._named(dn)
        self.outstanding.append(name)
        self.most_outstanding = max(self.most_outstanding, len(self.outstanding))
        self._fail(f"send {act} {name}")

        def answer() -> None:
            self.outstanding.remove(name)
            if self.lost:
                raise LOST
            done(self._act(act, dn))

        return answer

    def _act(self, act: str, dn: str) -> str:
        name = self._named(dn)
        self.acts.append(f"{act} {name}")
        self._fail(f"{act} {name}")
        return name

    def _fail(self, act: str) -> None:
        if failure := self.failing.get(act):
            self.lost = self.lost or failure is LOST
            raise failure

    def _named(self, dn: str) -> str:
        return dn.partition(",")[0].removeprefix("CN=")


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def store(tmp_path: Path) -> PackageStore:
    return PackageStore(tmp_path)


Carry = Callable[..., dict[str, Issue]]


@pytest.fixture
def carry_out(directory: Directory, store: PackageStore) -> Carry:
    def run(*names: str, act: Act = Act.CREATE, form: DjoinForm | None = None) -> dict[str, Issue]:
        reuse: Any = SimpleNamespace(entry=lambda _name: {})
        maker = PackageMaker(
            domain=DOMAIN,
            evidence=Evidence(None),
            form=form or DjoinForm(),
            controller=CONTROLLER,
            controller_address="192.0.2.10",
            login="issue",
            site=None,
            provision_options=0,
            join4=False,
        )
        connection: Any = directory
        batches = IssueBatches(connection, DOMAIN, store, maker, reuse)
        plans = [Plan(name, act, f"CN={name},{UNIT}") for name in names]
        return {issue.plan.name: issue for issue in batches.carry_out(plans)}

    return run


def issued(store: PackageStore, name: str) -> bool:
    """Whether there is a package, and a record of just this package."""
    if not store.package(name).exists():
        return False
    record = store.read_record(name)
    return record is not None and record.package_sha256 == Package.read(store.package(name).read_bytes()).sha256


def intended(store: PackageStore, name: str) -> bool:
    record = store.read_record(name)
    return record is not None and record.package_sha256 is None and not store.package(name).exists()


def occupy(store: PackageStore, path: Path) -> None:
    """Nothing can be written to this place: something stands where it would be prepared."""
    (store.dest / f".{path.name}.unfinished").mkdir()


def test_more_than_a_batch(carry_out: Carry, directory: Directory, store: PackageStore) -> None:
    names = [f"PC-{number}" for number in range(1, 24)]
    assert [*carry_out(*names)] == names
    assert all(issued(store, name) for name in names)
    assert directory.acts == [f"add {name}" for name in names]


@pytest.mark.parametrize("act", [Act.CREATE, Act.REISSUE])
def test_all_of_a_batch_is_sent_before_the_first_answer_is_waited_for(
    carry_out: Carry, directory: Directory, store: PackageStore, act: Act
) -> None:
    names = [f"PC-{number}" for number in range(BATCH + 1)]
    carry_out(*names)
    directory.most_outstanding = 0
    assert [*carry_out(*names, act=act)] == names
    assert directory.most_outstanding == BATCH
    assert all(issued(store, name) for name in names)


def test_nothing_to_issue(carry_out: Carry, directory: Directory) -> None:
    assert carry_out() == {}
    assert directory.acts == []


def test_no_account_without_an_intended_record(carry_out: Carry, directory: Directory, store: PackageStore) -> None:
    occupy(store, store.issue_record("PC-2"))
    issues = carry_out("PC-1", "PC-2", "PC-3")
    assert isinstance(issues["PC-2"].failure, OSError)
    assert directory.acts == ["add PC-1", "add PC-3"]
    assert issued(store, "PC-1")
    assert issued(store, "PC-3")


@pytest.mark.parametrize("before", [None, OLD])
def test_a_refusal_leaves_the_record_that_was_there(
    carry_out: Carry, directory: Directory, store: PackageStore, before: IssueRecord | None
) -> None:
    if before:
        store.write_records([before])
    directory.failing["add PC-2"] = FORBIDDEN
    issues = carry_out("PC-1", "PC-2", "PC-3")
    assert isinstance(issues["PC-2"].failure, AddError)
    assert store.read_record("PC-2") == before
    assert issued(store, "PC-1")
    assert issued(store, "PC-3")
    assert "delete PC-2" not in directory.acts


def test_a_record_that_cannot_be_put_back_is_told(
    carry_out: Carry, directory: Directory, store: PackageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_what: Any) -> None:
        raise OSError(28, "No space left on device")

    directory.failing["add PC-1"] = FORBIDDEN
    monkeypatch.setattr(PackageStore, "restore_record", full)
    assert isinstance(carry_out("PC-1")["PC-1"].failure, OSError)


class TestLostConnection:
    def test_whose_account_nobody_knows_keeps_its_intended_record(
        self, carry_out: Carry, directory: Directory, store: PackageStore
    ) -> None:
        directory.failing["add PC-2"] = LOST
        issues = carry_out("PC-1", "PC-2", "PC-3")
        assert [issues[name].failure for name in ("PC-2", "PC-3")] == [LOST, LOST]
        assert intended(store, "PC-1"), "it was made, and cannot be read back"
        assert intended(store, "PC-2"), "it may have been made"
        assert intended(store, "PC-3"), "it was sent, too"
        assert directory.acts == ["add PC-1", "add PC-2"]

    def test_what_was_not_sent_was_not_tried(self, carry_out: Carry, directory: Directory, store: PackageStore) -> None:
        directory.failing["send add PC-2"] = LOST
        issues = carry_out("PC-1", "PC-2", "PC-3")
        assert intended(store, "PC-1"), "it may have been made"
        assert intended(store, "PC-2"), "it may have been sent"
        assert store.read_record("PC-3") is None
        assert "not tried" in str(issues["PC-3"].failure)
        assert directory.acts == []

    def test_later_batches_are_not_even_intended(
        self, carry_out: Carry, directory: Directory, store: PackageStore
    ) -> None:
        names = [f"PC-{number}" for number in range(1, 41)]
        directory.failing["add PC-5"] = LOST
        issues = carry_out(*names)
        assert not any(issued(store, name) for name in names)
        assert all(issue.failure for issue in issues.values())
        # a batch may have been intended ahead, and is taken back
        assert [name for name in names if intended(store, name)] == names[:BATCH], "they were sent together"

    def test_while_reading_back(self, carry_out: Carry, directory: Directory, store: PackageStore) -> None:
        directory.failing["search"] = LOST
        issues = carry_out("PC-1", "PC-2")
        assert all(isinstance(issue.failure, SearchError) for issue in issues.values())
        assert all("stopped answering" in str(issue.failure) for issue in issues.values())
        assert intended(store, "PC-1")
        assert intended(store, "PC-2")
        assert directory.acts == ["add PC-1", "add PC-2"], "nobody can take them back"

    def test_while_taking_back(self, carry_out: Carry, directory: Directory, store: PackageStore) -> None:
        directory.failing |= {"search": UNREADABLE, "delete PC-1": LOST}
        issues = carry_out("PC-1", "PC-2")
        assert issues["PC-1"].failure is LOST
        assert intended(store, "PC-1")
        assert intended(store, "PC-2")
        assert directory.acts[-1] == "delete PC-1", "the second is not tried"


class TestTakenBack:
    def test_a_new_account_that_cannot_be_read(
        self, carry_out: Carry, directory: Directory, store: PackageStore
    ) -> None:
        directory.failing["search"] = UNREADABLE
        issue = carry_out("PC-1")["PC-1"]
        assert "read CN=PC-1," in str(issue.failure)
        assert "the directory refused" in str(issue.failure)
        assert directory.accounts == {}
        assert store.read_record("PC-1") is None

    def test_a_new_account_without_a_file(self, carry_out: Carry, directory: Directory, store: PackageStore) -> None:
        occupy(store, store.package("PC-2"))
        issues = carry_out("PC-1", "PC-2")
        assert isinstance(issues["PC-2"].failure, OSError)
        assert [*directory.accounts] == ["PC-1"]
        assert store.read_record("PC-2") is None
        assert issued(store, "PC-1")

    def test_a_new_account_that_cannot_be_deleted(
        self, carry_out: Carry, directory: Directory, store: PackageStore
    ) -> None:
        """Its record stays, by which the next run knows it for its own."""
        directory.failing["delete PC-1"] = FORBIDDEN
        occupy(store, store.package("PC-1"))
        assert isinstance(carry_out("PC-1")["PC-1"].failure, DeleteError)
        assert [*directory.accounts] == ["PC-1"]
        assert store.read_record("PC-1") is not None

    def test_an_account_that_was_there_before_stays(
        self, carry_out: Carry, directory: Directory, store: PackageStore
    ) -> None:
        carry_out("PC-1")
        store.package("PC-1").unlink()
        occupy(store, store.package("PC-1"))
        issue = carry_out("PC-1", act=Act.REISSUE)["PC-1"]
        assert isinstance(issue.failure, OSError)
        assert directory.acts == ["add PC-1", "replace PC-1"]

    def test_an_account_that_somebody_deleted_meanwhile(
        self, carry_out: Carry, directory: Directory, store: PackageStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(directory, "search", lambda *_asked: [])
        directory.failing["delete PC-1"] = ldap3_exceptions.LDAPNoSuchObjectResult(
            result=32, description="noSuchObject"
        )
        issue = carry_out("PC-1")["PC-1"]
        assert isinstance(issue.failure, DeleteError)
        assert intended(store, "PC-1"), "whoever deleted it may put it back"


def test_an_account_that_vanished_after_its_reset(
    carry_out: Carry, directory: Directory, store: PackageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "search", lambda *_asked: [])
    issue = carry_out("PC-1", act=Act.REISSUE)["PC-1"]
    assert "it is not there any more; run again" in str(issue.failure)
    assert directory.acts == ["replace PC-1"]
    assert intended(store, "PC-1")


def test_a_reset_that_is_refused(carry_out: Carry, directory: Directory, store: PackageStore) -> None:
    carry_out("PC-1")
    before = store.read_record("PC-1")
    directory.failing["replace PC-1"] = FORBIDDEN
    issue = carry_out("PC-1", act=Act.REISSUE)["PC-1"]
    assert isinstance(issue.failure, ResetError)
    assert (store.read_record("PC-1"), issued(store, "PC-1")) == (before, True), "the package before is still good"


class Unsealed(DjoinForm):
    def wrap(self, record: IssueRecord, package: Package) -> tuple[IssueRecord, bytes]:
        raise SealError(f"{record.machine}: the package cannot be signed")


def test_a_package_that_cannot_be_sealed(carry_out: Carry, directory: Directory, store: PackageStore) -> None:
    """Nothing stays of it: no account, no record and no package in the clear."""
    issue = carry_out("PC-1", form=Unsealed())["PC-1"]
    assert isinstance(issue.failure, SealError)
    assert directory.acts == ["add PC-1", "delete PC-1"]
    assert list(store.dest.iterdir()) == []
