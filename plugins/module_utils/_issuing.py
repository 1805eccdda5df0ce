# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issue packages for a list of machines over one connection: account and package in one act."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import _secret_file
from ._directory import computers
from ._directory.computers import ComputerAccount
from ._directory.connection import DirectoryConnection
from ._directory.containers import Container
from ._directory.domain import Domain
from ._directory.errors import ConnectionLost, DirectoryError
from ._directory.locator import Ping
from ._package.errors import PackageError
from ._package.package import Account, DomainController, Package
from ._package.package import Domain as PackageDomain
from ._package.password import Password
from ._package.text import LARGEST_TEXT
from ._rollout import names, regenerate
from ._rollout.issue_record import IssueRecord


@dataclass(frozen=True)
class Machine:
    """``path`` is the DN of the organizational unit, None for the domain's default container."""

    name: str
    path: str | None


@dataclass(frozen=True)
class Order:
    """What all packages of one call have in common; ``controller`` is the domain controller that they name."""

    dest: Path
    regenerate: str
    controller: Ping
    controller_address: str
    site: str | None
    provision_options: int
    join4: bool
    check_mode: bool


@dataclass(frozen=True)
class Answer:
    """What became of one machine. ``package`` and ``issue_record`` are paths; before issuing, ids are unknown."""

    name: str
    changed: bool = False
    error: str | None = None
    distinguished_name: str | None = None
    sid: str | None = None
    object_guid: str | None = None
    package: str | None = None
    issue_record: str | None = None

    def to_result(self) -> dict[str, Any]:
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None and key != "name"}


class Issuer:
    """Every machine gets its own answer; nothing that goes wrong with one keeps another from its package."""

    def __init__(self, connection: DirectoryConnection, domain: Domain, order: Order) -> None:
        self._connection = connection
        self._domain = domain
        self._order = order
        self._containers: dict[str, Container | DirectoryError] = {}
        self._lost: ConnectionLost | None = None

    def issue(self, machines: Iterable[Machine]) -> list[Answer]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist
        :raises OSError: dest cannot be written to
        """
        machines = list(machines)
        faults = names.faults([machine.name for machine in machines], self._domain.netbios_name)
        sound = [machine.name for machine in machines if machine.name not in faults]
        accounts = computers.find(self._connection, self._domain, sound)
        if not self._order.check_mode:
            _secret_file.make_directory(self._order.dest)
        return [
            Answer(machine.name, error=f"{machine.name}: {faults[machine.name]}")
            if machine.name in faults
            else self._answer(machine, accounts.get(machine.name.lower()))
            for machine in machines
        ]

    def _answer(self, machine: Machine, account: ComputerAccount | None) -> Answer:
        try:
            return self._one(machine, account)
        except ConnectionLost as lost:
            self._lost = lost
            cause: str | Exception = lost
        except (DirectoryError, PackageError) as failure:
            cause = failure
        except OSError as failure:
            cause = f"write {failure.filename or self._order.dest}: {failure.strerror}; make room and run again"
        return Answer(machine.name, error=f"{machine.name}: {cause}")

    def _one(self, machine: Machine, account: ComputerAccount | None) -> Answer:
        package, record = self._files(machine.name)
        found = regenerate.Found(
            account_dn=account.distinguished_name if account else None,
            package_exists=package.exists(),
            package_fault=_package_fault(package, machine.name, account) if account and package.exists() else None,
        )
        decision = regenerate.decide(found, self._order.regenerate)
        if decision.refusal:
            return Answer(machine.name, error=f"{machine.name}: {decision.refusal}")
        if account and not decision.issue:
            return self._told(machine.name, account, changed=False)
        if self._lost:
            return Answer(machine.name, error=f"{machine.name}: not tried, {self._lost.cause}; {self._lost.remedy}")
        container = self._container(machine.path)
        if self._order.check_mode:
            dn = f"CN={machine.name},{container}"
            return Answer(machine.name, True, distinguished_name=dn, package=str(package), issue_record=str(record))
        return self._told(machine.name, self._create(machine.name, container), changed=True)

    def _create(self, name: str, container: str) -> ComputerAccount:
        """Create the account, then write its record and its package; without them the account goes again."""
        password = Password.generate()
        dn = computers.add(self._connection, self._domain, name, container, password.reveal())
        try:
            account = computers.read(self._connection, self._domain, dn)
            package = self._build(name, account, password)
            package_file, record_file = self._files(name)
            # The package comes last: where there is a package, there is a record.
            _secret_file.write(record_file, self._record(name, account, package).to_json().encode())
            _secret_file.write(package_file, package.to_djoin_file())
        except ConnectionLost as lost:
            remedy = f"delete {dn} and run again"
            raise ConnectionLost(f"read {dn} back", "the account was created, but has no package", remedy) from lost
        except BaseException:
            computers.delete(self._connection, dn)
            raise
        return account

    def _build(self, name: str, account: ComputerAccount, password: Password) -> Package:
        domain, controller = self._domain, self._order.controller
        return Package.build(
            Account(name, account.sid, account.object_guid),
            PackageDomain(domain.dns_name, domain.netbios_name, domain.forest_name, domain.guid, domain.sid),
            DomainController(
                controller.host_name,
                self._order.controller_address,
                controller.flags,
                controller.site,
                self._order.site or controller.client_site,
            ),
            password,
            options=self._order.provision_options,
            join4=self._order.join4,
        )

    def _record(self, name: str, account: ComputerAccount, package: Package) -> IssueRecord:
        return IssueRecord(
            machine=name,
            domain=self._domain.dns_name,
            distinguished_name=account.distinguished_name,
            sid=account.sid,
            object_guid=str(account.object_guid),
            password_last_set=account.password_last_set,
            key_version=account.key_version,
            evidence=dataclasses.asdict(account.evidence),
            package_sha256=package.sha256,
            issued=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _told(self, name: str, account: ComputerAccount, *, changed: bool) -> Answer:
        package, record = self._files(name)
        return Answer(
            name,
            changed,
            distinguished_name=account.distinguished_name,
            sid=account.sid,
            object_guid=str(account.object_guid),
            package=str(package),
            issue_record=str(record),
        )

    def _container(self, path: str | None) -> str:
        """The container's DN once it is known to be there and open to us; asked once for each path."""
        asked = path or self._domain.computers_container
        if asked not in self._containers:
            try:
                self._containers[asked] = Container.read(self._connection, asked)
            except ConnectionLost:
                raise
            except DirectoryError as error:
                self._containers[asked] = error
        container = self._containers[asked]
        if isinstance(container, DirectoryError):
            raise container
        if not container.accepts_computers:
            raise DirectoryError(
                f"create a computer in {container.dn}",
                "the login may not create computers there",
                "delegate it the right to create computer objects on this organizational unit",
                dn=container.dn,
            )
        return container.dn

    def _files(self, name: str) -> tuple[Path, Path]:
        """Where the package and the issue record of a machine lie; case does not tell machines apart."""
        return self._order.dest / f"{name.upper()}.djoin", self._order.dest / f"{name.upper()}.issue.json"


def _package_fault(file: Path, name: str, account: ComputerAccount) -> str | None:
    """Why the file is not this account's package, or None."""
    try:
        package = Package.read(_secret_file.read(file, LARGEST_TEXT))
    except PackageError as error:
        return f"{file} {error}"
    if package.machine_name.lower() != name.lower() or package.account_sid not in (None, account.sid):
        return f"{file} is the package of another account"
    return None
