# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger on a real PostgreSQL server, and on a disk that fills up."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import importing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import (
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerMissing,
    LedgerSchemaError,
    LedgerUnreachable,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.packages import SealedPackage
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger import processes
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import (
    ONE,
    SEALED,
    entry,
    heads,
    kept_package,
    links,
    verified,
)

from tests.postgres import PostgreSQL

_MODULES = "ansible_collections.adops.offline_join.plugins.modules"
_SECONDS = 60
_TABLES = ("schema", "events", "heads", "packages")


@pytest.fixture(scope="module")
def started() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def server(started: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> PostgreSQL:
    """A running server without a ledger; processes find its password in the environment."""
    monkeypatch.setenv("PGPASSWORD", started.password)
    started.sql("DROP TABLE IF EXISTS " + ", ".join(f"offline_join_{name}" for name in _TABLES))
    return started


@pytest.fixture
def ledger(server: PostgreSQL) -> Ledger:
    return Ledger.open(server.location, create=True)


def run(module: str, options: dict[str, Any], **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"{_MODULES}.{module}"],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
        env={**{key: value for key, value in os.environ.items() if key != "PGPASSWORD"}, **environment},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.stdout, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


class TestShared:
    def test_several_write_at_the_same_time_without_loss(self, server: PostgreSQL) -> None:
        """From the moment on when there is no table yet; two of them even under one name."""
        processes.write(server.location, "shared", "shared", "one", "two", events=50, calls=20)
        ledger = Ledger.open(server.location)
        found = verified(ledger)
        assert found.valid
        assert {head.writer: head.sequence for head in found.heads} == {"shared": 2000, "one": 1000, "two": 1000}
        assert len({link.event.who for link in ledger.read(writer="shared")}) == 2
        assert server.sql("SELECT count(*) FROM offline_join_events") == "4000"
        assert server.sql("SELECT count(*) FROM offline_join_packages") == "3"

    def test_killed_anywhere_in_an_append(self, ledger: Ledger, server: PostgreSQL) -> None:
        ledger.append([entry("planned")], writer="control")
        process = processes.start(server.location, "whole", 5, 1)
        processes.go(process)
        for number in range(1, processes.end(process) + 1):
            process = processes.start(server.location, "control", 5, 1, kill=number)
            processes.go(process)
            assert processes.end(process) == 0
            ledger.append([entry("repaired")], writer="control", repeat=True)
            assert {head.writer: head.sequence for head in heads(ledger)}["control"] == number + 1
        assert verified(ledger).valid

    def test_prepare_and_join_share_only_the_database(self, server: PostgreSQL, tmp_path: Path) -> None:
        sealed = tmp_path / "PC-1.sealed"
        sealed.write_bytes(SEALED)
        event = {"machine": "PC-1", "kind": "sealed", "sha256": ONE, "sealed_package": str(sealed)}
        options = {"ledger": server.location, "events": [event], "writer": "awx-1"}
        password = {"OFFLINE_JOIN_LEDGER_PASSWORD": server.password}
        predicted = run("ledger_entry", {**options, "_ansible_check_mode": True}, **password)
        assert predicted["changed"]
        assert server.sql("SELECT to_regclass('offline_join_events') IS NULL") == "t"
        assert run("ledger_entry", options, **password)["machines"]["PC-1"]["package_kept"]
        assert not run("ledger_entry", options, **password)["changed"]
        sealed.unlink()
        found = kept_package(Ledger.open(server.location, password=server.password), "pc-1")
        assert found is not None
        assert (found.content, found.sha256) == (SEALED, ONE)
        with_password = server.location.replace("rollout@", f"rollout:{server.password}@")
        known = run("ledger_info", {"names": ["PC-1"], "verify": True}, OFFLINE_JOIN_LEDGER=with_password)
        assert known["machines"]["PC-1"]["state"] == "issued"
        assert known["verification"] == {"valid": True, "events": 1, "broken": []}
        assert server.password not in json.dumps([predicted, known])

    def test_chains_of_a_laptop_are_taken_in(self, ledger: Ledger) -> None:
        ledger.append([entry("issued", sha256=ONE), entry("applied", minute=1, sha256=ONE)], writer="control")
        laptop = links(entry("applied", minute=9, sha256=ONE, details={"ü": [1.5]}), writer="laptop")
        assert len(importing.take_in(ledger, laptop, writer="control").conflicts) == 1
        assert ledger.read(writer="laptop") == laptop
        assert importing.take_in(ledger, laptop, writer="control").new == 0
        assert verified(ledger).valid
        assert ledger.states()["ber-pc-001"].state == "conflict"

    def test_a_change_behind_its_back(self, ledger: Ledger, server: PostgreSQL) -> None:
        ledger.append([entry("issued", why="a\nb"), entry("applied", minute=1)], writer="control")
        server.sql("UPDATE offline_join_events SET who = 'x' WHERE sequence = 2")
        assert [str(link) for link in verified(ledger).broken] == [
            "event 2 of control: its fields do not belong to its hash; it or the one before it was changed"
        ]


class TestTrouble:
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restart", "crash"])
    def test_restarted_in_between(self, ledger: Ledger, server: PostgreSQL, how: signal.Signals) -> None:
        ledger.append([entry("issued")], writer="control")
        server.restart(how)
        ledger.append([entry("applied")], writer="control")
        assert verified(ledger).heads[0].sequence == 2

    def test_restarted_in_the_middle_of_a_transaction(self, ledger: Ledger, server: PostgreSQL) -> None:
        ledger.append([entry("issued")], writer="control")

        def interrupted() -> None:
            with ledger.writing() as transaction:
                transaction.append("control", [entry("applied")])
                server.restart()
                transaction.append("control", [entry("verified")])

        with pytest.raises(LedgerUnreachable, match="went away; look whether it runs"):
            interrupted()
        assert verified(ledger).heads[0].sequence == 1
        assert len(ledger.read()) == 1

    def test_unreachable(self, ledger: Ledger, server: PostgreSQL) -> None:
        server.stop()
        try:
            acts: list[Callable[[], object]] = [
                ledger.read,
                lambda: ledger.append([entry("issued")], writer="control"),
                lambda: Ledger.open(server.location),
            ]
            for act in acts:
                began = time.monotonic()
                with pytest.raises(LedgerUnreachable, match="does not answer") as raised:
                    act()
                assert time.monotonic() - began < 10
                assert "postgresql://rollout@/offline_join: " in str(raised.value)
            answer = run("ledger_info", {"ledger": server.location, "ledger_password": server.password})
        finally:
            server.start()
        assert "does not answer" in answer["msg"]
        assert server.password not in json.dumps(answer)

    def test_somebody_else_holds_the_chain(self, ledger: Ledger, server: PostgreSQL) -> None:
        ledger.append([entry("planned")], writer="control")
        impatient = Ledger.open(server.location, timeout=1)
        with ledger.writing() as transaction:
            transaction.lock("control", "new")
            for writer in ("control", "new"):
                began = time.monotonic()
                with pytest.raises(LedgerLocked, match="another process holds it"):
                    impatient.append([entry("issued")], writer=writer)
                assert 0.9 < time.monotonic() - began < 20
            assert impatient.append([entry("issued")], writer="laptop").links[0], "chains do not wait for each other"
        impatient.append([entry("applied")], writer="control")
        assert [head.sequence for head in verified(ledger).heads] == [2, 1]

    def test_wrong_password(self, server: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
        wrong = "xQ7-vN2_kT9+wR4=hB6"
        with pytest.raises(LedgerUnreachable, match="does not accept the login") as raised:
            Ledger.open(server.location, password=wrong)
        assert wrong not in str(raised.value)
        monkeypatch.delenv("PGPASSWORD")
        with pytest.raises(LedgerUnreachable, match="does not accept the login"):
            Ledger.open(server.location)

    def test_no_such_database(self, server: PostgreSQL) -> None:
        with pytest.raises(LedgerUnreachable, match="no such database"):
            Ledger.open(server.url("rollout", "nowhere"))

    def test_no_ledger_in_it(self, server: PostgreSQL) -> None:
        with pytest.raises(LedgerMissing, match="there is no ledger"):
            Ledger.open(server.location)

    def test_newer_schema(self, ledger: Ledger, server: PostgreSQL) -> None:
        server.sql("UPDATE offline_join_schema SET version = 2")
        for create in (False, True):
            with pytest.raises(LedgerSchemaError, match="a newer version of this collection"):
                Ledger.open(ledger.name + server.location.partition("offline_join")[2], create=create)

    def test_a_login_that_may_only_add(self, ledger: Ledger, server: PostgreSQL) -> None:
        """The grants that the documentation names are enough, and a right that is missing is told."""
        server.sql(f"DROP ROLE IF EXISTS adder; CREATE ROLE adder LOGIN PASSWORD '{server.password}'")
        ledger.append([entry("planned")], writer="control")
        server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO adder")
        adder = Ledger.open(server.url("adder"), create=True)
        with pytest.raises(LedgerUnreachable, match="lacks a right there; grant it SELECT and INSERT"):
            adder.append([entry("issued")], writer="control")
        server.sql("GRANT INSERT ON ALL TABLES IN SCHEMA public TO adder; GRANT UPDATE ON offline_join_heads TO adder")
        package = SealedPackage("PC-1", ONE, SEALED)
        assert adder.append([entry("issued")], writer="control", packages=[package]).kept == (package,)
        with pytest.raises(LedgerError), adder.writing() as transaction:
            transaction._connection.exec_driver_sql("DELETE FROM offline_join_events")
        assert verified(ledger).heads[0].sequence == 2
        server.sql("DROP OWNED BY adder; DROP ROLE adder")

    def test_a_standby_takes_no_writes(self, ledger: Ledger, server: PostgreSQL) -> None:
        server.sql("ALTER ROLE rollout SET default_transaction_read_only = on")
        try:
            with pytest.raises(LedgerUnreachable, match="takes no writes; name the primary"):
                ledger.append([entry("issued")], writer="control")
            assert heads(ledger) == []
        finally:
            server.sql("ALTER ROLE rollout RESET default_transaction_read_only")


@contextlib.contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(directory)], check=True, timeout=30)
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True, timeout=30)


