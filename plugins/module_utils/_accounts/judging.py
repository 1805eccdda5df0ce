# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to change on the accounts of a list of machines, and what speaks against it, looked at in bulk."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .._directory import account_details, computers, ownership, protection
from .._directory.account_details import description
from .._directory.caller import Caller
from .._directory.connection import DirectoryConnection, Entry, owner_and_dacl
from .._directory.containers import Containers
from .._directory.distinguished_name import split
from .._directory.domain import Domain, guid, sid
from .._directory.effective_rights import AccountRights, ContainerRights
from .._directory.errors import (
    ConnectionLost,
    DeleteError,
    DirectoryError,
    MemberError,
    ModifyError,
    MoveError,
    ProtectionError,
)
from .._directory.group_policies import GroupPolicies
from .._directory.groups import Groups
from .._directory.security_descriptor import SecurityDescriptor, decode
from .._rollout import account_state
from .._rollout.account_state import AccountState, Change, Kind, WantedGroups, WantedState
from .._rollout.issuing import liveness
from .evidence import Evidence

_DESCRIPTOR, _CREATOR = "nTSecurityDescriptor", "mS-DS-CreatorSID"
_OWN = {"objectGUID", "description", "memberOf", _CREATOR}
_ATTRIBUTES = sorted({*protection.ATTRIBUTES, *AccountRights.ATTRIBUTES, *_OWN})
_DELEGATE = "delegate it this right, or use the login whose duty this is"


@dataclass(frozen=True)
class Machine:
    """What is wanted, as options say it: ``path`` is a DN, groups are DNs or account names.

    None leaves a thing as it is. ``exact_groups`` stands alone, without ``add_groups`` and ``remove_groups``. ``owner``
    and ``strip_rights_of`` are SIDs. ``fault`` is what is wrong with what was asked: then nothing is done.
    """

    name: str
    path: str | None = None
    enabled: bool | None = None
    description: str | None = None
    add_groups: tuple[str, ...] = ()
    remove_groups: tuple[str, ...] = ()
    exact_groups: tuple[str, ...] | None = None
    absent: bool = False
    owner: str | None = None
    strip_rights_of: frozenset[str] = frozenset()
    fault: str = ""


