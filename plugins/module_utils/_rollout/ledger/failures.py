# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a database says went wrong, as a sentence about the ledger. Its own words may quote data and are not shown."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator

from .errors import LedgerError, LedgerFull, LedgerLocked, LedgerSchemaError, LedgerUnreachable
from .libraries import DBAPIError

_Sentence = tuple[type[LedgerError], str, str]

_LOCKED: _Sentence = (
    LedgerLocked,
    "another process holds it, longer than the timeout",
    "look what still writes to it, or set ledger_timeout higher, and run it again",
)
_FULL: _Sentence = (
    LedgerFull,
    "there is no space left where it lies",
    "make room and run it again; nothing of this call was written",
)
_WRITE_PROTECTED: _Sentence = (
    LedgerUnreachable,
    "it cannot be written to",
    "let the user who runs this write to the file and its directory, and use no read-only file system",
)
_NOT_OPENED: _Sentence = (
    LedgerUnreachable,
    "the file cannot be opened",
    "look whether the user who runs this may read and write the file and its directory",
)
_DAMAGED: _Sentence = (
    LedgerSchemaError,
    "the file is damaged, or no SQLite file",
    "keep it, and put back the last copy that is sound",
)
_LOGIN: _Sentence = (
    LedgerUnreachable,
    "the server does not accept the login",
    "look at the user in the URL, ledger_password and pg_hba.conf",
)
_RIGHTS: _Sentence = (
    LedgerUnreachable,
    "the login lacks a right there",
    "grant it SELECT and INSERT on the tables offline_join_*, and UPDATE on offline_join_heads",
)
_STANDBY: _Sentence = (
    LedgerUnreachable,
    "the server is a standby that takes no writes",
    "name the primary server in the URL",
)
_NO_DATABASE: _Sentence = (
    LedgerUnreachable,
    "the server has no such database",
    "create it, or correct the URL",
)
_NO_SCHEMA: _Sentence = (
    LedgerSchemaError,
    "its tables are not those of a ledger",
    "name a database or a file of its own",
)
_AWAY: _Sentence = (
    LedgerUnreachable,
    "the server does not answer, does not let us in, or went away",
    "look whether it runs and what its log says, and run it again; what is recorded already is not repeated",
)

# Result codes of SQLite (https://www.sqlite.org/rescode.html), without their extension.
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _WRITE_PROTECTED,
    sqlite3.SQLITE_PERM: _WRITE_PROTECTED,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
    sqlite3.SQLITE_AUTH: _NOT_OPENED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_ERROR: _NO_SCHEMA,
}

# SQLSTATEs of PostgreSQL (its manual, appendix A), then their classes.
_POSTGRESQL = {
    "53100": _FULL,
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "40P01": _LOCKED,
    "3D000": _NO_DATABASE,
    "42501": _RIGHTS,
    "25006": _STANDBY,
    "28": _LOGIN,
    "08": _AWAY,
    "57": _AWAY,
    "42": _NO_SCHEMA,
}


@contextlib.contextmanager
def told(act: str) -> Iterator[None]:
    """Whatever the database or the disk refuses in this block is told as what became of the act.

    :raises LedgerError: a fault of the ledger's surroundings; a fault of ours stays what it is
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        sentence = _sentence(error.orig if isinstance(error, DBAPIError) else error)
        if sentence is None:
            raise
        kind, cause, remedy = sentence
        raise kind(act, cause, remedy) from None
    except OSError as error:
        raise _told_by_the_system(act, error) from None


def _sentence(cause: BaseException | None) -> _Sentence | None:
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code is None:
            return None
        if code == sqlite3.SQLITE_IOERR_SHMSIZE:
            return _FULL
        return _SQLITE.get(code & 0xFF, _input_or_output(code))
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return _not_connected(str(cause))
    return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])


def _not_connected(words: str) -> _Sentence:
    """libpq gives no state of a connection that failed, only words, which a server may write in its own language."""
    if "authentication" in words or "no password" in words:
        return _LOGIN
    return _NO_DATABASE if "database" in words and "does not exist" in words else _AWAY


def _input_or_output(code: int) -> _Sentence | None:
    if code & 0xFF != sqlite3.SQLITE_IOERR:
        return None
    return (
        LedgerUnreachable,
        f"the disk under it failed (SQLite result {code})",
        "look at the disk's health and at the space left, and run it again",
    )


def _told_by_the_system(act: str, error: OSError) -> LedgerError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        kind, cause, remedy = _FULL
        return kind(act, cause, remedy)
    return LedgerUnreachable(act, error.strerror or type(error).__name__, "correct the path or the rights on it")
