# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is looked at before anything changes, judged: the domain, the organizational units, the groups, one account.

Each verdict carries the codes of the Windows errors that it avoids (winerror.h, lmerr.h).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .checks import Check, Examination, failed, passed, skipped, unknown, warned
from .clock import KERBEROS_TOLERANCE, in_words
from .policy_dangers import Dangers

SECURITY, CONTROLLER, CLOCK = "ldap_security", "controller_writable", "clock"
IDENTIFIERS, QUOTA, OWNER_RIGHTS = "identifiers", "machine_account_quota", "owner_rights"
SITE = "site_controllers"
STAGING_OU, CREATE, RESET, STAGING_POLICIES = "staging_ou", "create_right", "reset_right", "staging_policies"
PRODUCTION_OU, PRODUCTION_POLICIES = "production_ou", "production_policies"
GROUP, ACCOUNT = "group", "account"
OF_DOMAIN = (SECURITY, CONTROLLER, CLOCK, IDENTIFIERS, QUOTA, OWNER_RIGHTS)
OF_MACHINE = (
    SITE, STAGING_OU, CREATE, RESET, STAGING_POLICIES, PRODUCTION_OU, PRODUCTION_POLICIES, GROUP, ACCOUNT,
)  # fmt: skip
IDS = OF_DOMAIN + OF_MACHINE

_FEW_IDENTIFIERS = 100_000
_FEW_AT_HAND = 100  # a domain controller fetches its next 500 when half of them are given
_CLOCK_WARNING = KERBEROS_TOLERANCE / 5
_UNITS = ("organizationalunit", "container", "builtindomain", "domaindns")


@dataclass(frozen=True)
class DomainSeen:
    """None is what the login may not see. ``offset``: seconds that the control node is ahead of the domain controller;
    ``identifiers_left``: RIDs of the domain's pool, ``identifiers_at_hand`` of the domain controller's own blocks;
    ``owner_rights``: the digit of KB5008383, "" where it is not set.

    ``protection`` says how the connection is encrypted, ``exposed`` why somebody in between could read it all the same.
    """

    host_name: str
    writable: bool
    protection: str
    exposed: str | None
    offset: float
    identifiers_left: int | None
    identifiers_at_hand: int | None
    quota: int | None
    owner_rights: str | None


@dataclass(frozen=True)
class UnitSeen:
    """``fault`` says why it cannot be looked at. ``policies`` are told as "name (linked to DN)"; None: not readable.

    ``dangers`` are what they would do to machines that live there; ``opaque_policies`` are the names of those whose
    settings cannot be read, with the reason.
    """

    dn: str
    fault: str | None = None
    object_class: str = ""
    creates: bool = False
    resets: bool | None = None
    inheritance_blocked: bool = False
    policies: tuple[str, ...] | None = ()
    dangers: Dangers = field(default_factory=Dangers)
    opaque_policies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteSeen:
    """The host names of a site's domain controllers; ``known`` is False where there is no such site."""

    name: str
    writable: Sequence[str] = ()
    read_only: Sequence[str] = ()
    known: bool = True


def of_domain(seen: DomainSeen, accounts: int) -> list[Check]:
    """``accounts`` is how many machines there are."""
    return [
        _security(seen),
        _writable(seen),
        _clock(seen),
        _identifiers(seen, accounts),
        _quota(seen),
        _owner_rights(seen),
    ]


def of_site(site: SiteSeen) -> Check:
    if not site.known:
        return failed(SITE, f"there is no site {site.name}", "correct the machine's site, or create it")
    if site.writable:
        return passed(SITE, f"{site.name} has {', '.join(site.writable)}")
    if not site.read_only:
        return passed(SITE, f"{site.name} has no domain controller; those of the sites next to it serve its machines")
    return warned(
        SITE,
        f"{site.name} has only read-only domain controllers ({', '.join(site.read_only)})",
        "allow the machines' passwords to be replicated to them and pre-populate them there with Windows' own tools, "
        "or no machine of the site logs on while the line is down",
        1311,
    )


