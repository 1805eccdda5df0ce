# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a broken membership is repaired: the judgement behind ``membership_repair``, without any act."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..login import is_local, without_rights
from ..secure_channel import Fault
from .offer import Offer, same
from .right_machine import wrong_domain, wrong_machine

# Its package is there and its machine lives: both keep an ordinary run from issuing another.
_ANEW = "issue a new one (prepare with package_issue_regenerate=always, and the machine in package_issue_live_machines)"


class Way(enum.Enum):
    NONE = enum.auto()  # the secure channel stands
    RESET = enum.auto()  # machine and account get a new password together
    REJOIN = enum.auto()  # leave, unless that is done already, restart, apply a new package


@dataclass(frozen=True)
class Means:
    """What the caller gave: a login that may reset the account's password, a new package."""

    login: bool
    package: bool


@dataclass(frozen=True)
class Decision:
    """``pending``: refused because nothing is known to be broken."""

    way: Way = Way.NONE
    refusal: str | None = None
    pending: bool = False


def decide(
    fault: Fault, machine: Mapping[str, Any], domain: str, means: Means, serial_number: str | None = None
) -> Decision:
    """``machine`` is what ``win_machine_info`` tells: without a membership, Netlogon's status tells of no secret.

    ``serial_number`` is the one that it should have, where anybody knows it.
    """
    membership = machine["membership"]
    refusal = (
        wrong_machine(machine, serial_number, harm="whose membership is not repaired")
        or wrong_domain(machine, domain)
        or without_rights(machine)
    )
    if refusal:
        return Decision(refusal=refusal)
    if not membership["part_of_domain"]:
        if means.package:
            return Decision(Way.REJOIN)
        return Decision(refusal="the machine is no member of a domain; set package to a newly issued one")
    if not (fault.of_secret or fault.out_of_reach):
        return Decision(refusal=f"whether the domain accepts it cannot be told: {fault.cause.sentence}")
    if fault.of_secret and means.login:
        return Decision(Way.RESET)
    if means.package:
        return Decision(Way.REJOIN)
    if fault.out_of_reach:
        return _pending(fault, membership)
    return Decision(
        refusal=f"{fault.cause.meaning} ({fault.cause.name}); set username to a login that may reset its password, or "
        "package to a newly issued one"
    )


def judge_package(offer: Offer | None, fault: Fault, membership: Mapping[str, Any], name: str, user: str) -> Decision:
    """Whether the package may cost a member its domain; ``user`` is Ansible's login, ``offer`` None what is yet to be
    issued.

    A machine changes its password in the course of its membership, so only a package that was issued since it was
    joined has the account's password for certain: issuing it has set that password, and made the machine's a dead one.
    """
    if not membership["part_of_domain"]:
        return Decision(Way.REJOIN)
    joined = membership["pending_join"]
    if fault.out_of_reach and not (joined and _issued_since(offer, joined)):
        return _pending(fault, membership)
    if offer and joined and (stale := _stale(offer, joined)):
        return Decision(refusal=f"{stale}; {_ANEW}")
    if not is_local(user, name):
        return Decision(
            refusal=f"Ansible is logged in as {user}, and leaving the domain would lose that connection; "
            r"connect with a local account (.\name), then run again"
        )
    return Decision(Way.REJOIN)


def misfit(offer: Offer, domain: str) -> str | None:
    """Why a package would not bring the machine back into ``domain``; None when it would."""
    misdirected = offer.misdirected()
    if misdirected or same(offer.dns_domain, domain):
        return misdirected
    return f"the package is for {offer.dns_domain}, not for {domain}; look which file package names"


def _pending(fault: Fault, membership: Mapping[str, Any]) -> Decision:
    # Nobody knows the age of a membership that was made without this collection.
    package = ", or set package to one that was issued since it was joined" if membership["pending_join"] else ""
    return Decision(
        refusal=f"nothing is known to be broken: {fault.cause.meaning} ({fault.cause.name}); "
        f"run again when it sees its domain{package}",
        pending=True,
    )


def _issued_since(offer: Offer | None, joined: Mapping[str, Any]) -> bool:
    if offer is None:
        return True
    return offer.password_last_set is not None and _stale(offer, joined) is None


def _stale(offer: Offer, joined: Mapping[str, Any]) -> str | None:
    """Why the package is none of after the join, as far as known; ``joined`` is the machine's ``pending_join``."""
    if offer.package_sha256 == joined["package_sha256"]:
        return "it was joined with this very package"
    if offer.password_last_set is not None and offer.password_last_set <= joined["applied"]:
        return "the package was issued before the machine was joined"
    return None
