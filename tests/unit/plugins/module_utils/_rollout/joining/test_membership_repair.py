# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a broken membership is repaired: each way, what each needs, and what must not happen to a healthy machine."""

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
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.secure_channel import Fault
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import explain
from hypothesis import given
from hypothesis import strategies as st

NOTHING = Means(login=False, package=False)
LOGIN = dataclasses.replace(NOTHING, login=True)
PACKAGE = dataclasses.replace(NOTHING, package=True)
BOTH = dataclasses.replace(LOGIN, package=True)
EVERY = [NOTHING, LOGIN, PACKAGE, BOTH]
AWAY, DEAD = Fault(explain(1355)), Fault(explain(1789), of_secret=True)
# Netlogon does not run, has no answer, is busy; the clock; a disabled account; a session without rights; unknown
OTHER = [Fault(explain(number)) for number in (1062, 1359, 1717, 1791, 1398, 1331, 740, 4242)]
FAULTS = [AWAY, DEAD, *OTHER]
APPLIED = 134_397_360_000_000_000
JOINED = {"package_sha256": "b" * 64, "applied": APPLIED}
MEMBER = {"domain_role": 1, "part_of_domain": True, "domain": "CORP.example", "pending_join": JOINED}
FOREIGN = MEMBER | {"pending_join": None}  # joined without this collection
NO_MEMBER = {"domain_role": 0, "part_of_domain": False, "domain": "WORKGROUP", "pending_join": None}


ANEW = "issue a new one (prepare with package_issue_regenerate=always, and the machine in package_issue_live_machines)"


def decide(
    fault: Fault,
    means: Means,
    membership: dict[str, Any] | None = None,
    *,
    elevated: bool = True,
    serial_number: str | None = None,
) -> Decision:
    machine = {
        "identity": {"serial_number": "5CG1234XYZ"},
        "membership": membership or MEMBER,
        "security": {"elevated": elevated},
    }
    return membership_repair.decide(fault, machine, "corp.example", means, serial_number)


def refusal(decision: Decision, *, pending: bool = False) -> str:
    assert decision.way is Way.NONE
    assert decision.refusal is not None
    assert decision.pending is pending
    return decision.refusal


@pytest.mark.parametrize("means", [LOGIN, BOTH])
def test_a_login_resets_a_dead_secret(means: Means) -> None:
    assert decide(DEAD, means) == Decision(Way.RESET)


def test_without_a_login_a_package_joins_anew() -> None:
    assert decide(DEAD, PACKAGE) == Decision(Way.REJOIN)


def test_a_dead_secret_without_anything() -> None:
    assert refusal(decide(DEAD, NOTHING)) == (
        "the machine's secret is dead (ERROR_TRUSTED_RELATIONSHIP_FAILURE); set username to a login that may reset "
        "its password, or package to a newly issued one"
    )


@pytest.mark.parametrize("means", [PACKAGE, BOTH])
def test_out_of_reach_the_package_decides(means: Means) -> None:
    assert decide(AWAY, means) == Decision(Way.REJOIN)


@pytest.mark.parametrize("means", [NOTHING, LOGIN])
def test_out_of_reach_nothing_is_known_to_be_broken(means: Means) -> None:
    assert refusal(decide(AWAY, means), pending=True) == (
        "nothing is known to be broken: the domain or its controllers were not found (ERROR_NO_SUCH_DOMAIN); "
        "run again when it sees its domain, or set package to one that was issued since it was joined"
    )


@pytest.mark.parametrize("means", EVERY)
@pytest.mark.parametrize("fault", OTHER)
def test_what_says_nothing_of_the_secret_repairs_nothing(fault: Fault, means: Means) -> None:
    assert refusal(decide(fault, means)) == f"whether the domain accepts it cannot be told: {fault.cause.sentence}"


@pytest.mark.parametrize("means", EVERY)
@pytest.mark.parametrize("membership", [MEMBER, NO_MEMBER])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_session_without_rights_is_told_first(fault: Fault, membership: dict[str, Any], means: Means) -> None:
    assert refusal(decide(fault, means, membership, elevated=False)) == explain(740).sentence


@pytest.mark.parametrize("fault", FAULTS)
class TestMachineThatHasLeft:
    """As a run that was killed between leaving and joining leaves it."""

    @pytest.mark.parametrize("means", [PACKAGE, BOTH])
    def test_a_package_joins_it(self, fault: Fault, means: Means) -> None:
        assert decide(fault, means, NO_MEMBER) == Decision(Way.REJOIN)
        assert judge(OLD, fault, NO_MEMBER) == Decision(Way.REJOIN)

    @pytest.mark.parametrize("means", [NOTHING, LOGIN])
    def test_there_is_no_password_to_reset(self, fault: Fault, means: Means) -> None:
        assert refusal(decide(fault, means, NO_MEMBER)) == (
            "the machine is no member of a domain; set package to a newly issued one"
        )

    def test_a_join_that_waits_for_its_restart(self, fault: Fault) -> None:
        waiting = NO_MEMBER | {"pending_join": JOINED | {"package_sha256": NEW.package_sha256}}
        assert decide(fault, PACKAGE, waiting) == judge(NEW, fault, waiting) == Decision(Way.REJOIN)


