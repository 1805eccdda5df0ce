# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issue packages for a list of machines over one connection: account and package in one act."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ._directory import computer_writing, computers
from ._directory.computers import ComputerAccount
from ._directory.connection import DirectoryConnection
from ._directory.containers import Containers
from ._directory.domain import Domain
from ._directory.errors import ConnectionLost, DirectoryError
from ._directory.locator import Ping
from ._evidence import Evidence, traces
from ._package.errors import PackageError
from ._package.package import Account, DomainController, Package
from ._package.package import Domain as PackageDomain
from ._package.password import Password
from ._package_store import PackageStore
from ._reuse import Reuse
from ._rollout import names, regenerate
from ._rollout.issue_record import IssueRecord
from ._rollout.regenerate import Act


@dataclass(frozen=True)
class Machine:
    """``path`` is the DN of the organizational unit, None for the domain's default container."""

    name: str
    path: str | None


@dataclass(frozen=True)
class Order:
    """What all packages of one call have in common; ``controller`` is the domain controller that they name."""

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
    act: str | None = None
    distinguished_name: str | None = None
    sid: str | None = None
    object_guid: str | None = None
    package: str | None = None
    issue_record: str | None = None

    def before_and_after(self) -> tuple[str, str]:
        return "", f"account: {self.distinguished_name} ({self.act})\npackage: {self.package}\n"

    def to_result(self) -> dict[str, Any]:
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None and key != "name"}


@dataclass(frozen=True)
class _Plan:
    """What is to be done for one machine; ``account`` is None where there is none yet."""

    machine: Machine
    act: Act
    account: ComputerAccount | None
    refusal: str = ""


class Issuer:
    """Every machine gets its own answer; nothing that goes wrong with one keeps another from its package."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        store: PackageStore,
        evidence: Evidence,
        reuse: Reuse,
        order: Order,
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._store = store
        self._evidence = evidence
        self._reuse = reuse
        self._order = order
        self._containers = Containers(connection, domain)
        self._lost: ConnectionLost | None = None

    def issue(self, machines: Iterable[Machine]) -> list[Answer]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist
        :raises OSError: the packages' place cannot be written to
        """
        plans = self._plans(list(machines))
        self._reuse.look_at([plan.machine.name for plan in plans if plan.act is Act.REISSUE])
        if not self._order.check_mode:
            self._store.prepare()
        return [self._answer(plan) for plan in plans]

    def _plans(self, machines: list[Machine]) -> list[_Plan]:
        faults = names.faults([machine.name for machine in machines], self._domain.netbios_name)
        sound = [machine.name for machine in machines if machine.name not in faults]
        accounts = computers.find(self._connection, self._domain, sound)
        return [
            _Plan(machine, Act.REFUSE, None, faults[machine.name])
            if machine.name in faults
            else self._plan(machine, accounts.get(machine.name.lower()))
            for machine in machines
        ]

    def _plan(self, machine: Machine, account: ComputerAccount | None) -> _Plan:
        dn, sid = (account.distinguished_name, account.sid) if account else (None, None)
        decision = regenerate.decide(dn, self._store.status(machine.name, sid), self._order.regenerate)
        return _Plan(machine, decision.act, account, decision.refusal)

    def _answer(self, plan: _Plan) -> Answer:
        name = plan.machine.name
        try:
            return self._carry_out(plan)
        except ConnectionLost as lost:
            self._lost = lost
            cause: str | Exception = lost
        except (DirectoryError, PackageError) as failure:
            cause = failure
        except OSError as failure:
            cause = f"write {failure.filename or self._store.dest}: {failure.strerror}; make room and run again"
        return Answer(name, error=f"{name}: {cause}")

    def _carry_out(self, plan: _Plan) -> Answer:
        name, account = plan.machine.name, plan.account
        if plan.act is Act.REFUSE:
            return Answer(name, error=f"{name}: {plan.refusal}")
        if plan.act is Act.KEEP and account:
            return self._told(plan, account)
        if self._lost:
            return Answer(name, error=f"{name}: not tried, {self._lost.cause}; {self._lost.remedy}")
        if account is None:
            container = self._containers.open_to_computers(plan.machine.path)
            if self._order.check_mode:
                dn = computer_writing.distinguished_name(name, container)
                return dataclasses.replace(self._predicted(plan), distinguished_name=dn)
            return self._told(plan, self._create(name, container))
        self._reuse.require(name, account, plan.machine.path)
        if self._order.check_mode:
            return self._told(plan, account)
        return self._told(plan, self._reissue(name, account))

    def _create(self, name: str, container: str) -> ComputerAccount:
        """Create the account, then write its record and its package; without them the account goes again."""
        password = Password.generate()
        dn = computer_writing.distinguished_name(name, container)
        before = self._store.read_record(name)
        self._store.write_record(self._intended(name, dn))
        try:
            computer_writing.add(self._connection, self._domain, name, container, password.reveal())
        except ConnectionLost:
            raise
        except DirectoryError:
            self._store.restore_record(name, before)
            raise
        try:
            return self._finish(name, dn, password)
        except ConnectionLost:
            raise
        except BaseException:
            computer_writing.delete(self._connection, dn)
            self._store.restore_record(name, None)
            raise

    def _reissue(self, name: str, account: ComputerAccount) -> ComputerAccount:
        """Reset the password and write record and package. What is left half done, the next run does again."""
        password = Password.generate()
        dn = account.distinguished_name
        self._store.write_record(self._intended(name, dn))
        now = self._reuse.entry(name)
        computer_writing.reset(self._connection, self._domain, name, dn, now, password.reveal())
        return self._finish(name, dn, password)

    def _finish(self, name: str, dn: str, password: Password) -> ComputerAccount:
        account = computers.read(self._connection, dn)
        package = self._build(name, account, password)
        record = dataclasses.replace(
            self._intended(name, account.distinguished_name),
            sid=account.sid,
            object_guid=str(account.object_guid),
            password_last_set=account.password_last_set,
            key_version=account.key_version,
            package_sha256=package.sha256,
            evidence={**self._evidence.baseline(name), self._domain.controller.host_name: traces(account)},
        )
        self._store.write(record, package)
        return account

    def _intended(self, name: str, dn: str) -> IssueRecord:
        return IssueRecord(
            machine=name,
            domain=self._domain.dns_name,
            distinguished_name=dn,
            issued=datetime.now(UTC).isoformat(timespec="seconds"),
            evidence=self._evidence.baseline(name),
        )

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

    def _predicted(self, plan: _Plan) -> Answer:
        name = plan.machine.name
        package, record = self._store.package(name), self._store.issue_record(name)
        act = plan.act.name.lower()
        return Answer(name, plan.act is not Act.KEEP, act=act, package=str(package), issue_record=str(record))

    def _told(self, plan: _Plan, account: ComputerAccount) -> Answer:
        return dataclasses.replace(
            self._predicted(plan),
            distinguished_name=account.distinguished_name,
            sid=account.sid,
            object_guid=str(account.object_guid),
        )
