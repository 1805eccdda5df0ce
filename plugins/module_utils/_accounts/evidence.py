# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every writable domain controller knows of the use of a list of accounts, held against their issue records."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from .._directory import controllers
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._rollout.issuing import liveness
from .._rollout.issuing.issue_record import IssueRecord, Traces
from .._rollout.issuing.liveness import Liveness
from .._storage.package_store import PackageStore


def traces(account: ComputerAccount) -> Traces:
    return Traces(password_last_set=account.password_last_set, **dataclasses.asdict(account.evidence))


class Evidence:
    """Collected once for a whole list. ``store`` is None where nobody said where the issue records lie.

    ``underway`` says by machine why its package may be applied although the directory does not show it.
    """

    def __init__(self, store: PackageStore | None, underway: Mapping[str, str | None] | None = None) -> None:
        self._store = store
        self._underway = {name.lower(): why for name, why in (underway or {}).items() if why}
        self._seen: dict[str, dict[str, ComputerAccount] | None] = {}

    def collect(self, connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> None:
        """
        :raises SearchError: the domain controllers cannot be told, or this one refuses to be read
        """
        if names := list(names):
            self._seen = controllers.survey(connection, domain, names)

    def traces(self, name: str) -> dict[str, Traces | None]:
        """By controller; one that does not know the account yet is left out, one that is silent has None."""
        return {
            controller: None if accounts is None else traces(accounts[name.lower()])
            for controller, accounts in self._seen.items()
            if accounts is None or name.lower() in accounts
        }

    def baseline(self, name: str) -> dict[str, Traces]:
        """The traces before anything is done; empty for an account that was not asked for."""
        return {controller: seen for controller, seen in self.traces(name).items() if seen is not None}

    def judge(self, name: str, object_guid: str) -> Liveness:
        """Whether the machine uses the account of this GUID; a record of an earlier account is no record of it."""
        return liveness.judge(self.record(name, object_guid), self.traces(name), self.underway(name))

    def proves_life(self, name: str, object_guid: str) -> bool:
        """Whether its record shows that it was used; where there is none, an account only counts as live."""
        recorded = self.record(name, object_guid) is not None
        return recorded and self.judge(name, object_guid).state is liveness.State.LIVE

    def underway(self, name: str) -> str:
        return self._underway.get(name.lower(), "")

    def record(self, name: str, object_guid: str) -> IssueRecord | None:
        """The issue record of the account of this GUID; None where there is none, or one of an earlier account."""
        record = self._store.read_record(name) if self._store else None
        return record if record is None or record.object_guid in (None, object_guid) else None

    @property
    def silent(self) -> list[str]:
        """The writable domain controllers that did not answer."""
        return [controller for controller, accounts in self._seen.items() if accounts is None]
