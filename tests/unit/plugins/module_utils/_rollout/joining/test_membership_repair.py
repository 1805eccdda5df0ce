# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a broken membership is repaired: each way, what each needs, and what must not happen to the connection."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import membership_repair
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.membership_repair import (
    Decision,
    Means,
    Way,
    misfit,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from hypothesis import given
from hypothesis import strategies as st

NOTHING = Means(login=False, package=False, user="Administrator")
LOGIN = dataclasses.replace(NOTHING, login=True)
PACKAGE = dataclasses.replace(NOTHING, package=True)
BOTH = dataclasses.replace(LOGIN, package=True)
LOCAL = ["Administrator", r".\Administrator", "", "."]
OF_DOMAIN = [r"CORP\admin", "admin@corp.example", r"\admin", r".\admin@corp.example"]
OUT_OF_REACH = [53, 1231, 1311, 1355, 1703, 1722]
IN_REACH = [5, 1326, 1398, 1787, 1788, 1789, 4242]
MEMBER = {"domain_role": 1, "part_of_domain": True, "domain": "CORP.example"}
NO_MEMBER = {"domain_role": 0, "part_of_domain": False, "domain": "WORKGROUP"}
# Netlogon does not run in a workgroup: ERROR_SERVICE_NOT_ACTIVE, RPC_S_UNKNOWN_IF
NO_NETLOGON = [1062, 1717]


def seen(locator: int = 0, **channel: int) -> dict[str, Any]:
    return {
        "locator": {"status": locator},
        "channel": {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0} | channel,
    }


def decide(found: dict[str, Any], means: Means, membership: dict[str, Any] | None = None) -> Decision:
    return membership_repair.decide(found, membership or MEMBER, "corp.example", means)


def refusal(found: dict[str, Any], means: Means, membership: dict[str, Any] | None = None) -> str:
    decision = decide(found, means, membership)
    assert decision.way is Way.NONE
    assert decision.refusal is not None
    return decision.refusal


@pytest.mark.parametrize("user", LOCAL + OF_DOMAIN)
@pytest.mark.parametrize("means", [NOTHING, LOGIN, PACKAGE, BOTH])
def test_a_channel_that_stands_is_left_alone(means: Means, user: str) -> None:
    assert decide(seen(), dataclasses.replace(means, user=user)) == Decision(Way.NONE)


@pytest.mark.parametrize("status", IN_REACH)
@pytest.mark.parametrize("means", [LOGIN, BOTH])
@pytest.mark.parametrize("user", LOCAL + OF_DOMAIN)
def test_in_reach_a_login_resets_the_password(status: int, means: Means, user: str) -> None:
    """Nobody leaves a domain here, so it does not matter as whom Ansible is logged in."""
    means = dataclasses.replace(means, user=user)
    assert decide(seen(connection_status=status), means) == Decision(Way.RESET)


@pytest.mark.parametrize("status", IN_REACH + OUT_OF_REACH)
def test_without_a_login_a_package_joins_anew(status: int) -> None:
    assert decide(seen(verify_status=status), PACKAGE) == Decision(Way.REJOIN)


@pytest.mark.parametrize("found", [*(seen(verify_status=status) for status in OUT_OF_REACH), seen(1355), seen(5)])
@pytest.mark.parametrize("means", [PACKAGE, BOTH])
def test_out_of_reach_only_a_package_helps(found: dict[str, Any], means: Means) -> None:
    assert decide(found, means) == Decision(Way.REJOIN)


@pytest.mark.parametrize("means", [NOTHING, LOGIN])
@pytest.mark.parametrize("found", [seen(1355), seen(verify_status=1355)])
def test_out_of_reach_without_a_package(found: dict[str, Any], means: Means) -> None:
    assert refusal(found, means) == (
        "the domain or its controllers were not found (ERROR_NO_SUCH_DOMAIN); "
        "give a new package (package), because no domain controller answers"
    )


def test_in_reach_without_anything() -> None:
    assert refusal(seen(channel_status=1789), NOTHING) == (
        "the machine's secret is dead (ERROR_TRUSTED_RELATIONSHIP_FAILURE); "
        "give a login that may reset its password (username), or a new package (package)"
    )


def test_a_domain_controller_that_is_not_found_is_told_before_the_channel() -> None:
    found = seen(1355, verify_status=1789, connection_status=1789)
    assert "ERROR_NO_SUCH_DOMAIN" in refusal(found, NOTHING)
    assert decide(found, BOTH).way is Way.REJOIN


@pytest.mark.parametrize("user", OF_DOMAIN)
def test_leaving_must_not_lose_the_only_connection(user: str) -> None:
    assert refusal(seen(verify_status=1789), dataclasses.replace(PACKAGE, user=user)) == (
        f"Ansible is logged in as {user}, and leaving the domain would lose that connection; "
        r"connect with a local account (.\name), then run again"
    )


@pytest.mark.parametrize("user", LOCAL)
def test_a_local_login_may_leave(user: str) -> None:
    assert decide(seen(verify_status=1789), dataclasses.replace(PACKAGE, user=user)) == Decision(Way.REJOIN)


def test_what_is_missing_is_told_before_what_would_be_lost() -> None:
    assert "give a new package" in refusal(seen(1355), dataclasses.replace(NOTHING, user=r"CORP\admin"))


@pytest.mark.parametrize("status", NO_NETLOGON + OUT_OF_REACH)
@pytest.mark.parametrize("locator", [0, 1355])
class TestMachineThatHasLeft:
    """As a run that was killed between leaving and joining leaves it."""

    @pytest.mark.parametrize("means", [PACKAGE, BOTH])
    def test_a_package_joins_it(self, locator: int, status: int, means: Means) -> None:
        assert decide(seen(locator, verify_status=status), means, NO_MEMBER) == Decision(Way.REJOIN)

    @pytest.mark.parametrize("means", [NOTHING, LOGIN])
    def test_there_is_no_password_to_reset(self, locator: int, status: int, means: Means) -> None:
        assert refusal(seen(locator, verify_status=status), means, NO_MEMBER) == (
            "the machine is no member of a domain; give a new package (package)"
        )


@pytest.mark.parametrize("role", [4, 5])
@pytest.mark.parametrize("means", [NOTHING, LOGIN, PACKAGE, BOTH])
def test_a_domain_controller_is_never_repaired(role: int, means: Means) -> None:
    controller = MEMBER | {"domain_role": role}
    assert refusal(seen(verify_status=1789), means, controller).startswith("the machine is a domain controller")


@pytest.mark.parametrize("means", [NOTHING, LOGIN, PACKAGE, BOTH])
def test_a_member_of_another_domain_stays_there(means: Means) -> None:
    """It does not find this domain, which is no reason to take it out of its own."""
    elsewhere = MEMBER | {"domain": "other.example"}
    assert refusal(seen(1355), means, elsewhere) == (
        "the machine is a member of other.example, not of corp.example; look which machine answers at this address"
    )


@given(
    st.sampled_from([0, *OUT_OF_REACH, 5]),
    st.sampled_from([0, *IN_REACH, *OUT_OF_REACH]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(LOCAL + OF_DOMAIN),
)
def test_no_way_is_gone_without_its_means(locator: int, status: int, login: bool, package: bool, user: str) -> None:
    decision = decide(seen(locator, verify_status=status), Means(login, package, user))
    assert (decision == Decision()) is (locator == status == 0)
    assert decision.refusal is None or decision.way is Way.NONE
    if decision.way is Way.RESET:
        assert login
        assert locator == 0
        assert status not in OUT_OF_REACH
    if decision.way is Way.REJOIN:
        assert package
        assert user in LOCAL


OFFER = Offer("ber-pc-001", "BER-PC-001", "corp.example", "CORP", "0", "a" * 64)


@pytest.mark.parametrize("domain", ["corp.example", "CORP.Example"])
def test_package_that_brings_the_machine_back(domain: str) -> None:
    assert misfit(OFFER, domain) is None


@pytest.mark.parametrize("domain", ["other.example", "CORP", "example"])
def test_package_for_another_domain(domain: str) -> None:
    assert misfit(OFFER, domain) == (
        f"the package is for corp.example, not for {domain}; look which file package names"
    )


@pytest.mark.parametrize("domain", ["corp.example", "other.example"])
def test_package_for_another_machine_is_told_first(domain: str) -> None:
    other = dataclasses.replace(OFFER, package_machine_name="BER-PC-002")
    assert other.misdirected() is not None
    assert misfit(other, domain) == other.misdirected()
