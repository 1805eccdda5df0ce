# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The third-party libraries behind the ledger, imported in this one place.

SQLAlchemy (2.0 or later) speaks to SQLite and PostgreSQL; psycopg (3) is wanted for PostgreSQL only. Without
SQLAlchemy ``SQLALCHEMY_IMPORT_ERROR`` holds the traceback, and a ledger cannot be opened.
"""

from __future__ import annotations

import traceback

try:
    import sqlalchemy
    from sqlalchemy import Column, Connection, Engine, MetaData, Select, Table
    from sqlalchemy import event as sqlalchemy_event
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError, DBAPIError
    from sqlalchemy.pool import NullPool
    from sqlalchemy.sql.elements import ColumnElement
except ImportError:
    SQLALCHEMY_IMPORT_ERROR: str | None = traceback.format_exc()
    # The names must be there to be imported; nothing behind them is called then. Names of types are asked for by type
    # checkers only.
    sqlalchemy = sqlalchemy_event = None  # type: ignore[assignment]
    make_url = NullPool = None  # type: ignore[assignment, misc]
    ArgumentError = DBAPIError = OSError  # type: ignore[assignment, misc]
else:
    SQLALCHEMY_IMPORT_ERROR = None

try:
    import psycopg
except ImportError:
    psycopg = None  # type: ignore[assignment]

__all__ = [
    "SQLALCHEMY_IMPORT_ERROR",
    "URL",
    "ArgumentError",
    "Column",
    "ColumnElement",
    "Connection",
    "DBAPIError",
    "Engine",
    "MetaData",
    "NullPool",
    "Select",
    "Table",
    "make_url",
    "psycopg",
    "sqlalchemy",
    "sqlalchemy_event",
]
