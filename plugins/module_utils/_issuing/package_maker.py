# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written of a machine when its package is issued: the package, and the issue record before and after."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .._accounts.evidence import Evidence, traces
from .._directory.computers import ComputerAccount
from .._directory.domain import Domain
from .._directory.locator import Ping
from .._package.errors import PackageError
from .._package.package import Account, DomainController, Package
from .._package.package import Domain as PackageDomain
from .._package.password import Password
from .._package.structures import PolicyElementList
from .._rollout.issuing.issue_record import IssueRecord
from .._storage.package_form import PackageForm
from .extra_parts import Additions

_LARGEST_RID = 0x3FFFFFFF  # MS-ADTS 3.1.1.1.9


@dataclass(frozen=True)
class PackageMaker:
    """What all packages of one call have in common; ``controller`` is the domain controller that they name, and
    ``login`` the account that issues them."""

    domain: Domain
    evidence: Evidence
    form: PackageForm
    controller: Ping
    controller_address: str
    login: str
    site: str | None
    provision_options: int
    join4: bool
    policies: Sequence[PolicyElementList] = ()
    additions: Additions = field(default_factory=Additions)

    def faults(self, names: Iterable[str]) -> dict[str, str]:
        """Why a machine cannot have its package whatever its account will be, known before there is one."""
        found = dict(self.additions.faults)
        tried: dict[int, str | None] = {}
        for name in names:
            # Packages that share their certificates differ in little more than the name: one trial tells of all.
            kind = id(self.additions.certificates.get(name))
            if kind not in tried:
                tried[kind] = self._try(name)
            if fault := tried[kind]:
                found.setdefault(name, fault)
        return found

    def _try(self, name: str) -> str | None:
        account = Account(name, f"{self.domain.sid}-{_LARGEST_RID}", uuid.UUID(int=0))
        try:
            self._build(account, Password.generate())
        except PackageError as error:
            return f"its package {error}; change what it shall bring along"
        return None

    def intended(self, name: str, dn: str) -> IssueRecord:
        """The record of a package that is going to be issued."""
        return IssueRecord(
            machine=name,
            domain=self.domain.dns_name,
            distinguished_name=dn,
            issued=datetime.now(UTC).isoformat(timespec="seconds"),
            login=self.login,
            evidence=self.evidence.baseline(name),
        )

    def issue(self, name: str, account: ComputerAccount, password: Password) -> tuple[IssueRecord, bytes]:
        """The record of this account as it was read back, and the content of its package file.

        :raises PackageError: they cannot be put into a package
        :raises SealError: the package cannot be sealed
        """
        package = self._build(Account(name, account.sid, account.object_guid), password)
        record = dataclasses.replace(
            self.intended(name, account.distinguished_name),
            sid=account.sid,
            object_guid=str(account.object_guid),
            password_last_set=account.password_last_set,
            key_version=account.key_version,
            package_sha256=package.sha256,
            evidence={**self.evidence.baseline(name), self.domain.controller.host_name: traces(account)},
        )
        return self.form.wrap(record, package)

    def _build(self, account: Account, password: Password) -> Package:
        domain, controller = self.domain, self.controller
        return Package.build(
            account,
            PackageDomain(domain.dns_name, domain.netbios_name, domain.forest_name, domain.guid, domain.sid),
            DomainController(
                controller.host_name,
                self.controller_address,
                controller.flags,
                controller.site,
                self.site or controller.client_site,
            ),
            password,
            options=self.provision_options,
            join4=self.join4,
            join2=self.additions.join2.get(account.machine_name),
            certificates=self.additions.certificates.get(account.machine_name),
            policies=self.policies,
        )