class TestDiskFull:
    def test_what_was_recorded_stays_and_goes_on(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            ledger = Ledger.open(str(disk / "ledger.db"), create=True)
            recorded = 0

            def fill() -> None:
                nonlocal recorded
                while recorded < 100_000:
                    recorded += len(ledger.append([entry("repaired")] * 200, writer="control", repeat=True).links)

            with pytest.raises(LedgerFull, match="no space left where it lies; make room and run it again"):
                fill()
            assert 0 < recorded < 100_000
            found = verified(ledger)
            assert found.valid
            assert found.events == recorded
            subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True, timeout=30)
            ledger.append([entry("issued")], writer="control")
            assert verified(ledger).heads[0].sequence == recorded + 1

    def test_no_room_for_a_new_ledger(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            filler = disk / "filler"
            with contextlib.suppress(OSError):
                filler.write_bytes(bytes(2**20))
            with pytest.raises(LedgerFull, match="no space left"):
                Ledger.open(str(disk / "ledger.db"), create=True)
            assert [file.name for file in disk.iterdir()] == ["filler"]


def test_a_reader_is_not_disturbed_by_a_writer(ledger: Ledger) -> None:
    """Heads and events that are read are of one moment, whatever is written in between."""
    ledger.append([entry("planned")], writer="control")
    with ledger.reading() as transaction:
        heads = transaction.heads()
        thread = threading.Thread(target=ledger.append, args=([entry("issued")],), kwargs={"writer": "control"})
        thread.start()
        thread.join(_SECONDS)
        assert not thread.is_alive()
        assert [head.sequence for head in heads] == [1]
        assert len(list(transaction.links())) == 1
    assert len(ledger.read()) == 2