def of_staging(unit: UnitSeen) -> list[Check]:
    if fault := _no_unit(STAGING_OU, unit):
        return [fault, *(skipped(one, "the staging OU cannot be used") for one in (CREATE, RESET, STAGING_POLICIES))]
    return [passed(STAGING_OU, f"{unit.dn} is there"), _create(unit), _reset(unit), _reaching(STAGING_POLICIES, unit)]


def of_production(unit: UnitSeen, staging_dn: str) -> list[Check]:
    if fault := _no_unit(PRODUCTION_OU, unit):
        return [fault, skipped(PRODUCTION_POLICIES, "the production OU cannot be used")]
    there = passed(PRODUCTION_OU, f"{unit.dn} is there")
    if unit.dn.lower() == staging_dn.lower():
        there = warned(PRODUCTION_OU, f"{unit.dn} is the staging OU, too", "give waiting machines an OU of their own")
    return [there, _endangering(unit)]


def of_group(name: str, fault: str | None, writable: bool | None) -> Check:
    if fault:
        return failed(GROUP, f"the group {name} cannot be used: {fault}", "correct its name, or create it")
    if writable:
        return passed(GROUP, f"the login may write the members of {name}")
    remedy = "delegate it (module delegation, profile groups), or let the account with this duty do it"
    if writable is None:
        return unknown(GROUP, f"whether the login may write the members of {name} is not readable", remedy)
    return warned(GROUP, f"the login may not write the members of {name}", remedy, 5)


def of_account(evidence: str, refused: str | None = None) -> Check:
    """``refused`` is what to do about an account that is in the way; ``evidence`` then says why it is."""
    return passed(ACCOUNT, evidence) if refused is None else failed(ACCOUNT, evidence, refused, 2224, 2732)


def warnings(domain: Iterable[Check], examinations: Iterable[Examination]) -> list[str]:
    """What stops nobody and should be told: each sentence once, however many machines it is true of."""
    names: dict[str, list[str]] = {}
    for one in domain:
        if one.worth_telling:
            names.setdefault(str(one), [])
    for examination in examinations:
        for one in examination.checks:
            if one.worth_telling:
                names.setdefault(str(one), []).append(examination.name)
    return [said if not whose else f"{_whose(whose)}: {said}" for said, whose in names.items()]


def _whose(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} machines, {names[0]} for one"


def _security(seen: DomainSeen) -> Check:
    if seen.exposed:
        remedy = "set cert_validation to always, and name the CA of the domain controllers in ca_cert"
        return warned(SECURITY, f"{seen.protection}, but {seen.exposed}", remedy)
    return passed(SECURITY, seen.protection)


def _writable(seen: DomainSeen) -> Check:
    if seen.writable:
        return passed(CONTROLLER, f"{seen.host_name} is writable")
    return failed(CONTROLLER, f"{seen.host_name} is read-only", "name a writable domain controller in server", 5)


def _clock(seen: DomainSeen) -> Check:
    evidence = f"the control node's clock is {in_words(seen.offset)} of that of {seen.host_name}"
    if abs(seen.offset) > KERBEROS_TOLERANCE:
        return failed(CLOCK, evidence, "synchronise both before any machine is set by one of them", 1398)
    if abs(seen.offset) > _CLOCK_WARNING:
        return warned(CLOCK, evidence, "synchronise both, Kerberos accepts five minutes", 1398)
    return passed(CLOCK, evidence)


def _identifiers(seen: DomainSeen, accounts: int) -> Check:
    left = seen.identifiers_left
    if left is None:
        return unknown(IDENTIFIERS, "how many RIDs the domain has left is not readable", "ask its administrators")
    evidence = f"the domain has {left} RIDs left"
    if left < accounts:
        return failed(IDENTIFIERS, f"{evidence} for {accounts} machines", "raise the RID ceiling first", 8208)
    if left < accounts + _FEW_IDENTIFIERS:
        return warned(IDENTIFIERS, evidence, "find out what uses them up, before nothing can be created any more", 8208)
    at_hand = seen.identifiers_at_hand
    if at_hand is None:
        return passed(IDENTIFIERS, f"{evidence}; how many of them {seen.host_name} has at hand is not readable")
    evidence = f"{evidence}, of which {seen.host_name} has {at_hand} at hand"
    if at_hand < min(accounts, _FEW_AT_HAND):
        remedy = "see whether it reaches the RID master (dcdiag /test:ridmanager /v), or name another one in server"
        return warned(IDENTIFIERS, evidence, remedy, 8208)
    return passed(IDENTIFIERS, evidence)


