# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audit a list of machines: read all about their accounts over one connection, then judge each of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._accounts import closing_state
from .._accounts.evidence import Evidence
from .._directory import computers
from .._directory.connection import DirectoryConnection, Entry
from .._directory.domain import Domain
from .._rollout.issuing.issue_record import IssueRecord, Traces
from .._rollout.package_life import audit
from .._rollout.package_life.audit import Finding, Rules, Subject
from .._rollout.package_life.revocation import Account
from .._rollout.package_life.revocation_record import RevocationRecord
from .._storage.package_store import PackageStore
from .._storage.revocation_store import RevocationStore

_ATTRIBUTES = ["sAMAccountName", *closing_state.ATTRIBUTES]


@dataclass(frozen=True)
class Audited:
    """One machine: what was found, and what it was found in. ``account`` is None where the login sees none."""

    name: str
    distinguished_name: str | None
    account: Account | None
    record: IssueRecord | None
    revoked: RevocationRecord | None
    traces: Mapping[str, Traces | None]
    finding: Finding


class Auditor:
    """Reads only. ``staging`` are the DNs of staging OUs."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        packages: PackageStore,
        revocations: RevocationStore,
        rules: Rules,
        staging: Iterable[str] = (),
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._packages = packages
        self._revocations = revocations
        self._evidence = Evidence(packages)
        self._rules = rules
        self._staging = tuple(f",{dn.lower()}" for dn in staging)

    def audit(self, subjects: Mapping[str, Subject]) -> list[Audited]:
        """``subjects`` are by name, with what others than the directory know; the rest is filled in.

        :raises DirectoryError: the directory cannot be asked
        """
        names = list(subjects)
        found = computers.search(self._connection, self._domain, names, _ATTRIBUTES)
        self._evidence.collect(self._connection, self._domain, found)
        return [self._audited(name, subjects[name], found.get(name.lower())) for name in names]

    def _audited(self, name: str, subject: Subject, found: tuple[str, Entry] | None) -> Audited:
        record, revoked = self._packages.read_record(name), self._revocations.read(name)
        dn: str | None = None
        account: Account | None = None
        seen: dict[str, Traces | None] = {}
        if found:
            dn, entry = found
            seen = self._evidence.traces(name)
            account = closing_state.account(entry)
        whole = dataclasses.replace(
            subject,
            account=account,
            in_staging=dn is not None and dn.lower().endswith(self._staging),
            record=record,
            revoked=revoked,
            seen=seen,
        )
        return Audited(name, dn, account, record, revoked, seen, audit.judge(whole, self._rules))
