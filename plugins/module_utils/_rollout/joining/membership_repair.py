# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a broken membership is repaired: the judgement behind ``membership_repair``, without any act."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import status_codes
from ..status_codes import StatusCode
from ..verification import secure_channel
from .offer import Offer, same
from .windows_join import DOMAIN_CONTROLLERS


class Way(enum.Enum):
    NONE = enum.auto()  # the secure channel stands
    RESET = enum.auto()  # machine and account get a new password together
    REJOIN = enum.auto()  # leave, unless that is done already, restart, apply a new package


@dataclass(frozen=True)
class Means:
    """What the caller gave: a login that may reset the account's password, a new package, and over what it works."""

    login: bool
    package: bool
    user: str


@dataclass(frozen=True)
class Decision:
    way: Way = Way.NONE
    refusal: str | None = None


def cause_of(seen: Mapping[str, Any]) -> StatusCode | None:
    """Why the secure channel does not stand, or None; ``seen`` is what ``win_domain_info`` tells in its subsets
    locator and channel.
    """
    found = seen["locator"]["status"]
    return status_codes.explain(found) if found else secure_channel.failure(seen["channel"])


def decide(seen: Mapping[str, Any], membership: Mapping[str, Any], domain: str, means: Means) -> Decision:
    """``membership`` is that of ``win_machine_info``: without one, Netlogon's status tells nothing of a secret."""
    cause = cause_of(seen)
    if cause is None:
        return Decision()
    if refusal := _misplaced(membership, domain):
        return Decision(refusal=refusal)
    if not membership["part_of_domain"]:
        if means.package:
            return Decision(Way.REJOIN)
        return Decision(refusal="the machine is no member of a domain; give a new package (package)")
    in_reach = not seen["locator"]["status"] and not secure_channel.out_of_reach(cause)
    if in_reach and means.login:
        return Decision(Way.RESET)
    if not means.package:
        needed = (
            "a login that may reset its password (username), or a new package (package)"
            if in_reach
            else ("a new package (package), because no domain controller answers")
        )
        return Decision(refusal=f"{cause.meaning} ({cause.name}); give {needed}")
    if _is_of_domain(means.user):
        return Decision(
            refusal=f"Ansible is logged in as {means.user}, and leaving the domain would lose that connection; "
            r"connect with a local account (.\name), then run again"
        )
    return Decision(Way.REJOIN)


def misfit(offer: Offer, domain: str) -> str | None:
    """Why a package would not bring the machine back into ``domain``; None when it would."""
    misdirected = offer.misdirected()
    if misdirected or same(offer.dns_domain, domain):
        return misdirected
    return f"the package is for {offer.dns_domain}, not for {domain}; look which file package names"


def _misplaced(membership: Mapping[str, Any], domain: str) -> str | None:
    if membership["domain_role"] in DOMAIN_CONTROLLERS:
        return "the machine is a domain controller, whose membership is not repaired; take it out of the inventory"
    if membership["part_of_domain"] and not same(membership["domain"], domain):
        return (
            f"the machine is a member of {membership['domain']}, not of {domain}; "
            "look which machine answers at this address"
        )
    return None


def _is_of_domain(user: str) -> bool:
    domain, backslash, _name = user.partition("\\")
    return "@" in user or (bool(backslash) and domain != ".")
