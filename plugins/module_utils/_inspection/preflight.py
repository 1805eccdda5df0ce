# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at everything that a rollout needs, before it changes anything, over one connection."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .._accounts.package_decisions import PackageDecisions
from .._accounts.reuse import Reuse
from .._directory import computers, controllers, domain_state
from .._directory.caller import Caller
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection, owner_and_dacl
from .._directory.domain import Domain, text
from .._directory.effective_rights import ContainerRights
from .._directory.errors import ProtectionError, SearchError
from .._directory.group_policies import GroupPolicies, PolicyLink
from .._directory.groups import Groups
from .._directory.settings import Settings
from .._rollout import policy_dangers, preflight_checks
from .._rollout.checks import Check, Examination, tolerated
from .._rollout.issuing.regenerate import Act, Decision
from .._rollout.preflight_checks import DomainSeen, SiteSeen, UnitSeen
from .._storage.package_store import PackageStore
from .policy_settings import PolicySettingsReader

_NOT_THERE, _NO_DN = 32, 34  # noSuchObject, invalidDNSyntax
_UNIT_ATTRIBUTES = [*ContainerRights.ATTRIBUTES, "distinguishedName", "objectClass"]


@dataclass(frozen=True)
class Machine:
    """``staging_ou`` and ``production_ou`` are DNs, without the former it is the domain's default container.

    ``site`` is where the machine will stand, ``groups`` what it is to be a member of.
    """

    name: str
    staging_ou: str | None = None
    production_ou: str | None = None
    site: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """``regenerate`` and ``store`` are those of the packages that will be issued; ``tolerate`` are ids of checks."""

    regenerate: str
    store: PackageStore | None = None
    tolerate: Collection[str] = ()


def protection(settings: Settings) -> tuple[str, str | None]:
    """How the connection is protected, and by what it is exposed all the same. Another one is never opened."""
    if settings.auth_protocol == "kerberos":
        return "the connection is sealed by Kerberos", None
    exposed = {
        "ignore": "the domain controller's certificate is not checked",
        "ignore_hostname": "nobody checks for which host the certificate is",
    }
    return f"a simple bind inside TLS ({settings.tls_mode})", exposed.get(settings.cert_validation)


