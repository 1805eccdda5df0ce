# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Issue packages for a list of machines over one connection: decide for all of them, then carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .._accounts.package_decisions import PackageDecisions
from .._accounts.reuse import Reuse
from .._directory import computer_writing, computers
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection
from .._directory.containers import Containers
from .._directory.domain import Domain
from .._directory.errors import ConnectionLost, DirectoryError, ExistsError
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.regenerate import Act, Decision, PackageFile
from .._rollout.names import computer_name
from .._storage.package_store import PackageStore
from .answer import Answer
from .batches import Issue, IssueBatches, Plan
from .package_maker import PackageMaker


@dataclass(frozen=True, slots=True)
class Machine:
    """``path`` is the DN of the organizational unit, None for the domain's default container."""

    name: str
    path: str | None


class Issuer:
    """Every machine gets its own answer."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        store: PackageStore,
        maker: PackageMaker,
        reuse: Reuse,
        *,
        regenerate: str,
        check_mode: bool,
    ) -> None:
        self._maker = maker
        self._connection = connection
        self._domain = domain
        self._store = store
        self._reuse = reuse
        self._decisions = PackageDecisions(store, reuse, regenerate)
        self._check_mode = check_mode
        self._containers = Containers(connection, domain)
        self._batches = IssueBatches(connection, domain, store, maker, reuse)

    def issue(self, machines: Iterable[Machine]) -> Iterator[Answer]:
        """Everything is decided before the first answer; the packages are issued as the answers are taken.

        :raises DirectoryError: the directory cannot be asked which accounts exist; nothing was done
        :raises OSError: the packages' place cannot be written to
        """
        machines = list(machines)
        decided = self._decide(machines)
        if not self._check_mode:
            self._store.prepare()
        return self._carry_out(machines, decided)

    def _carry_out(self, machines: list[Machine], decided: list[Answer | Plan]) -> Iterator[Answer]:
        overtaken: dict[Machine, Issue] = {}
        for machine, outcome in zip(machines, self._outcomes(decided), strict=True):
            if isinstance(outcome, Issue) and isinstance(outcome.failure, ExistsError):
                overtaken[machine] = outcome
            else:
                yield self._answer(outcome)
        yield from self._look_again(overtaken)

    def _look_again(self, overtaken: dict[Machine, Issue]) -> Iterator[Answer]:
        """Decide again for machines whose accounts were not there, and then were: mostly what a killed run had sent."""
        if not overtaken:
            return
        try:
            decided = self._decide(list(overtaken))
        except DirectoryError:
            decided = [self._answer(issue) for issue in overtaken.values()]
        # What holds a name without being an account keeps it.
        settled = [
            self._answer(issue) if isinstance(one, Plan) and one.act is Act.CREATE else one
            for issue, one in zip(overtaken.values(), decided, strict=True)
        ]
        yield from map(self._answer, self._outcomes(settled))

    def _outcomes(self, decided: list[Answer | Plan]) -> Iterator[Answer | Issue]:
        """What became of each plan, in place of it, as soon as nothing more is done for it."""
        issues = self._batches.carry_out(one for one in decided if isinstance(one, Plan))
        return (next(issues) if isinstance(one, Plan) else one for one in decided)

    def _decide(self, machines: list[Machine]) -> list[Answer | Plan]:
        """A plan for every machine that a package is to be issued for; the others have their answer already."""
        named = [machine.name for machine in machines]
        misnamed = computer_name.faults(named, self._domain.netbios_name)
        faults = self._maker.faults(name for name in named if name not in misnamed) | misnamed
        sound = [machine.name for machine in machines if machine.name not in faults]
        accounts = computers.find(self._connection, self._domain, sound)
        decisions = {name: Decision(Act.REFUSE, fault) for name, fault in faults.items()}
        decisions |= self._decisions.decide(sound, accounts)
        return [self._judge(one, decisions[one.name], accounts.get(one.name.lower())) for one in machines]

    def _judge(self, machine: Machine, decision: Decision, account: ComputerAccount | None) -> Answer | Plan:
        name, act = machine.name, decision.act
        if act is Act.REFUSE:
            return Answer(name, error=f"{name}: {decision.refusal}")
        try:
            dn = self._permitted(machine, act, account)
        except ConnectionLost:
            raise
        except DirectoryError as refusal:
            return Answer(name, error=f"{name}: {refusal}")
        if act is Act.KEEP:
            # Of a dead package, the record tells of another one.
            record = None if self._decisions.file(name) is PackageFile.DEAD else self._store.read_record(name)
            return self._success(name, act, dn, account, record)
        if self._check_mode:
            return self._success(name, act, dn, account, None)
        return Plan(name, act, dn)

    def _permitted(self, machine: Machine, act: Act, account: ComputerAccount | None) -> str:
        """The DN of the account, after making sure that nothing speaks against the act.

        :raises DirectoryError: something does
        """
        if account is None:
            container = self._containers.open_to_computers(machine.path)
            return computer_writing.distinguished_name(machine.name, container)
        if act is Act.REISSUE:
            self._reuse.require(machine.name, account, machine.path)
        return account.distinguished_name

    def _answer(self, issue: Answer | Issue) -> Answer:
        if isinstance(issue, Answer):
            return issue
        plan, cause = issue.plan, str(issue.failure)
        if not issue.failure:
            return self._success(plan.name, plan.act, plan.distinguished_name, issue.account, issue.record)
        if isinstance(issue.failure, OSError):
            place = issue.failure.filename or self._store.dest
            cause = f"write {place}: {issue.failure.strerror}; make room and run again"
        return Answer(plan.name, error=f"{plan.name}: {cause}")

    def _success(
        self, name: str, act: Act, dn: str, account: ComputerAccount | None, record: IssueRecord | None
    ) -> Answer:
        return Answer(
            name,
            changed=act is not Act.KEEP,
            act=act.name.lower(),
            distinguished_name=account.distinguished_name if account else dn,
            sid=account.sid if account else None,
            object_guid=str(account.object_guid) if account else None,
            package=str(self._store.package(name)),
            package_sha256=record.package_sha256 if record else None,
            issue_record=str(self._store.issue_record(name)),
        )
