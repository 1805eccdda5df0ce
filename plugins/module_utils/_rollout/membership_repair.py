# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a broken membership is repaired: the judgement behind ``membership_repair``, without any act."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import secure_channel, status_codes
from .offer import Offer, same


class Way(enum.Enum):
    NONE = enum.auto()  # the secure channel stands
    RESET = enum.auto()  # machine and account get a new password together
    REJOIN = enum.auto()  # leave, restart, apply a new package


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


def decide(seen: Mapping[str, Any], means: Means) -> Decision:
    """``seen`` is what ``win_domain_info`` tells in its subsets locator and channel."""
    found = seen["locator"]["status"]
    cause = status_codes.explain(found) if found else secure_channel.failure(seen["channel"])
    if cause is None:
        return Decision()
    in_reach = not found and not secure_channel.out_of_reach(cause)
    if in_reach and means.login:
        return Decision(Way.RESET)
    if not means.package:
        needed = (
            "a login that may reset its password (username), or a new package (path)"
            if in_reach
            else ("a new package (path), because no domain controller answers")
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
    return f"the package is for {offer.dns_domain}, not for {domain}; look which package lies at path"


def _is_of_domain(user: str) -> bool:
    domain, backslash, _name = user.partition("\\")
    return "@" in user or (bool(backslash) and domain != ".")
