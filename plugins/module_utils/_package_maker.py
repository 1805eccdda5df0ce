# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written of a machine when its package is issued: the package, and the issue record before and after."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime

from ._directory.computers import ComputerAccount
from ._directory.domain import Domain
from ._directory.locator import Ping
from ._evidence import Evidence, traces
from ._package.package import Account, DomainController, Package
from ._package.package import Domain as PackageDomain
from ._package.password import Password
from ._package_form import PackageForm
from ._rollout.issue_record import IssueRecord


@dataclass(frozen=True)
class PackageMaker:
    """What all packages of one call have in common; ``controller`` is the domain controller that they name."""

    domain: Domain
    evidence: Evidence
    form: PackageForm
    controller: Ping
    controller_address: str
    site: str | None
    provision_options: int
    join4: bool

    def intended(self, name: str, dn: str) -> IssueRecord:
        """The record of a package that is going to be issued."""
        return IssueRecord(
            machine=name,
            domain=self.domain.dns_name,
            distinguished_name=dn,
            issued=datetime.now(UTC).isoformat(timespec="seconds"),
            evidence=self.evidence.baseline(name),
        )

    def issue(self, name: str, account: ComputerAccount, password: Password) -> tuple[IssueRecord, bytes]:
        """The record of this account as it was read back, and the content of its package file.

        :raises PackageError: they cannot be put into a package
        :raises SealError: the package cannot be sealed
        """
        package = self._package(name, account, password)
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

    def _package(self, name: str, account: ComputerAccount, password: Password) -> Package:
        domain, controller = self.domain, self.controller
        return Package.build(
            Account(name, account.sid, account.object_guid),
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
        )
