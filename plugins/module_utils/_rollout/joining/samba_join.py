# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package may be applied to a Linux host: the judgement behind samba_join, without any act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .offer import Offer, same

_DOMAIN_CONTROLLER = "domain controller"


@dataclass(frozen=True)
class Verdict:
    """Apply it, or leave everything as it is because it was applied, or refuse with a sentence."""

    apply: bool = False
    refusal: str | None = None


def judge(offer: Offer, member: dict[str, Any]) -> Verdict:
    """Hold a package against what ``samba_member_info`` saw; the first reason to refuse is the one told."""
    refusal = offer.misdirected() or _wrong_machine(offer, member["configuration"]) or _wrong_membership(offer, member)
    apply = member["membership"] is None
    if apply and not refusal:
        refusal = offer.untimely
    return Verdict(refusal=refusal) if refusal else Verdict(apply=apply)


def _wrong_machine(offer: Offer, configuration: dict[str, str]) -> str | None:
    if _DOMAIN_CONTROLLER in configuration["server_role"].lower():
        return "the host is a domain controller, and joining would destroy it; take it out of the inventory"
    if not same(configuration["security"], "ads"):
        return f"smb.conf says security = {configuration['security']}; set it to ads"
    for setting, expected in (
        ("realm", offer.dns_domain),
        ("workgroup", offer.netbios_domain),
        ("netbios_name", offer.package_machine_name),
    ):
        if not same(configuration[setting], expected):
            found = configuration[setting] or "nothing"
            return (
                f"smb.conf says {setting.replace('_', ' ')} = {found}, but the package is for {expected}; correct one"
            )
    return None


def _wrong_membership(offer: Offer, member: dict[str, Any]) -> str | None:
    membership, applied = member["membership"], member["applied"]
    if membership is None:
        return None
    if membership.get("domain_guid") != offer.domain_guid:
        domain = membership.get("dns_domain", "another domain")
        return f"the host is a member of {domain}; leave it first (net ads leave)"
    this_join = {"package_sha256": offer.package_sha256, "join_time": membership.get("join_time")}
    if applied == this_join and this_join["join_time"]:
        return None
    return (
        "the host is a member already, but not through this package; "
        "keep it as it is, or leave the domain first (net ads leave)"
    )