def _quota(seen: DomainSeen) -> Check:
    if seen.quota is None:
        return unknown(QUOTA, "the machine account quota is not readable", "ask the domain's administrators")
    evidence = f"ms-DS-MachineAccountQuota is {seen.quota}"
    if seen.quota:
        remedy = "set it to 0 and delegate create-child instead: with a quota any user can plant an account"
        return warned(QUOTA, evidence, remedy, 2732, 8557)
    return passed(QUOTA, evidence)


def _owner_rights(seen: DomainSeen) -> Check:
    if seen.owner_rights is None:
        return unknown(OWNER_RIGHTS, "dSHeuristics is not readable", "ask the domain's administrators")
    if seen.owner_rights == "1":
        return passed(OWNER_RIGHTS, "the domain blocks what owners may do implicitly (KB5008383)")
    return warned(
        OWNER_RIGHTS,
        "whoever creates an account keeps an owner's rights on it (KB5008383 is not enforced)",
        "promote machines soon, or set character 29 of dSHeuristics to 1",
    )


def _no_unit(check_id: str, unit: UnitSeen) -> Check | None:
    if unit.fault:
        return failed(check_id, f"{unit.dn}: {unit.fault}", "create it, or correct its distinguished name", 2)
    if unit.object_class.lower() not in _UNITS:
        return failed(check_id, f"{unit.dn} is of class {unit.object_class}", "name an organizational unit", 87)
    return None


def _create(unit: UnitSeen) -> Check:
    if unit.creates:
        return passed(CREATE, f"the login may create computers in {unit.dn}")
    remedy = "delegate it the right on this OU (module delegation, profile issue), never a higher quota"
    return failed(CREATE, f"the login may not create computers in {unit.dn}", remedy, 5, 8557)


def _reset(unit: UnitSeen) -> Check:
    """Creating an account sets its password without this right, so a login that only issues lacks it rightly."""
    if unit.resets is None:
        remedy = "let the login read the permissions of this OU"
        return unknown(RESET, f"whether the login may reset passwords in {unit.dn} is not readable", remedy)
    if unit.resets:
        return passed(RESET, f"the login may reset the passwords of computers in {unit.dn}")
    return skipped(RESET, f"the login may not reset passwords in {unit.dn}, which only issuing again takes")


def _endangering(unit: UnitSeen) -> Check:
    """Whether a machine can still be reached with its local account once it lives there."""
    reaching = _reaching(PRODUCTION_POLICIES, unit)
    if unit.dangers.certain:
        return warned(
            PRODUCTION_POLICIES,
            f"{reaching.evidence}; {'; '.join(unit.dangers.certain)}",
            "finish the phase site before machines are promoted, or take this out of the policies",
            1385,
        )
    doubts = [f"perhaps {danger}" for danger in unit.dangers.possible]
    if unit.opaque_policies:
        names, reasons = ", ".join(unit.opaque_policies), ", ".join(dict.fromkeys(unit.opaque_policies.values()))
        closed = "network logon is denied to local accounts or WinRM closed"
        doubts.append(f"whether {closed} by {names} is not known ({reasons})")
    if doubts:
        remedy = "look into them, because they could cut the connection of the phase site after promotion"
        return unknown(PRODUCTION_POLICIES, "; ".join([reaching.evidence, *doubts]), remedy)
    return reaching


def _reaching(check_id: str, unit: UnitSeen) -> Check:
    if unit.policies is None:
        evidence = f"which policies reach {unit.dn} is not readable"
        return unknown(check_id, evidence, "let the login read gPLink and gPOptions of all containers above it")
    blocked = " (inheritance is blocked)" if unit.inheritance_blocked else ""
    return passed(check_id, f"{unit.dn} is reached by {', '.join(unit.policies) or 'no policy'}{blocked}")
