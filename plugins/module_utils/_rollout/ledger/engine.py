# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the two databases are opened, made and brought to begin a transaction.

SQLite: one file with mode 0600, write-ahead log, every commit on the disk; a writer takes the lock when it begins.
PostgreSQL: a reader sees one moment, a writer waits for a lock no longer than the timeout.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import LedgerLocationError, LedgerMissing, LedgerSchemaError
from .libraries import NullPool, sqlalchemy_event
from .libraries import sqlalchemy as sa
from .location import File, Server
from .schema import CREATION_LOCK, VERSION, tables

if TYPE_CHECKING:
    from .libraries import Connection, Engine

WRITES = "ledger_writes"


def engine(place: File | Server, password: str | None, timeout: int) -> Engine:
    """Nothing is connected yet. ``timeout`` (seconds) is how long to wait for a lock and for the server."""
    if isinstance(place, File):
        made = sa.create_engine("sqlite://", creator=_connector(place.path, timeout), poolclass=NullPool)
    else:
        made = _server_engine(place, password, timeout)

    @sqlalchemy_event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get(WRITES))
        if isinstance(place, File):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif writes:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {timeout * 1000}")

    return made


def _connector(path: Path, timeout: int) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        # rw and not rwc: a ledger never comes into being by being looked at
        name = f"file:{quote(os.fsencode(path))}?mode=rw"
        connection = sqlite3.connect(name, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
        # text that somebody damaged is read all the same, and found by its hash
        connection.text_factory = _decoded
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    return connect


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _server_engine(place: Server, password: str | None, timeout: int) -> Engine:
    arguments: dict[str, Any] = {
        "application_name": "adops.offline_join",
        "connect_timeout": max(2, timeout),
        "tcp_user_timeout": timeout * 1000,
    }
    arguments = {key: value for key, value in arguments.items() if key not in place.url.query}
    # prepared statements do not get along with connection poolers such as PgBouncer
    arguments["prepare_threshold"] = None
    if password:
        arguments["password"] = password
    return sa.create_engine(place.url, connect_args=arguments, poolclass=NullPool, hide_parameters=True)


def require_private(path: Path) -> None:
    """
    :raises LedgerLocationError: others than the owner may read or write the file
    :raises OSError: it cannot be looked at
    """
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        cause = f"others than its owner may use the file (mode {mode:04o})"
        raise LedgerLocationError(
            f"write to the ledger {path}", cause, f"chmod 600 {path}; to share a ledger use PostgreSQL"
        )


def needs_making(path: Path) -> bool:
    """Whether there is no ledger yet, or a killed process left behind what it made one from."""
    return not path.exists() or _unfinished(path).exists()


def create_file(path: Path) -> None:
    """Make a ledger that appears whole or not at all; one that another process made meanwhile is kept.

    :raises OSError, DBAPIError: there is nothing new
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = _unfinished(path)
    with _alone(path.parent):
        _remove(unfinished)
        if path.exists():
            return
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        try:
            made = engine(File(unfinished), None, 1)
            with made.connect() as connection:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
            with made.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                _create_tables(connection)
            with contextlib.suppress(FileExistsError):
                os.link(unfinished, path)
        finally:
            _remove(unfinished)


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.unfinished")


def _remove(unfinished: Path) -> None:
    # The file last: while it is there, the next run knows that something is left.
    for suffix in ("-wal", "-shm", "-journal", ""):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """No other process makes a ledger here meanwhile. The lock of a killed one is gone with it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def create_in_database(connection: Connection) -> None:
    """Make the tables where there are none; other processes that want to do the same wait.

    :raises DBAPIError: nothing was made
    """
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CREATION_LOCK)))
    if not _is_there(connection):
        _create_tables(connection)


def _create_tables(connection: Connection) -> None:
    tables().metadata.create_all(connection)
    connection.execute(tables().schema.insert().values(version=VERSION))


def _is_there(connection: Connection) -> bool:
    return sa.inspect(connection).has_table(tables().schema.name)


def require_schema(connection: Connection, act: str) -> None:
    """
    :raises LedgerMissing: there are no tables
    :raises LedgerSchemaError: they are of another version
    """
    if not _is_there(connection):
        raise LedgerMissing(act, "there is no ledger", "correct the place; the first event that is recorded makes one")
    versions = list(connection.execute(sa.select(tables().schema.c.version)).scalars())
    if versions == [VERSION]:
        return
    if len(versions) == 1 and isinstance(versions[0], int) and versions[0] > VERSION:
        cause = f"a newer version of this collection wrote it (schema {versions[0]}, known here is {VERSION})"
        raise LedgerSchemaError(act, cause, "update adops.offline_join on this host")
    raise LedgerSchemaError(act, "the version of its tables cannot be told", "name a database or a file of its own")
