# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a ledger lies: an absolute path is a SQLite file, a URL a PostgreSQL database."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from . import container
from .errors import LedgerLibraryError, LedgerLocationError
from .libraries import SQLALCHEMY_IMPORT_ERROR, ArgumentError, make_url, psycopg

if TYPE_CHECKING:
    from .libraries import URL

_ACT = "open the ledger"
_SECRET_PARAMETERS = {"password", "sslpassword"}
_ENCRYPTED = {"require", "verify-ca", "verify-full"}


@dataclass(frozen=True)
class File:
    """A SQLite file, not looked at yet."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL database; ``url`` never holds a password."""

    url: URL

    def __str__(self) -> str:
        bare = self.url.set(drivername="postgresql", query={})
        return bare.render_as_string(hide_password=True)


def embedded_secrets(location: str) -> list[str]:
    """Every password in a URL, decoded and as it is written: what must be masked before anything is said."""
    if "://" not in location:
        return []
    authority = location.partition("://")[2]
    user, at, _host = authority.rpartition("@")
    written = [user.partition(":")[2]] if at else []
    query = location.partition("?")[2]
    written += [value for key, _equals, value in (part.partition("=") for part in query.split("&")) if _secret(key)]
    try:
        url = make_url(location)
        decoded = [str(url.password or ""), *(str(value) for key, value in url.query.items() if _secret(key))]
    except (ArgumentError, ValueError, TypeError):
        decoded = []
    return sorted({secret for secret in [*written, *decoded] if secret})


def without_password(location: str) -> tuple[str, str | None]:
    """A URL without its user's password, and the password; anything else stays as it is."""
    if "://" not in location or SQLALCHEMY_IMPORT_ERROR:
        return location, None
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        return location, None
    if not url.password:
        return location, None
    return url._replace(password=None).render_as_string(hide_password=False), str(url.password)


def _secret(key: str) -> bool:
    return key.lower() in _SECRET_PARAMETERS


def parse(location: str, environment: Mapping[str, str]) -> File | Server:
    """
    :raises LedgerLibraryError: SQLAlchemy or psycopg is missing
    :raises LedgerLocationError: it is no place for a ledger; a URL is never repeated in the message
    """
    if SQLALCHEMY_IMPORT_ERROR:
        raise LedgerLibraryError(_ACT, "SQLAlchemy is missing", "install sqlalchemy 2.0 or later on this host")
    if not location:
        raise LedgerLocationError(_ACT, "no place is named", "set ledger to an absolute path or a PostgreSQL URL")
    if "://" in location:
        return _server(location, environment)
    return _file(location, environment)


def _file(location: str, environment: Mapping[str, str]) -> File:
    path = Path(location).expanduser()
    if not path.is_absolute():
        cause = f"the path {location} is relative, and would mean another file in another directory"
        raise LedgerLocationError(_ACT, cause, "give an absolute path")
    real = Path(os.path.realpath(path))
    if container.vanishes(PurePosixPath(real), container.surroundings(environment)):
        cause = "it lies inside the container of this execution environment and would vanish with it"
        remedy = "use a PostgreSQL URL, or a path on a volume that is mounted into the container"
        raise LedgerLocationError(f"{_ACT} {path}", cause, remedy)
    return File(real)


def _server(location: str, environment: Mapping[str, str]) -> Server:
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        remedy = "write it like postgresql://user@db.corp.example/offline_join"
        raise LedgerLocationError(_ACT, "its URL cannot be read", remedy) from None
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        remedy = "use a postgresql:// URL, or an absolute path for SQLite"
        raise LedgerLocationError(_ACT, "only PostgreSQL is reached by a URL", remedy)
    if url.password or any(map(_secret, url.query)):
        remedy = "leave it out there, and give it by ledger_password, OFFLINE_JOIN_LEDGER_PASSWORD or ~/.pgpass"
        raise LedgerLocationError(_ACT, "a password stands in its URL, where logs show it", remedy)
    if psycopg is None:
        remedy = "install psycopg[binary] 3.1 or later on this host"
        raise LedgerLibraryError(_ACT, "psycopg, the driver for PostgreSQL, is missing or finds no libpq", remedy)
    return Server(_encrypted(url.set(drivername="postgresql+psycopg"), environment))


def _encrypted(url: URL, environment: Mapping[str, str]) -> URL:
    """Over a network the server proves who it is, unless the URL says otherwise; nothing goes in the clear."""
    if not any(map(_remote, _hosts(url, environment))):
        return url
    mode = url.query.get("sslmode") or environment.get("PGSSLMODE") or "verify-full"
    if mode not in _ENCRYPTED:
        cause = f"sslmode {mode} would let everybody on the way read and change it"
        raise LedgerLocationError(_ACT, cause, f"use one of {', '.join(sorted(_ENCRYPTED))}")
    return url.update_query_dict({"sslmode": mode})


def _hosts(url: URL, environment: Mapping[str, str]) -> list[str]:
    several = url.query.get("host", ())
    named = [url.host or "", *([several] if isinstance(several, str) else several)]
    hosts = [host.strip() for text in named if text for host in text.split(",")]
    return hosts or [environment.get("PGHOST", "")]


def _remote(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return False
    # SQLAlchemy also takes HOST:PORT there
    bare = host if host.count(":") != 1 else host.partition(":")[0]
    try:
        return not ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare != "localhost"