@dataclass(frozen=True)
class Bounds:
    """What a new organizational unit must offer: the policies (names or GUIDs) that must reach it, and the DNs of which
    one must be above it. Nothing is asked by default."""

    policies: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be done for one machine, or why nothing may be. There is no DN where there is no account (yet).

    ``descriptor`` is the account's security descriptor as it was read.
    """

    name: str
    distinguished_name: str | None = None
    object_guid: str | None = None
    changes: tuple[Change, ...] = ()
    refusal: DirectoryError | None = None
    descriptor: bytes = b""

    @property
    def to_be_written(self) -> bool:
        return bool(self.distinguished_name and self.changes) and self.refusal is None

    def of_kind(self, *kinds: Kind) -> list[Change]:
        return [change for change in self.changes if change.kind in kinds]


_UNBOUND = Bounds()


class AccountJudge:
    """``live_machines`` are the names of machines that may be moved, disabled or deleted even though they live.

    ``assume_issued``: an account that is not there is one that an earlier step would have made.
    """

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        caller: Caller,
        evidence: Evidence,
        live_machines: Collection[str] = (),
        bounds: Bounds = _UNBOUND,
        *,
        assume_issued: bool = False,
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._sids = caller.sids
        self._evidence = evidence
        self._named = {name.lower() for name in live_machines}
        self._containers = Containers(connection, domain)
        self._container_rights: dict[str, ContainerRights] = {}
        self._groups = Groups(connection, domain, caller.sids)
        self._caller = caller
        self._bounds = bounds
        self._assume_issued = assume_issued
        self._policies = GroupPolicies(connection, domain)

    def plans(self, machines: Iterable[Machine]) -> list[Plan]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist, or how they are used
        """
        machines = list(machines)
        names = [machine.name for machine in machines]
        found = computers.search(self._connection, self._domain, names, _ATTRIBUTES, owner_and_dacl())
        plans = [self._plan(machine, found.get(machine.name.lower())) for machine in machines]
        in_danger = [plan.name for plan in plans if plan.to_be_written and self._in_danger(plan)]
        self._evidence.collect(self._connection, self._domain, in_danger)
        return [self._judged(plan, found[plan.name.lower()][1]) if plan.to_be_written else plan for plan in plans]

    def _plan(self, machine: Machine, found: tuple[str, Entry] | None) -> Plan:
        if found is None:
            return self._plan_without_account(machine)
        dn, entry = found
        content = entry.get(_DESCRIPTOR, [b""])[0]
        plan = Plan(machine.name, dn, str(guid(entry, "objectGUID")), descriptor=content)
        try:
            descriptor = (
                decode(content) if machine.owner or machine.strip_rights_of else SecurityDescriptor(None, None, ())
            )
        except ValueError as error:
            cause = str(error) if content else "its permissions are not readable"
            remedy = "let the login read the permissions of the account"
            return dataclasses.replace(plan, refusal=ModifyError(f"change the owner of {dn}", cause, remedy, dn=dn))
        now = AccountState(
            distinguished_name=dn,
            path=split(dn)[1],
            enabled=not protection.disabled(entry),
            description=description(entry),
            groups=account_details.groups(entry),
            owner=descriptor.owner,
            creator=sid(entry, _CREATOR) if _CREATOR in entry else None,
            trustees=ownership.trustees(descriptor),
        )
        try:
            changes = account_state.changes(now, self._wanted(machine))
        except ConnectionLost:
            raise
        except DirectoryError as error:
            return dataclasses.replace(plan, refusal=error)
        return dataclasses.replace(plan, changes=tuple(changes))

    def _plan_without_account(self, machine: Machine) -> Plan:
        if machine.absent:
            return Plan(machine.name)
        if not self._assume_issued:
            return Plan(machine.name, refusal=_no_account(machine.name))
        try:
            path = self._wanted(machine).path
        except ConnectionLost:
            raise
        except DirectoryError as error:
            return Plan(machine.name, refusal=error)
        return Plan(machine.name, changes=(Change(Kind.PATH, "", path),) if path else ())

    def _wanted(self, machine: Machine) -> WantedState:
        """With every DN as the directory writes it.

        :raises DirectoryError: an organizational unit or a group is not there, or cannot be meant
        """
        if machine.absent:
            return WantedState(absent=True)
        return WantedState(
            path=self._containers.find(machine.path).dn if machine.path else None,
            enabled=machine.enabled,
            description=machine.description,
            groups=self._wanted_groups(machine),
            owner=machine.owner,
            stripped=machine.strip_rights_of,
        )

    def _wanted_groups(self, machine: Machine) -> WantedGroups:
        joining, leaving = self._without_primary(machine.add_groups), self._removable(machine.remove_groups)
        if both := sorted({*joining} & {*leaving}):
            remedy = "keep it either in groups.add or in groups.remove"
            raise MemberError(f"change the members of {both[0]}", "it is to be joined and left", remedy, dn=both[0])
        exactly = machine.exact_groups
        return WantedGroups(joining, leaving, None if exactly is None else self._without_primary(exactly))

    def _without_primary(self, names: Iterable[str]) -> tuple[str, ...]:
        """Every account that may be written is in Domain Computers through primaryGroupID, and never listed there."""
        groups = [self._groups.find(name) for name in names]
        return tuple(group.dn for group in groups if group.sid != self._domain.computers_group_sid)

    def _removable(self, names: Iterable[str]) -> tuple[str, ...]:
        groups = [self._groups.find(name) for name in names]
        for group in groups:
            if group.sid == self._domain.computers_group_sid:
                cause, remedy = "it is the primary group of every computer", "take it out of groups.remove"
                raise MemberError(f"change the members of {group.dn}", cause, remedy, dn=group.dn)
        return tuple(group.dn for group in groups)

    def _in_danger(self, plan: Plan) -> bool:
        return plan.name.lower() not in self._named and any(one.endangers_the_machine for one in plan.changes)

    def _judged(self, plan: Plan, entry: Entry) -> Plan:
        try:
            return dataclasses.replace(plan, refusal=next(self._refusals(plan, entry), None))
        except ConnectionLost:
            raise
        except DirectoryError as error:
            return dataclasses.replace(plan, refusal=error)

    def _refusals(self, plan: Plan, entry: Entry) -> Iterator[DirectoryError]:
        """The gravest first; what comes later is not even looked at."""
        dn = plan.distinguished_name or ""
        if special := protection.refusal(entry):
            yield ProtectionError(f"change {dn}", *special, dn=dn)
        if self._in_danger(plan):
            life = self._evidence.judge(plan.name, plan.object_guid or "")
            if life.state is not liveness.State.UNUSED:
                cause = f"the machine is treated as live, because {life.reason}"
                remedy = "leave it alone, or name it in live_machines if it may be moved, disabled or deleted"
                yield ProtectionError(f"{_ACTS[self._gravest(plan)]} {dn}", cause, remedy, dn=dn)
        yield from self._missing_rights(plan, dn, entry)

    def _gravest(self, plan: Plan) -> Kind:
        return next(one.kind for one in plan.changes if one.endangers_the_machine)

    def _missing_rights(self, plan: Plan, dn: str, entry: Entry) -> Iterator[DirectoryError]:
        rights = AccountRights.judge(dn, entry, self._sids, self._rights_in(split(dn)[1]))
        for kind, duty in ((Kind.ENABLED, "enable"), (Kind.DESCRIPTION, "describe")):
            if plan.of_kind(kind) and (missing := rights.missing(duty)):
                yield ModifyError(f"change {dn}", _may_not(missing), _DELEGATE, dn=dn)
        if security := plan.of_kind(Kind.OWNER, Kind.RIGHTS):
            duty = "hand_over" if security[0].kind is Kind.OWNER else "strip"
            if missing := rights.missing(duty):
                yield ModifyError(f"change the owner of {dn}", _may_not(missing), _DELEGATE, dn=dn)
        for change in plan.of_kind(Kind.PATH):
            yield from self._out_of_bounds(dn, change.after)
            here, there = rights.missing("move"), self._rights_in(change.after).missing()
            if here or there:
                causes = [_may_not(here)] if here else []
                causes += [f"on {change.after} {_may_not(there)}"] if there else []
                yield MoveError(f"move {dn} to {change.after}", ", and ".join(causes), _DELEGATE, dn=dn)
        if plan.of_kind(Kind.ACCOUNT):
            yield from self._undeletable(dn, rights)
        for change in plan.of_kind(Kind.GROUP):
            # Raised, not yielded: the same refusal for an account that is there and for one that will be.
            self._groups.find(change.after or change.before).require_writable()

    def _out_of_bounds(self, dn: str, path: str) -> Iterator[DirectoryError]:
        act, where = f"move {dn} to {path}", path.lower()
        scope = [one.lower() for one in self._bounds.scope]
        if scope and not any(where == one or where.endswith(f",{one}") for one in scope):
            cause = f"it would leave {' and '.join(self._bounds.scope)}, and with it directory synchronisation"
            yield MoveError(act, cause, "choose another OU, or bring this one into the scope first", dn=dn)
        reaching = [link.policy for link in self._policies.reaching(path)] if self._bounds.policies else []
        there = {name.lower() for one in reaching for name in (one.display_name, split(one.dn)[0][len("CN=") :])}
        for name in self._bounds.policies:
            if name.lower() not in there:
                cause = f"the policy {name} does not reach it, so a machine that it connects would be lost"
                yield MoveError(act, cause, "link the policy there first", dn=dn)

    def _undeletable(self, dn: str, rights: AccountRights) -> Iterator[DirectoryError]:
        if missing := rights.missing("delete"):
            yield DeleteError(f"delete {dn}", _may_not(missing), _DELEGATE, dn=dn)
        if below := computers.objects_below(self._connection, dn):
            cause = f"there are objects below it, {below[0]} for one"
            remedy = "see whether anybody needs them (BitLocker recovery passwords lie there), and delete them first"
            yield DeleteError(f"delete {dn}", cause, remedy, dn=dn)

    def _rights_in(self, container: str) -> ContainerRights:
        if container.lower() not in self._container_rights:
            rights = ContainerRights.read(self._connection, self._caller, container)
            self._container_rights[container.lower()] = rights
        return self._container_rights[container.lower()]


_ACTS = {Kind.ENABLED: "disable", Kind.PATH: "move", Kind.ACCOUNT: "delete"}


def _no_account(name: str) -> DirectoryError:
    remedy = "issue its package with the module packages, which makes the account, or correct the name"
    return DirectoryError(f"look up {name}$", "there is no such account", remedy)


def _may_not(missing: list[str]) -> str:
    return f"the login may not {' or '.join(missing)}"
