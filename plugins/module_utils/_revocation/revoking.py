# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Revoke the packages of a list of machines over one connection: judge all of them, then carry it out.

The record is written first, then come the account, the package file and the record's end: wherever a run is killed,
the next one finds either nothing done or its own unfinished work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .._accounts import closing_state
from .._accounts.evidence import Evidence
from .._accounts.guarded_writes import GuardedWrites
from .._directory import account_closing, computers, controllers, protection, survey
from .._directory.caller import Caller
from .._directory.connection import DirectoryConnection, Entry, owner_and_dacl
from .._directory.domain import Domain, number
from .._directory.effective_rights import AccountRights
from .._directory.errors import ConnectionLost, DirectoryError, ModifyError
from .._package.password import Password
from .._rollout.account_state import NO, YES
from .._rollout.issuing import liveness
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.liveness import Liveness
from .._rollout.names.computer_name import doubled
from .._rollout.package_life import revocation
from .._rollout.package_life.revocation import Account, Act
from .._rollout.package_life.revocation_record import RevocationRecord
from .._storage.revocation_store import RevocationStore
from .answer import Answer, Change

_ATTRIBUTES = sorted({*protection.ATTRIBUTES, *AccountRights.ATTRIBUTES, *closing_state.ATTRIBUTES})
_NEW_PASSWORDS = "two new random ones that nobody knows"