class Preflight:
    """Domain, units, sites and groups are looked at once each, however many machines share them."""

    def __init__(
        self, connection: DirectoryConnection, domain: Domain, caller: Caller, reuse: Reuse, order: Order
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._sids = caller.sids
        self._reuse = reuse
        self._tolerate = order.tolerate
        self._decisions = PackageDecisions(order.store, reuse, order.regenerate)
        self._groups = Groups(connection, domain, caller.sids)
        self._policies = GroupPolicies(connection, domain)
        self._settings = PolicySettingsReader(connection, domain)
        self._units: dict[str, UnitSeen] = {}
        self._production_units: dict[str, UnitSeen] = {}
        self._sites: dict[str, Check] = {}
        self._group_checks: dict[str, Check] = {}

    def of_domain(self, accounts: int) -> list[Check]:
        """
        :raises DirectoryError: what everybody may read cannot be read
        """
        before = time.time()
        clock = domain_state.clock(self._connection).timestamp()
        protected, exposed = protection(self._connection.settings)
        seen = DomainSeen(
            host_name=self._domain.controller.host_name,
            writable=self._domain.controller.writable,
            protection=protected,
            exposed=exposed,
            offset=(before + time.time()) / 2 - clock,
            identifiers_left=domain_state.identifiers_left(self._connection, self._domain),
            identifiers_at_hand=domain_state.identifiers_at_hand(self._connection, self._domain),
            quota=self._domain.machine_account_quota,
            owner_rights=domain_state.owner_rights(self._connection, self._domain),
        )
        return list(tolerated(preflight_checks.of_domain(seen, accounts), self._tolerate))

    def of_machines(self, machines: Sequence[Machine], of_domain: Iterable[Check]) -> list[Examination]:
        """What stands against the domain stands against each of its machines.

        :raises DirectoryError: the directory cannot be asked which accounts exist, or how they are used
        """
        against_all = [one for one in of_domain if one.stops]
        accounts = computers.find(self._connection, self._domain, [machine.name for machine in machines])
        decisions = self._decisions.decide([machine.name for machine in machines], accounts)
        return [
            Examination(
                machine.name,
                tuple(against_all)
                + tolerated(
                    [*self._surroundings(machine), self._account(machine, accounts, decisions[machine.name])],
                    self._tolerate,
                ),
            )
            for machine in machines
        ]

    def _surroundings(self, machine: Machine) -> list[Check]:
        staging = self._unit(machine.staging_ou or self._domain.computers_container)
        checks = [self._site(machine.site)] if machine.site else []
        checks += preflight_checks.of_staging(staging)
        if machine.production_ou:
            checks += preflight_checks.of_production(self._production_unit(machine.production_ou), staging.dn)
        return checks + [self._group(name) for name in machine.groups]

    def _account(self, machine: Machine, accounts: dict[str, ComputerAccount], decision: Decision) -> Check:
        account = accounts.get(machine.name.lower())
        if decision.act is Act.REFUSE:
            cause, _semicolon, remedy = decision.refusal.partition("; ")
            return preflight_checks.of_account(cause, remedy)
        if account is None:
            return preflight_checks.of_account("there is none yet")
        dn = account.distinguished_name
        if decision.act is Act.KEEP:
            over = self._decisions.file(machine.name).over
            return preflight_checks.of_account(
                f"{dn} exists, and its package {'did its work' if over else 'is in place'}"
            )
        try:
            self._reuse.require(machine.name, account, machine.staging_ou)
        except ProtectionError as refused:
            return preflight_checks.of_account(f"{dn}: {refused.cause}", refused.remedy)
        return preflight_checks.of_account(f"{dn} exists and may be used again")

    def _unit(self, dn: str) -> UnitSeen:
        if dn.lower() not in self._units:
            self._units[dn.lower()] = self._read_unit(dn)
        return self._units[dn.lower()]

    def _read_unit(self, dn: str) -> UnitSeen:
        try:
            entry = self._connection.read(dn, _UNIT_ATTRIBUTES, controls=owner_and_dacl())
            rights = ContainerRights.judge(dn, entry, self._sids)
        except SearchError as error:
            causes = {_NOT_THERE: "it is not there, or the login may not see it", _NO_DN: "this is no DN"}
            return UnitSeen(dn, causes.get(error.result or _NOT_THERE, error.cause))
        except ValueError as damaged:
            return UnitSeen(dn, str(damaged))
        unit = UnitSeen(
            dn=text(entry, "distinguishedName"),
            object_class=entry["objectClass"][-1].decode("ascii"),
            creates=rights.create_computers,
            resets=rights.reset_passwords,
        )
        try:
            links = self._policies.reaching(unit.dn)
        except SearchError:
            return dataclasses.replace(unit, policies=None)
        return dataclasses.replace(
            unit,
            inheritance_blocked=self._policies.inheritance_blocked(unit.dn),
            policies=tuple(map(_told, links)),
        )

    def _production_unit(self, dn: str) -> UnitSeen:
        """With what its policies set, which matters only where machines live that were promoted."""
        if dn.lower() not in self._production_units:
            unit = self._unit(dn)
            if unit.policies:
                policies = [link.policy for link in self._policies.reaching(unit.dn)]
                settings, opaque = self._settings.read(policies)
                dangers = policy_dangers.judge(settings)
                unit = dataclasses.replace(unit, dangers=dangers, opaque_policies=opaque)
            self._production_units[dn.lower()] = unit
        return self._production_units[dn.lower()]

    def _site(self, name: str) -> Check:
        if name not in self._sites:
            try:
                writable, read_only = controllers.of_site(self._connection, self._domain, name)
                seen = SiteSeen(name, writable, read_only)
            except SearchError:
                seen = SiteSeen(name, known=False)
            self._sites[name] = preflight_checks.of_site(seen)
        return self._sites[name]

    def _group(self, name: str) -> Check:
        if name not in self._group_checks:
            try:
                group = self._groups.find(name)
                self._group_checks[name] = preflight_checks.of_group(name, None, group.rights.write_member)
            except SearchError as refused:
                self._group_checks[name] = preflight_checks.of_group(name, refused.cause, None)
        return self._group_checks[name]


def _told(link: PolicyLink) -> str:
    return f"{link.policy.display_name} (linked to {link.linked_to}{', enforced' if link.enforced else ''})"
