# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement before a package is handed to a Linux host: each reason to refuse, and the two to go on."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.samba_join import Verdict, judge

OFFER = Offer(
    machine_name="ber-lx-001",
    package_machine_name="BER-LX-001",
    dns_domain="corp.example",
    netbios_domain="CORP",
    domain_guid="641b88f4-0000-4000-8000-000000000000",
    package_sha256="a" * 64,
)
CONFIGURATION = {
    "netbios_name": "BER-LX-001",
    "realm": "CORP.EXAMPLE",
    "security": "ADS",
    "server_role": "auto",
    "workgroup": "CORP",
}
MEMBERSHIP = {
    "computer_name": "BER-LX-001",
    "dns_domain": "corp.example",
    "domain_guid": OFFER.domain_guid,
    "join_time": "Sat Nov 21 03:23:26 2026 UTC",
}
APPLIED = {"package_sha256": OFFER.package_sha256, "join_time": MEMBERSHIP["join_time"]}


LATE = dataclasses.replace(OFFER, untimely="the sealed package expired")


def member(membership: Any = None, applied: Any = None, **configuration: str) -> dict[str, Any]:
    return {"configuration": CONFIGURATION | configuration, "membership": membership, "applied": applied}


def refusal(offer: Offer, found: dict[str, Any]) -> str:
    verdict = judge(offer, found)
    assert not verdict.apply
    assert verdict.refusal is not None
    return verdict.refusal


def test_a_host_that_is_no_member_gets_its_package() -> None:
    assert judge(OFFER, member()) == Verdict(apply=True)


def test_what_was_applied_before_does_not_matter_where_nothing_is_left_of_it() -> None:
    assert judge(OFFER, member(applied=APPLIED)) == Verdict(apply=True)


def test_a_member_through_this_very_package_stays_as_it_is() -> None:
    assert judge(OFFER, member(MEMBERSHIP, APPLIED)) == Verdict()


def test_package_of_another_machine() -> None:
    other = dataclasses.replace(OFFER, package_machine_name="BER-LX-002")
    assert refusal(other, member()).startswith("the package is for BER-LX-002, not for ber-lx-001; ")


@pytest.mark.parametrize(
    "role",
    ["active directory domain controller", "classic primary domain controller", "NETBIOS BACKUP DOMAIN CONTROLLER"],
)
def test_domain_controller(role: str) -> None:
    assert "is a domain controller, and joining would destroy it" in refusal(OFFER, member(server_role=role))


@pytest.mark.parametrize("security", ["USER", "domain", "auto", ""])
def test_other_security(security: str) -> None:
    assert refusal(OFFER, member(security=security)) == f"smb.conf says security = {security}; set it to ads"


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("realm", "OTHER.EXAMPLE", "realm = OTHER.EXAMPLE, but the package is for corp.example; correct one"),
        ("realm", "", "realm = nothing, but the package is for corp.example; correct one"),
        ("workgroup", "WORKGROUP", "workgroup = WORKGROUP, but the package is for CORP; correct one"),
        ("netbios_name", "LOCALHOST", "netbios name = LOCALHOST, but the package is for BER-LX-001; correct one"),
    ],
)
def test_configuration_for_something_else(setting: str, value: str, words: str) -> None:
    assert refusal(OFFER, member(**{setting: value})) == f"smb.conf says {words}"


@pytest.mark.parametrize("setting", ["realm", "workgroup", "netbios_name", "security"])
def test_case_of_the_configuration_does_not_matter(setting: str) -> None:
    assert judge(OFFER, member(**{setting: CONFIGURATION[setting].swapcase()})).apply


@pytest.mark.parametrize("applied", [None, APPLIED])
def test_member_of_another_domain(applied: dict[str, str] | None) -> None:
    other = MEMBERSHIP | {"domain_guid": "00000000-0000-4000-8000-000000000000", "dns_domain": "other.example"}
    assert refusal(OFFER, member(other, applied)) == (
        "the host is a member of other.example; leave it first (net ads leave)"
    )


def test_member_of_nobody_knows_what() -> None:
    assert "is a member of another domain" in refusal(OFFER, member({}, APPLIED))


@pytest.mark.parametrize(
    "applied",
    [
        None,
        {},
        APPLIED | {"package_sha256": "b" * 64},
        APPLIED | {"join_time": "Sat Nov 21 03:23:27 2026 UTC"},
        APPLIED | {"join_time": None},
    ],
    ids=["no marker", "empty marker", "other package", "joined again since", "time unknown"],
)
def test_member_of_the_domain_but_not_through_this_package(applied: dict[str, Any] | None) -> None:
    assert "is a member already, but not through this package" in refusal(OFFER, member(MEMBERSHIP, applied))


def test_unknown_join_times_are_not_taken_for_equal() -> None:
    timeless = {key: value for key, value in MEMBERSHIP.items() if key != "join_time"}
    assert "not through this package" in refusal(OFFER, member(timeless, APPLIED | {"join_time": None}))


def test_the_first_cause_is_told() -> None:
    other = dataclasses.replace(OFFER, package_machine_name="BER-LX-002")
    everything = member({"domain_guid": "x"}, None, server_role="active directory domain controller", security="user")
    assert "the package is for BER-LX-002" in refusal(other, everything)
    assert "is a domain controller" in refusal(OFFER, everything)
    assert "security = user" in refusal(OFFER, everything | {"configuration": CONFIGURATION | {"security": "user"}})
    assert "is a member of" in refusal(OFFER, everything | {"configuration": CONFIGURATION})


def test_claims_that_have_expired_matter_only_where_the_package_is_yet_to_be_applied() -> None:
    assert judge(LATE, member(MEMBERSHIP, APPLIED)) == Verdict()
    assert refusal(LATE, member()) == "the sealed package expired"
    assert "domain controller" in refusal(LATE, member(server_role="active directory domain controller"))
