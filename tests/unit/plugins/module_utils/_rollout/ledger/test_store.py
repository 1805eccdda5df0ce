# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger in a SQLite file: written by several processes, killed, locked, damaged, changed behind its back."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import shutil
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import engine, importing, schema
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import (
    LedgerEntryError,
    LedgerError,
    LedgerLocationError,
    LedgerLocked,
    LedgerMissing,
    LedgerSchemaError,
    LedgerUnreachable,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.exchange import (
    chain_from_json,
    chain_to_json,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger import processes
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    TWO,
    entry,
    heads,
    kept_package,
    links,
    sealed_file,
    verified,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "led ger?#%.db"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    return Ledger.open(str(path), create=True)


def change(path: Path, statement: str) -> None:
    """As anybody could with the file in hands."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute(statement).rowcount
        connection.commit()


class TestRecording:
    def test_what_is_recorded_is_read(self, ledger: Ledger) -> None:
        entries = [
            entry("issued", minute=1, who="Zoë", sha256=ONE, branch="berlin", details={"n": [1, None, "ü", 1.5]}),
            entry("issued", "BER-PC-002", minute=1, sha256=TWO, branch="berlin"),
            entry("issued", "HAM-PC-001", minute=1, branch="hamburg"),
            entry("applied", minute=2, sha256=ONE),
        ]
        appended = ledger.append(entries, writer="control")
        assert [link.event.sequence for link in appended.links if link] == [1, 2, 3, 4]
        assert ledger.read() == [*appended.links]
        again = Ledger.open(str(ledger.name))
        assert again.read() == [*appended.links]
        assert [link.event.kind for link in again.read(["ber-pc-001"])] == ["issued", "applied"]
        with again.reading() as transaction:
            assert [link.event.sequence for link in transaction.links(kinds=["applied", "repaired"])] == [4]
        # an event without a branch belongs to the machine's
        assert len(again.read(branch="berlin")) == 3
        assert again.read(branch="Berlin") == again.read([]) == again.read(["X"]) == again.read(writer="x") == []
        assert {name: one.state for name, one in again.states(branch="berlin").items()} == {
            "ber-pc-001": "applied",
            "ber-pc-002": "issued",
        }

    def test_the_file_is_private_and_alone(self, ledger: Ledger, path: Path) -> None:
        ledger.append([entry("issued")], writer="control")
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        with contextlib.closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_many_machines_in_one_question(self, ledger: Ledger) -> None:
        names = [f"PC-{number}" for number in range(1201)]
        ledger.append([entry("issued", name) for name in names], writer="control")
        assert len(ledger.read(name.lower() for name in names)) == 1201
        assert len(ledger.states(names)) == 1201

    def test_nothing_is_recorded_twice(self, ledger: Ledger) -> None:
        issued = entry("issued", sha256=ONE)
        ledger.append([issued], writer="control")
        again = dataclasses.replace(issued, time=entry("issued", minute=5).time, who="another")
        appended = ledger.append([again, entry("applied", sha256=ONE), again], writer="laptop")
        assert [link is None for link in appended.links] == [True, False, True]
        assert len(ledger.append([again, again], writer="laptop", repeat=True).links) == 2
        assert len(ledger.read()) == 4

    def test_one_wrong_entry_and_nothing_is_written(self, ledger: Ledger) -> None:
        with pytest.raises(LedgerEntryError, match="PC_1: the name holds '_'"):
            ledger.append([entry("issued"), entry("issued", "PC_1")], writer="control")
        with pytest.raises(LedgerEntryError, match="a writer's name"):
            ledger.append([entry("issued")], writer="a\nb")
        with pytest.raises(LedgerEntryError, match="seal it first"):
            ledger.append([entry("issued")], writer="control", packages=[SealedPackage("PC-1", ONE, b"ARAI")])
        assert ledger.read() == heads(ledger) == []

    def test_nothing_to_record(self, ledger: Ledger) -> None:
        assert ledger.append([], writer="control").links == ()
        assert heads(ledger) == []
        assert verified(ledger).valid


class TestPackages:
    def test_kept_beside_the_events_and_found_by_machine(self, ledger: Ledger) -> None:
        first, second = SealedPackage("PC-1", ONE, SEALED), SealedPackage("PC-1", TWO, sealed_file(b"2"))
        other = SealedPackage("PC-2", ONE, sealed_file(b"3"))
        assert ledger.append([], writer="control", packages=[first, other]).kept == (first, other)
        assert ledger.append([], writer="control", packages=[second, first]).kept == (second,)
        assert kept_package(ledger, "pc-1") == second
        assert kept_package(ledger, "PC-1", ONE) == first
        assert kept_package(ledger, "PC-2") == other
        assert kept_package(ledger, "PC-3") is None

    @pytest.mark.parametrize(
        "content", ["zeroblob(length(content))", "x'3080' || substr(content, 4)", "'text'", "substr(content, 1, 100)"]
    )
    def test_changed_bytes_are_not_handed_out(self, ledger: Ledger, path: Path, content: str) -> None:
        ledger.append([], writer="control", packages=[SealedPackage("PC-1", ONE, SEALED)])
        change(path, f"UPDATE offline_join_packages SET content = {content}")
        with pytest.raises(LedgerEntryError, match="its bytes were changed"):
            kept_package(ledger, "PC-1")


class TestOpening:
    def test_one_that_another_process_made_meanwhile_is_kept(self, ledger: Ledger, path: Path) -> None:
        ledger.append([entry("issued")], writer="control")
        engine.create_file(path)
        assert len(ledger.read()) == 1
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    @pytest.mark.parametrize("there", [False, True])
    def test_what_a_killed_process_left_is_cleared(self, path: Path, there: bool) -> None:
        path.parent.mkdir()
        left = path.with_name(f".{path.name}.unfinished")
        if there:
            engine.create_file(path)
            os.link(path, left)
        else:
            left.write_bytes(b"half")
        for suffix in ("-wal", "-shm", "-journal"):
            left.with_name(left.name + suffix).write_bytes(b"half")
        Ledger.open(str(path), create=True).append([entry("issued")], writer="control")
        assert len(Ledger.open(str(path)).read()) == 1
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_two_that_make_it_at_once_wait_for_each_other(self, path: Path) -> None:
        path.parent.mkdir()
        other = os.open(path.parent, os.O_RDONLY)
        fcntl.flock(other, fcntl.LOCK_EX)
        left = path.with_name(f".{path.name}.unfinished")
        left.write_bytes(b"of the other one")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(Ledger.open, str(path), create=True)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
            assert left.read_bytes() == b"of the other one"
            os.close(other)
            assert heads(waiting.result(timeout=10)) == []

    def test_looking_makes_nothing(self, path: Path) -> None:
        with pytest.raises(LedgerMissing, match="it is not there; correct the path"):
            Ledger.open(str(path))
        assert not path.parent.exists()

    def test_others_may_not_read_it(self, ledger: Ledger, path: Path) -> None:
        path.chmod(0o640)
        with pytest.raises(LedgerLocationError, match=r"mode 0640\); chmod 600"):
            Ledger.open(str(path), create=True)
        assert heads(Ledger.open(ledger.name)) == []

    @pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
    def test_a_file_that_is_no_ledger(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "file"
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(LedgerError, match=r"there is no ledger|no SQLite file"):
            Ledger.open(str(file), create=True)
        assert file.read_bytes() == content

    def test_a_directory(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerUnreachable, match="the file cannot be opened"):
            Ledger.open(str(tmp_path))

    def test_a_path_through_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(LedgerUnreachable, match="correct the path"):
            Ledger.open(str(tmp_path / "file" / "ledger.db"), create=True)

    def test_a_newer_version(self, ledger: Ledger, path: Path) -> None:
        change(path, f"UPDATE offline_join_schema SET version = {schema.VERSION + 1}")
        for create in (False, True):
            with pytest.raises(LedgerSchemaError, match=r"\(schema 2, known here is 1\); update adops.offline_join"):
                Ledger.open(ledger.name, create=create)

    @pytest.mark.parametrize(
        "statement", ["DELETE FROM offline_join_schema", "UPDATE offline_join_schema SET version = 'x'"]
    )
    def test_a_version_that_cannot_be_told(self, ledger: Ledger, path: Path, statement: str) -> None:
        change(path, statement)
        with pytest.raises(LedgerSchemaError, match="cannot be told"):
            Ledger.open(ledger.name)

    @pytest.mark.parametrize("timeout", [0, -1, 3601])
    def test_impossible_timeouts(self, path: Path, timeout: int) -> None:
        with pytest.raises(LedgerLocationError, match="use 1 to 3600"):
            Ledger.open(str(path), timeout=timeout)

    def test_a_damaged_file(self, ledger: Ledger, path: Path) -> None:
        ledger.append([entry("repaired", f"PC-{n}", why="x" * 900) for n in range(200)], writer="control")
        content = bytearray(path.read_bytes())
        content[8192:-8192] = bytes(len(content) - 16384)
        path.write_bytes(content)
        with pytest.raises(LedgerSchemaError, match="the file is damaged"):
            verified(ledger)


class TestLocked:
    def test_somebody_else_writes_too_long(self, ledger: Ledger, path: Path) -> None:
        impatient = Ledger.open(str(path), timeout=1)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            with pytest.raises(LedgerLocked, match="another process holds it"):
                impatient.append([entry("issued")], writer="control")
            assert 0.9 < time.monotonic() - began < 10
            assert impatient.read() == [], "a reader does not wait"
        assert impatient.append([entry("issued")], writer="control").links[0] is not None


class TestProcesses:
    def test_two_with_one_name_and_two_with_names_of_their_own(self, path: Path) -> None:
        """Four at once, from the moment on when there is no file yet."""
        processes.write(str(path), "shared", "shared", "one", "two", events=50, calls=20)
        ledger = Ledger.open(str(path))
        found = verified(ledger)
        assert found.valid
        assert {head.writer: head.sequence for head in found.heads} == {"shared": 2000, "one": 1000, "two": 1000}
        pids = {link.event.who for link in ledger.read(writer="shared")}
        assert len(pids) == 2, "both were at it"
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_killed_anywhere_in_an_append(self, tmp_path: Path) -> None:
        """All or nothing, a sound chain, and a run after it that goes on."""
        template = tmp_path / "template.db"
        Ledger.open(str(template), create=True).append([entry("planned")], writer="control")
        whole = tmp_path / "whole.db"
        shutil.copy(template, whole)
        process = processes.start(str(whole), "control", 30, 1)
        processes.go(process)
        statements = processes.end(process)
        assert statements > 5
        left = []
        for number in range(1, statements + 1):
            path = tmp_path / f"{number}.db"
            shutil.copy(template, path)
            process = processes.start(str(path), "control", 30, 1, kill=number)
            processes.go(process)
            assert processes.end(process) == 0
            ledger = Ledger.open(str(path), create=True)
            assert verified(ledger).valid
            left.append(len(ledger.read()))
            ledger.append([entry("issued")], writer="control")
            assert verified(ledger).valid
        assert left == [1] * statements


TAMPERED = [
    ("UPDATE offline_join_events SET {field} = '{value}' WHERE sequence = 2", 2, field, value)
    for field, value in {
        "kind": "revoked",
        "machine": "PC-X",
        "time": "2030-01-01T00:00:00.000000+00:00",
        "who": "x",
        "why": "x",
        "branch": "x",
        "inventory_tag": "x",
        "serial_number": "x",
        "organizational_unit": "x",
        "sha256": TWO,
        "details": "no JSON",
        "hash": "x",
    }.items()
]


class TestTampering:
    @pytest.mark.parametrize(
        ("statement", "sequence"),
        [
            *((text.format(field=field, value=value), number) for text, number, field, value in TAMPERED),
            ("UPDATE offline_join_events SET details = '[' WHERE sequence = 3", 3),
            ("UPDATE offline_join_events SET who = x'00ff' WHERE sequence = 3", 3),
            ("UPDATE offline_join_events SET who = CAST(x'c3' AS TEXT) WHERE sequence = 3", 3),
            ("UPDATE offline_join_events SET sequence = 'x' WHERE sequence = 3", 3),
            ("DELETE FROM offline_join_events WHERE sequence = 2", 2),
            ("DELETE FROM offline_join_events WHERE sequence = 4", 4),
            ("DELETE FROM offline_join_events", 1),
            ("UPDATE offline_join_events SET sequence = 9 WHERE sequence = 2", 2),
            ("UPDATE offline_join_events SET writer = 'other' WHERE sequence = 4", 4),
            ("UPDATE offline_join_heads SET sequence = 3", 4),
            ("UPDATE offline_join_heads SET hash = 'x'", 4),
            ("DELETE FROM offline_join_heads", 1),
        ],
    )
    def test_found_and_named(self, ledger: Ledger, path: Path, statement: str, sequence: int) -> None:
        kinds = ("planned", "issued", "sealed", "applied")
        ledger.append([entry(kind, minute=n, sha256=ONE) for n, kind in enumerate(kinds)], writer="control")
        assert verified(ledger).valid
        change(path, statement)
        broken = {one.writer: one.sequence for one in verified(ledger).broken}
        assert broken["control"] == sequence

    def test_written_anew_is_found_by_noted_heads(self, ledger: Ledger, path: Path, tmp_path: Path) -> None:
        ledger.append([entry("issued"), entry("applied")], writer="control")
        noted = heads(ledger)
        forged = Ledger.open(str(tmp_path / "forged.db"), create=True)
        forged.append([entry("issued"), entry("revoked"), entry("repaired")], writer="control")
        assert verified(forged).valid
        assert [one.sequence for one in verified(forged, noted).broken] == [2]
        assert verified(ledger, noted).valid


class TestImporting:
    LAPTOP = links(entry("carried", sha256=ONE), entry("applied", minute=9, sha256=ONE), writer="laptop")

    def test_once_and_again_and_more(self, ledger: Ledger) -> None:
        ledger.append([entry("issued", sha256=ONE)], writer="control")
        first = importing.take_in(ledger, self.LAPTOP[:1], writer="control", who="issue")
        assert (first.writer, first.new, first.conflicts) == ("laptop", 1, ())
        more = importing.take_in(ledger, self.LAPTOP, writer="control")
        assert (more.new, more.head.sequence) == (1, 2)
        for known in (self.LAPTOP, self.LAPTOP[:1]):
            assert importing.take_in(ledger, known, writer="control").new == 0
        assert ledger.read(writer="laptop") == self.LAPTOP
        imported = [link.event for link in ledger.read(writer="control") if link.event.kind == "imported"]
        assert [one.details for one in imported] == [
            {"writer": "laptop", "events": 1, "head": self.LAPTOP[number].hash} for number in (0, 1)
        ]
        assert verified(ledger).valid
        assert ledger.states()["ber-pc-001"].state == "applied"

    def test_from_one_ledger_to_another(self, ledger: Ledger, tmp_path: Path) -> None:
        site = Ledger.open(str(tmp_path / "site.db"), create=True)
        site.append([entry("applied", sha256=ONE)], writer="laptop")
        handed_over = chain_from_json(chain_to_json(site.read(writer="laptop")))
        assert importing.take_in(ledger, handed_over, writer="control").new == 1
        assert ledger.read(writer="laptop") == site.read()

    def test_a_package_that_was_applied_twice(self, ledger: Ledger) -> None:
        mine = [entry("issued", sha256=ONE), entry("applied", minute=1, sha256=ONE), entry("issued", "BER-PC-002")]
        ledger.append(mine, writer="control")
        found = importing.take_in(ledger, self.LAPTOP, writer="control", who="issue")
        [conflict] = found.conflicts
        assert (conflict.kind, conflict.machine, conflict.who) == ("conflict", "BER-PC-001", "issue")
        assert "was used twice" in conflict.why
        assert "applied by laptop" in conflict.why
        assert [link.event.kind for link in ledger.read(["BER-PC-001"], writer="control")][-1] == "conflict"
        state = ledger.states()["ber-pc-001"]
        assert (state.state, state.problems) == ("conflict", (conflict.why,))
        assert ledger.states()["ber-pc-002"].state == "issued"
        assert importing.take_in(ledger, self.LAPTOP, writer="control").conflicts == ()

    def test_a_conflict_that_is_known_is_not_told_again(self, ledger: Ledger) -> None:
        ledger.append([entry("issued", sha256=ONE), entry("applied", minute=1, sha256=ONE)], writer="control")
        own = [entry("carried", sha256=ONE), entry("applied", minute=9, sha256=ONE)]
        longer = links(*own, entry("verified", minute=10, sha256=ONE), writer="laptop")
        assert longer[:2] == self.LAPTOP
        assert len(importing.take_in(ledger, longer[:2], writer="control").conflicts) == 1
        assert importing.predict(ledger, longer, writer="control").new == 1
        assert importing.take_in(ledger, longer, writer="control").conflicts == ()

    def test_two_places_with_one_name(self, ledger: Ledger) -> None:
        importing.take_in(ledger, self.LAPTOP, writer="control")
        before = ledger.read()
        other = links(entry("carried", sha256=ONE), entry("applied", minute=10, sha256=ONE), writer="laptop")
        with pytest.raises(LedgerEntryError, match="event 2 is another one there than in the ledger"):
            importing.take_in(ledger, other, writer="control")
        assert ledger.read() == before

    def test_under_ones_own_name(self, ledger: Ledger) -> None:
        with pytest.raises(LedgerEntryError, match="has the same name"):
            importing.take_in(ledger, self.LAPTOP, writer="laptop")


def test_writing_is_one_transaction(ledger: Ledger) -> None:
    def interrupted() -> None:
        with ledger.writing() as transaction:
            transaction.append("control", [entry("issued")])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ledger.read() == heads(ledger) == []
