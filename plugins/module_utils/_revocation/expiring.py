# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let late packages expire over one connection: those that nobody used are revoked, the others stay untouched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .._accounts.evidence import Evidence
from .._directory import computers
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._rollout.names.computer_name import doubled
from .._rollout.package_life import expiry, revocation
from .._rollout.package_life.expiry import Package, Ruling, State
from .._rollout.package_life.revocation import Account
from .._storage.revocation_store import RevocationStore
from .answer import Answer
from .revoking import Revoker


@dataclass(frozen=True)
class Machine:
    """``underway`` says why its package may be on its way or applied; it is empty where it is known not to be, None
    where nobody noted that."""

    name: str
    underway: str | None
    stranded: bool = False


@dataclass(frozen=True)
class Untouched:
    """A package that did not expire, or had expired before; ``state`` and ``reason`` say why."""

    name: str
    state: str
    reason: str
    error: str | None = None
    changed: bool = False

    def before_and_after(self) -> tuple[str, str]:
        return "", ""

    def to_result(self) -> dict[str, Any]:
        result = {"changed": False, "changes": [], "state": self.state, "reason": self.reason, "error": self.error}
        return {key: value for key, value in result.items() if value is not None}


class Expirer:
    """``lifetime`` is that of packages that do not tell their own, None for no end."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        evidence: Evidence,
        store: RevocationStore,
        revoker: Revoker,
        lifetime: timedelta | None,
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._evidence = evidence
        self._store = store
        self._revoker = revoker
        self._lifetime = lifetime

    def expire(self, machines: Iterable[Machine]) -> list[Answer | Untouched]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist, or how they are used
        :raises OSError: the records' place cannot be written to
        """
        machines = list(machines)
        faults = doubled(machine.name for machine in machines)
        accounts = computers.find(self._connection, self._domain, [machine.name for machine in machines])
        self._evidence.collect(self._connection, self._domain, accounts)
        now = datetime.now(UTC)
        rulings = {one.name: self._ruling(one, accounts.get(one.name.lower()), now) for one in machines}
        late = [name for name, one in rulings.items() if one.state is State.EXPIRED and name not in faults]
        expired = {answer.name: answer for answer in self._revoker.revoke(late)} if late else {}
        return [
            Untouched(name, "refused", faults[name], f"{name}: {faults[name]}")
            if name in faults
            else expired.get(name) or Untouched(name, ruling.state.value, ruling.reason)
            for name, ruling in rulings.items()
        ]

    def _ruling(self, machine: Machine, found: ComputerAccount | None, now: datetime) -> Ruling:
        name = machine.name
        if found is None:
            return Ruling(State.UNKNOWN, "the login sees no account of it: deleted, or hidden from this login")
        guid = str(found.object_guid)
        issue, before = self._evidence.record(name, guid), self._store.read(name)
        account = Account(guid, enabled=False, password_last_set=found.password_last_set)
        life = revocation.life(before, account, issue, self._evidence.traces(name))
        package = Package(record=issue, life=life, underway=machine.underway, stranded=machine.stranded)
        return expiry.judge(package, now, self._lifetime)
