# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is a package still good? Judged by the directory and its issue record, or, on request, tried."""

from __future__ import annotations

import dataclasses

from .._directory import computers
from .._directory.connection import connect
from .._directory.domain import Domain
from .._directory.errors import BindError, ConnectError, ConnectionLost, DirectoryError, SearchError
from .._directory.settings import Settings
from .._package.package import Package
from .._rollout.package_life import currency
from .._rollout.package_life.currency import Currency
from .._storage.package_store import PackageStore

_INVALID_CREDENTIALS = 49


def judge(settings: Settings, store: PackageStore, package: Package) -> Currency:
    """
    :raises DirectoryError: the settings or the login are wrong, or the directory is that of another domain
    """
    name = package.machine_name
    try:
        with connect(settings) as connection:
            domain = Domain.read(connection)
            _require_domain(settings, domain, package)
            found = computers.find(connection, domain, [name]).get(name.lower())
    except (ConnectError, ConnectionLost, SearchError) as silence:
        return Currency(None, str(silence))
    account = None
    if found:
        guid = str(found.object_guid)
        account = currency.Account(found.sid, guid, found.password_last_set, found.key_version)
    identity = currency.PackageIdentity(package.sha256, package.account_sid)
    return currency.judge(identity, store.read_record(name), account)


def authenticate(settings: Settings, package: Package) -> Currency:
    """Log in as the machine with the package's password. This leaves traces: the account looks used afterwards.

    A simple bind, always inside TLS. Its settings are those of the login where that is a simple bind, too.

    :raises DirectoryError: the settings are wrong
    """
    password = package.join.machine_password
    if password is None or not password.reveal():
        return Currency(False, "it holds no password")
    try:
        password.reveal().encode()
    except UnicodeEncodeError:
        return Currency(None, "its password is no text, so it cannot be sent in a simple bind")
    machine = _simple(settings, f"{package.machine_name}$@{package.domain_name}", password.reveal())
    try:
        with connect(machine):
            return Currency(True, f"{settings.server} accepts its password")
    except BindError as refusal:
        refused = refusal.result == _INVALID_CREDENTIALS
        return Currency(False if refused else None, f"{settings.server} refuses the login: {refusal.cause}")
    except (ConnectError, ConnectionLost) as silence:
        return Currency(None, str(silence))


def _simple(settings: Settings, username: str, password: str) -> Settings:
    encrypted = settings.auth_protocol == "simple"
    options = dataclasses.asdict(settings) | {
        "auth_protocol": "simple",
        "tls_mode": settings.tls_mode if encrypted else "ldaps",
        "port": settings.port if encrypted else None,
        "username": username,
        "password": password,
    }
    return Settings.from_options(options)


def _require_domain(settings: Settings, domain: Domain, package: Package) -> None:
    if domain.dns_name.lower() != package.domain_name.lower():
        raise DirectoryError(
            f"look up {package.machine_name}",
            f"the package is for {package.domain_name}, but {settings.server} is a domain controller of "
            f"{domain.dns_name}",
            "name one of the package's domain in server",
        )
