# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every refusal of a database as a sentence of ours; its own words may quote data and never get out."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import (
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LedgerSchemaError,
    LedgerUnreachable,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.failures import told
from sqlalchemy.exc import DBAPIError

ACT = "write to the ledger x.db"
QUOTED = "INSERT of BER-PC-001 by Zoe"


def outcome(failure: Exception) -> LedgerError:
    with pytest.raises(LedgerError) as raised, told(ACT):
        raise failure
    said = str(raised.value)
    assert said.startswith(ACT)
    assert QUOTED not in said
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    return raised.value


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError(QUOTED)
    error.sqlite_errorcode = code
    return error


def through_sqlalchemy(cause: BaseException) -> DBAPIError:
    return DBAPIError("INSERT", {}, cause)


SQLITE: list[tuple[int, type[LedgerError], str]] = [
    (sqlite3.SQLITE_BUSY, LedgerLocked, "set ledger_timeout higher"),
    (sqlite3.SQLITE_BUSY_SNAPSHOT, LedgerLocked, "another process holds it"),
    (sqlite3.SQLITE_FULL, LedgerFull, "make room"),
    (sqlite3.SQLITE_IOERR_SHMSIZE, LedgerFull, "make room"),
    (sqlite3.SQLITE_READONLY_DIRECTORY, LedgerUnreachable, "it cannot be written to"),
    (sqlite3.SQLITE_CANTOPEN, LedgerUnreachable, "the file cannot be opened"),
    (sqlite3.SQLITE_CORRUPT_VTAB, LedgerSchemaError, "put back the last copy that is sound"),
    (sqlite3.SQLITE_NOTADB, LedgerSchemaError, "no SQLite file"),
    (sqlite3.SQLITE_ERROR, LedgerSchemaError, "its tables are not those of a ledger"),
    (
        sqlite3.SQLITE_IOERR_WRITE,
        LedgerUnreachable,
        f"the disk under it failed (SQLite result {sqlite3.SQLITE_IOERR_WRITE})",
    ),
]


@pytest.mark.parametrize(("code", "kind", "words"), SQLITE)
def test_sqlite(code: int, kind: type[LedgerError], words: str) -> None:
    for failure in (of_sqlite(code), through_sqlalchemy(of_sqlite(code))):
        error = outcome(failure)
        assert error.__class__ is kind
        assert words in str(error)


POSTGRESQL: list[tuple[str, type[LedgerError], str]] = [
    ("53100", LedgerFull, "make room"),
    ("55P03", LedgerLocked, "another process holds it"),
    ("40P01", LedgerLocked, "another process holds it"),
    ("3D000", LedgerUnreachable, "the server has no such database"),
    ("42501", LedgerUnreachable, "UPDATE on offline_join_heads"),
    ("25006", LedgerUnreachable, "name the primary server"),
    ("28P01", LedgerUnreachable, "look at the user in the URL, ledger_password and pg_hba.conf"),
    ("08006", LedgerUnreachable, "does not answer"),
    ("57P01", LedgerUnreachable, "does not answer"),
    ("42P01", LedgerSchemaError, "its tables are not those of a ledger"),
]


@pytest.mark.parametrize(("state", "kind", "words"), POSTGRESQL)
def test_postgresql(state: str, kind: type[LedgerError], words: str) -> None:
    error = outcome(through_sqlalchemy(psycopg.errors.lookup(state)(QUOTED)))
    assert error.__class__ is kind
    assert words in str(error)


@pytest.mark.parametrize(
    ("words_of_libpq", "words"),
    [
        (f'password authentication failed for user "{QUOTED}"', "does not accept the login"),
        ("fe_sendauth: no password supplied", "does not accept the login"),
        (f'database "{QUOTED}" does not exist', "no such database"),
        (f'role "{QUOTED}" does not exist', "does not answer, does not let us in"),
        (QUOTED, "does not answer, does not let us in"),
    ],
)
def test_a_connection_that_failed_has_no_state(words_of_libpq: str, words: str) -> None:
    assert words in str(outcome(through_sqlalchemy(psycopg.OperationalError(words_of_libpq))))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_the_system_has_no_space(number: int) -> None:
    assert outcome(OSError(number, "words", QUOTED)).__class__ is LedgerFull


def test_the_system_refuses() -> None:
    error = outcome(PermissionError(errno.EACCES, "Permission denied", QUOTED))
    assert error.__class__ is LedgerUnreachable
    assert "Permission denied" in str(error)
    assert "correct the path or the rights on it" in str(error)


@pytest.mark.parametrize(
    "ours",
    [
        of_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE),
        of_sqlite(sqlite3.SQLITE_MISUSE),
        sqlite3.ProgrammingError("no code at all"),
        through_sqlalchemy(psycopg.errors.lookup("23505")("twice")),
    ],
)
def test_a_fault_of_ours_stays_what_it_is(ours: Exception) -> None:
    with pytest.raises(type(ours)) as raised, told(ACT):
        raise ours
    assert raised.value is ours