@pytest.mark.parametrize("role", [4, 5])
@pytest.mark.parametrize("means", EVERY)
def test_a_domain_controller_is_never_repaired(role: int, means: Means) -> None:
    controller = MEMBER | {"domain_role": role}
    assert refusal(decide(DEAD, means, controller)).startswith("the machine is a domain controller")


@pytest.mark.parametrize("means", EVERY)
def test_another_device_is_left_alone(means: Means) -> None:
    assert refusal(decide(DEAD, means, serial_number="5CG9999ABC")) == (
        "its serial number is 5CG1234XYZ, not 5CG9999ABC; look which machine answers at this address"
    )
    assert decide(DEAD, means, serial_number="5cg1234xyz") == decide(DEAD, means)


@pytest.mark.parametrize("means", EVERY)
def test_a_member_of_another_domain_stays_there(means: Means) -> None:
    """It does not find this domain, which is no reason to take it out of its own."""
    assert refusal(decide(AWAY, means, MEMBER | {"domain": "other.example"})) == (
        "the machine is a member of other.example, not of corp.example; look which machine answers at this address"
    )


@given(st.sampled_from(FAULTS), st.booleans(), st.booleans())
def test_no_way_is_gone_without_its_means(fault: Fault, login: bool, package: bool) -> None:
    decision = decide(fault, Means(login, package))
    assert (decision.refusal is None) is (decision.way is not Way.NONE)
    if decision.way is Way.RESET:
        assert login
        assert fault.of_secret
    if decision.way is Way.REJOIN:
        assert package
        assert fault.of_secret or fault.out_of_reach


OFFER = Offer("ber-pc-001", "BER-PC-001", "corp.example", "CORP", "0", "a" * 64)
NEW = dataclasses.replace(OFFER, password_last_set=APPLIED + 1)
OLD = dataclasses.replace(OFFER, password_last_set=APPLIED)
SAME = dataclasses.replace(NEW, package_sha256=JOINED["package_sha256"])


def judge(offer: Offer | None, fault: Fault, membership: dict[str, Any] | None = None, user: str = "admin") -> Decision:
    return membership_repair.judge_package(offer, fault, membership or MEMBER, "ber-pc-001", user)


class TestDomainOutOfReach:
    """Only a package that was issued since shows that the secret is dead: issuing it has replaced the password."""

    @pytest.mark.parametrize("offer", [NEW, None])
    def test_issued_since(self, offer: Offer | None) -> None:
        assert judge(offer, AWAY) == Decision(Way.REJOIN)

    @pytest.mark.parametrize("user", ["admin", r"CORP\admin"])
    @pytest.mark.parametrize("offer", [OFFER, OLD, SAME])
    def test_a_package_that_proves_nothing(self, offer: Offer, user: str) -> None:
        assert refusal(judge(offer, AWAY, user=user), pending=True).endswith(
            "; run again when it sees its domain, or set package to one that was issued since it was joined"
        )

    @pytest.mark.parametrize("offer", [OFFER, OLD, NEW, None])
    def test_nobody_noted_when_it_was_joined(self, offer: Offer | None) -> None:
        assert refusal(judge(offer, AWAY, FOREIGN), pending=True) == (
            "nothing is known to be broken: the domain or its controllers were not found (ERROR_NO_SUCH_DOMAIN); "
            "run again when it sees its domain"
        )


class TestDeadSecret:
    @pytest.mark.parametrize("membership", [MEMBER, FOREIGN])
    @pytest.mark.parametrize("offer", [OFFER, NEW, None])
    def test_a_package_that_may_be_new(self, offer: Offer | None, membership: dict[str, Any]) -> None:
        assert judge(offer, DEAD, membership) == Decision(Way.REJOIN)

    @pytest.mark.parametrize("offer", [SAME, dataclasses.replace(SAME, password_last_set=None)])
    def test_the_package_that_it_was_joined_with(self, offer: Offer) -> None:
        assert refusal(judge(offer, DEAD)) == f"it was joined with this very package; {ANEW}"

    def test_a_package_of_before_the_join(self) -> None:
        assert refusal(judge(OLD, DEAD)) == f"the package was issued before the machine was joined; {ANEW}"

    @pytest.mark.parametrize("user", [r"CORP\admin", "admin@corp.example", r"OLD-NAME\admin"])
    @pytest.mark.parametrize("offer", [OFFER, NEW, None])
    def test_leaving_must_not_lose_the_only_connection(self, offer: Offer | None, user: str) -> None:
        assert refusal(judge(offer, DEAD, user=user)) == (
            f"Ansible is logged in as {user}, and leaving the domain would lose that connection; "
            r"connect with a local account (.\name), then run again"
        )

    @pytest.mark.parametrize("user", ["", "admin", r".\admin", r"BER-PC-001\admin"])
    def test_a_local_login_may_leave(self, user: str) -> None:
        assert judge(NEW, DEAD, user=user) == Decision(Way.REJOIN)


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
