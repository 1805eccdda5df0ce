# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package may be applied to a Windows machine: the judgement behind ``join``, without any act.

What is held against the package is what ``win_machine_info`` saw. The first reason to refuse is the one told.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import secure_channel, status_codes
from ..clock import KERBEROS_TOLERANCE, Reading, in_words
from ..login import without_rights
from . import editions
from .offer import Offer, same
from .right_machine import wrong_machine

DEVICE_JOIN = 1  # NetGetAadJoinInformation

Seen = Mapping[str, Any]


class Step(enum.Enum):
    """What comes next for a machine that is not refused."""

    APPLY = enum.auto()
    RESTART = enum.auto()  # this package was applied and waits for the restart
    ASK_DOMAIN = enum.auto()  # a member under that name, and only the secure channel tells whether it is alive
    NOTHING = enum.auto()


@dataclass(frozen=True)
class Verdict:
    """The next step, or the sentence why there is none. ``pending``: refused because nothing is known to be broken."""

    step: Step = Step.NOTHING
    refusal: str | None = None
    pending: bool = False


def judge(offer: Offer, machine: Seen, reading: Reading | None, *, follow_package: bool) -> Verdict:
    """``follow_package``: the machine may take its name from the package. Without a ``reading`` its clock would be set
    by then.
    """
    if refusal := _not_for(offer, machine):
        return Verdict(refusal=refusal)
    if machine["membership"]["part_of_domain"]:
        return _judge_member(offer, machine)
    pending = machine["membership"]["pending_join"]
    # Without a status the power was lost in between, and the package is applied once more.
    if pending and pending["status"] is not None:
        if pending["last_boot"] == machine["restart"]["last_boot"]:
            return _judge_pending(offer, pending)
        if _is_ours(offer, pending):
            return Verdict(refusal=_not_taken(status_codes.NEW_PACKAGE))
    refusal = offer.untimely or _cannot_join(offer, machine) or _wrong_state(offer, machine, reading, follow_package)
    return Verdict(refusal=refusal) if refusal else Verdict(Step.APPLY)


def judge_channel(offer: Offer, answer: Seen) -> Verdict:
    """Whether a member that was not joined with this package may stay as it is: when its channel stands."""
    fault = secure_channel.fault(answer)
    if fault is None:
        return Verdict()
    said = f"{fault.cause.meaning} ({fault.cause.name})"
    if fault.of_secret:
        return Verdict(refusal=f"joined with a dead package: {said}; {secure_channel.REPAIR}")
    remedy = "run again when it sees its domain" if fault.out_of_reach else fault.cause.remedy
    return Verdict(
        refusal=f"a member of {offer.dns_domain} already, and whether the domain accepts it cannot be told: {said}; "
        f"{remedy}",
        pending=fault.out_of_reach,
    )


def judge_rejoin(offer: Offer, machine: Seen, reading: Reading) -> str | None:
    """Why a member must not leave its domain for this package: once it has left, it must be able to take it."""
    return (
        _not_for(offer, machine)
        or offer.untimely
        or _cannot_join(offer, machine)
        or _wrong_state(offer, machine, reading, follow_package=True)
    )


def judge_restart(offer: Offer, machine: Seen, join_events: list[Seen]) -> str | None:
    """Why the join did not take at the restart; None when the machine is a member under its name."""
    membership, identity = machine["membership"], machine["identity"]
    if membership["part_of_domain"] and same(membership["domain"], offer.dns_domain):
        if same(identity["active_name"], offer.package_machine_name):
            return None
        return (
            f"joined, but under the name {identity['active_name']}; look who renamed it, then {secure_channel.REPAIR}"
        )
    told = join_events[0]["status"] if join_events else None  # the newest comes first
    return _not_taken(status_codes.explain(told).sentence if told else status_codes.NEW_PACKAGE)


def _not_for(offer: Offer, machine: Seen) -> str | None:
    """Why the package is not for this machine."""
    return offer.misdirected() or wrong_machine(machine, offer.serial_number, harm="and joining would destroy it")


def _judge_member(offer: Offer, machine: Seen) -> Verdict:
    domain, name = machine["membership"]["domain"], machine["identity"]["active_name"]
    if not same(domain, offer.dns_domain):
        return Verdict(refusal=f"the machine is a member of {domain}; leave it first")
    if not same(name, offer.package_machine_name):
        return Verdict(refusal=f"the machine is a member of {domain} already, as {name}; look which machine it is")
    pending = machine["membership"]["pending_join"]
    return Verdict(Step.NOTHING if pending and _is_ours(offer, pending) else Step.ASK_DOMAIN)


def _judge_pending(offer: Offer, pending: Seen) -> Verdict:
    if _is_ours(offer, pending):
        return Verdict(Step.RESTART)
    return Verdict(
        refusal=f"another package, for {pending['machine_name']} in {pending['domain']}, was applied and waits for a "
        "restart; restart the machine, then run again"
    )


def _cannot_join(offer: Offer, machine: Seen) -> str | None:
    """What no second run would change."""
    sku, product_type = machine["edition"]["sku"], machine["edition"]["product_type"]
    if editions.can_join(sku, product_type) is False:
        return f"this edition of Windows (SKU {sku}) cannot join a domain; upgrade it to Pro, Enterprise or Education"
    if offer.directaccess and not editions.has_directaccess(sku, product_type):
        return (
            f"the package brings DirectAccess policies, and this edition of Windows (SKU {sku}) has no DirectAccess; "
            "upgrade it to Enterprise or Education, or issue a package without them"
        )
    if machine["membership"]["entra_join_type"] == DEVICE_JOIN:
        return status_codes.explain(2700).sentence
    return None


def _wrong_state(offer: Offer, machine: Seen, reading: Reading | None, follow_package: bool) -> str | None:
    if refusal := without_rights(machine):
        return refusal
    active, pending = machine["identity"]["active_name"], machine["identity"]["pending_name"]
    if not same(active, pending):
        return f"its new name {pending} waits for a restart; restart the machine, then run again"
    if not same(active, offer.package_machine_name) and not follow_package:
        return f"the machine is called {active}; rename it, or let it follow the package (rename: follow_package)"
    if reading and reading.beyond(KERBEROS_TOLERANCE):
        # The role leaves a member's clock to its domain.
        remedy = "by hand" if machine["membership"]["part_of_domain"] else "role clock_sync"
        return f"its clock is {in_words(reading.offset)}, more than Kerberos accepts; set it first ({remedy})"
    return None


def _is_ours(offer: Offer, pending: Seen) -> bool:
    return bool(pending["package_sha256"] == offer.package_sha256)


def _not_taken(remedy: str) -> str:
    return f"the package was applied, but the restart did not make the machine a member: {remedy}"
