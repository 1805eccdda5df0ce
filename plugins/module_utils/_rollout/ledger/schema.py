# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the ledger, the same in SQLite and PostgreSQL. Their names begin with ``offline_join_``, because a
PostgreSQL database may be shared with others.

A PostgreSQL login that is not to change history needs SELECT and INSERT on all tables, and UPDATE on
``offline_join_heads`` only.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .libraries import sqlalchemy as sa

if TYPE_CHECKING:
    from .libraries import Column, MetaData, Table

VERSION = 1
# Of the advisory lock that lets one PostgreSQL session at a time make the tables: "offline" as a number.
CREATION_LOCK = int.from_bytes(b"offline", "big")


@dataclass(frozen=True)
class Tables:
    """``events`` are rows of `Event` with their hash, ``heads`` the ends of the chains (and what writers lock),
    ``packages`` sealed packages in the order in which they came, ``schema`` one row with the version."""

    metadata: MetaData
    schema: Table
    events: Table
    heads: Table
    packages: Table


@functools.cache
def tables() -> Tables:
    """Made at the first use: without SQLAlchemy this module can still be imported."""
    metadata = sa.MetaData()

    def text(name: str, **options: Any) -> Column[Any]:
        return sa.Column(name, sa.Text, nullable=False, **options)

    schema = sa.Table("offline_join_schema", metadata, sa.Column("version", sa.Integer, nullable=False))
    events = sa.Table(
        "offline_join_events",
        metadata,
        text("writer", primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        *map(text, ("kind", "machine", "time", "who", "why", "branch", "inventory_tag", "serial_number")),
        *map(text, ("organizational_unit", "sha256", "details", "hash")),
    )
    heads = sa.Table(
        "offline_join_heads",
        metadata,
        text("writer", primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        text("hash"),
    )
    packages = sa.Table(
        "offline_join_packages",
        metadata,
        # an identity: whoever may insert rows may also number them
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        *map(text, ("machine", "sha256")),
        sa.Column("content", sa.LargeBinary, nullable=False),
        *map(text, ("content_sha256", "writer", "time")),
        sa.UniqueConstraint("machine", "sha256", "content_sha256"),
    )
    # Names of machines are ASCII, so that both databases agree on what lower() makes of them.
    sa.Index("offline_join_events_machine", sa.func.lower(events.c.machine), events.c.kind)
    sa.Index("offline_join_events_branch", events.c.branch)
    sa.Index("offline_join_packages_machine", sa.func.lower(packages.c.machine))
    return Tables(metadata, schema, events, heads, packages)