@dataclass(frozen=True)
class Order:
    """Why, and how far it may go: ``live_machines`` may be revoked although they live, if there is an ``incident``.

    ``controllers`` are host names of domain controllers that must show it; None means every writable one that answers.
    """

    reason: str
    incident: bool = False
    live_machines: Collection[str] = ()
    controllers: Sequence[str] | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be done to one account. ``issue`` is the record of its package, ``before`` that of a revocation."""

    name: str
    distinguished_name: str
    account: Account
    acts: tuple[Act, ...]
    life: Liveness
    issue: IssueRecord | None
    before: RevocationRecord | None


class Revoker:
    """Every machine gets its own answer; nothing that goes wrong with one stops another."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        caller: Caller,
        evidence: Evidence,
        store: RevocationStore,
        order: Order,
        *,
        check_mode: bool,
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._sids = caller.sids
        self._evidence = evidence
        self._store = store
        self._order = order
        self._named = {name.lower() for name in order.live_machines}
        self._check_mode = check_mode
        self._writes = GuardedWrites(connection, check_mode=check_mode)

    def revoke(self, names: Iterable[str]) -> list[Answer]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist, or how they are used
        :raises OSError: the records' place cannot be written to
        """
        names = list(names)
        answers = {name: Answer(name) for name in names}
        for name, fault in doubled(names).items():
            answers[name].fail(fault)
        sound = [name for name in names if not answers[name].error]
        found = computers.search(self._connection, self._domain, sound, _ATTRIBUTES, owner_and_dacl())
        self._evidence.collect(self._connection, self._domain, found)
        plans = {name: self._plan(answers[name], found.get(name.lower())) for name in sound}
        if not self._check_mode and any(plan and plan.acts for plan in plans.values()):
            self._store.prepare()
        for name, plan in plans.items():
            if plan:
                self._carry_out(plan, answers[name])
        self._read_back([(plan, answers[name]) for name, plan in plans.items() if plan and not answers[name].error])
        return list(answers.values())

    def _plan(self, answer: Answer, found: tuple[str, Entry] | None) -> Plan | None:
        """None where nothing may be done; the answer says why."""
        name = answer.name
        if found is None:
            remedy = "correct the name, or look who deleted it: a restored account has its old password"
            answer.fail(f"look up {name}$: there is no such account that the login can see; {remedy}")
            return None
        dn, entry = found
        account = closing_state.account(entry)
        answer.distinguished_name, answer.object_guid = dn, account.object_guid
        answer.fingerprints = account_closing.fingerprints(entry)
        before = self._store.read(name)
        issue = self._evidence.record(name, account.object_guid)
        acts = revocation.acts(before, account, package_there=bool(self._store.packages(name)))
        life = revocation.life(before, account, issue, self._evidence.traces(name), self._evidence.underway(name))
        if acts and (refusal := self._refusal(name, dn, entry, acts, life)):
            answer.fail(refusal)
            return None
        answer.used = life.state is not liveness.State.UNUSED or bool(before and before.used)
        answer.reason = before.reason if before and revocation.stands(before, account) else self._order.reason
        return Plan(name, dn, account, tuple(acts), life, issue, before)

    def _refusal(self, name: str, dn: str, entry: Entry, acts: Sequence[Act], life: Liveness) -> str | None:
        """The gravest first."""
        if special := protection.refusal(entry):
            return f"revoke {dn}: {special[0]}; {special[1]}"
        if {Act.DISABLE, Act.PASSWORDS} & {*acts}:
            if life.state is not liveness.State.UNUSED and not (self._order.incident and name.lower() in self._named):
                remedy = (
                    "leave it alone; in an incident, set incident and name it in live_machines: it loses its domain"
                )
                return f"revoke {dn}: the machine is treated as live, because {life.reason}; {remedy}"
            if missing := AccountRights.judge(dn, entry, self._sids).missing("revoke"):
                remedy = "delegate it this right, or use the login whose duty this is"
                return f"revoke {dn}: the login may not {' or '.join(missing)}; {remedy}"
        return None

    def _carry_out(self, plan: Plan, answer: Answer) -> None:
        try:
            for act in plan.acts:
                self._do(plan, act, answer)
            answer.state = "revoked" if not (self._check_mode and plan.acts) else "to be revoked"
            answer.record = self._store.read(plan.name)
        except DirectoryError as failure:
            answer.fail(failure)
        except OSError as failure:
            place = failure.filename or self._store.dest
            answer.fail(f"write {place}: {failure.strerror}; make room, allow it and run again")

    def _do(self, plan: Plan, act: Act, answer: Answer) -> None:
        dn = plan.distinguished_name
        if act is Act.DISABLE:
            if Act.PASSWORDS not in plan.acts:
                self._writes.carry_out(account_closing.disable, dn)
            answer.done.append(Change(act, YES, NO))
        elif act is Act.PASSWORDS:
            if not self._check_mode:
                self._set_passwords(plan)
            answer.done.append(Change(act, f"set at FILETIME {plan.account.password_last_set}", _NEW_PASSWORDS))
        elif act is Act.KEY_CREDENTIALS:
            self._clear_keys(plan, answer)
        else:
            shown = ", ".join(map(str, self._store.packages(plan.name)))
            if not self._check_mode:
                self._store.remove_packages(plan.name)
            answer.done.append(Change(act, shown, ""))

    def _clear_keys(self, plan: Plan, answer: Answer) -> None:
        """What may not be cleared is reported: it opens nothing as long as the account is disabled."""
        attribute, count = account_closing.KEY_CREDENTIALS, plan.account.key_credentials
        try:
            self._writes.carry_out(account_closing.clear, plan.distinguished_name, attribute)
            answer.done.append(Change(Act.KEY_CREDENTIALS, str(count), ""))
        except ModifyError as refused:
            answer.reports.append(f"{count} key credentials open the account once it is enabled again ({refused})")

    def _set_passwords(self, plan: Plan) -> None:
        """Twice: after one reset the old password still opens NTLM and LDAP simple binds."""
        record = self._begin(plan)
        try:
            # Password and flag in one operation: no moment at which a new password is not yet disabled.
            self._writes.carry_out(
                account_closing.disable_with_password, plan.distinguished_name, Password.generate().reveal()
            )
        except ConnectionLost:
            raise
        except DirectoryError:
            self._store.restore(plan.name, plan.before)
            raise
        self._writes.carry_out(account_closing.set_password, plan.distinguished_name, Password.generate().reveal())
        last_set = account_closing.password_last_set(self._connection, plan.distinguished_name)
        self._store.write(dataclasses.replace(record, password_last_set=last_set))

    def _begin(self, plan: Plan) -> RevocationRecord:
        unfinished = revocation.begun(plan.before, plan.account, plan.issue)
        record = RevocationRecord(
            machine=plan.name,
            domain=self._domain.dns_name,
            object_guid=plan.account.object_guid,
            reason=self._order.reason,
            revoked=datetime.now(UTC).isoformat(timespec="seconds"),
            used=plan.life.state is not liveness.State.UNUSED
            or (unfinished and plan.before is not None and plan.before.used),
            package_sha256=plan.issue.package_sha256 if plan.issue else None,
        )
        self._store.write(record)
        return record

    def _read_back(self, planned: list[tuple[Plan, Answer]]) -> None:
        """Ask the domain controllers whether they show it; what a check would do is on none of them yet."""
        planned = [(plan, answer) for plan, answer in planned if answer.state == "revoked"]
        if not planned or self._writes.lost:
            return
        named = self._order.controllers
        hosts = controllers.writable(self._connection, self._domain) if named is None else named
        names = [plan.name for plan, _answer in planned]
        shown_by = survey.ask(self._connection, self._domain, hosts, lambda controller: self._shown(controller, names))
        for host, shown in shown_by.items():
            for plan, answer in planned:
                answer.controllers[host] = None if shown is None else self._shows(shown.get(plan.name.lower()), plan)
        for _plan, answer in planned:
            self._require_controllers(answer, strict=named is not None)

    def _shown(self, controller: DirectoryConnection, names: list[str]) -> dict[str, tuple[str, Entry]]:
        attributes = ["sAMAccountName", "objectGUID", "userAccountControl", "pwdLastSet"]
        return computers.search(controller, self._domain, names, attributes)

    def _shows(self, found: tuple[str, Entry] | None, plan: Plan) -> bool:
        """A domain controller that does not know the account lets nobody in with it."""
        record = self._store.read(plan.name)
        if found is None:
            return True
        entry = found[1]
        last_set = number(entry, "pwdLastSet") or 0
        return protection.disabled(entry) and record is not None and last_set == record.password_last_set

    def _require_controllers(self, answer: Answer, *, strict: bool) -> None:
        late = [host for host, shows in answer.controllers.items() if shows is False or (strict and shows is None)]
        if late:
            remedy = "let it replicate, then run again: nothing is written a second time"
            answer.fail(f"revoke {answer.distinguished_name}: it does not show on {', '.join(late)} yet; {remedy}")
