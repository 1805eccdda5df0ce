# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement before a package is handed to Windows: each reason to refuse, each step, and their order."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.windows_join import (
    Step,
    Verdict,
    judge,
    judge_rejoin,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import NEW_PACKAGE
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.windows_machines import (
    EARLIER,
    MEMBER,
    OFFER,
    OTHERS,
    PENDING,
    clock,
    seen,
)

WAITS = "was applied and waits for a restart; restart the machine, then run again"
NOT_TAKEN = "the package was applied, but the restart did not make the machine a member: "


def verdict(
    machine: dict[str, Any], offer: Offer = OFFER, reading: Reading | None = None, follow_package: bool = False
) -> Verdict:
    return judge(offer, machine, reading or clock(), follow_package=follow_package)


def refusal(machine: dict[str, Any], **given: Any) -> str:
    found = verdict(machine, **given)
    assert found.step is Step.NOTHING
    assert found.refusal is not None
    return found.refusal


class TestRightMachine:
    def test_a_machine_that_is_no_member_gets_its_package(self) -> None:
        assert verdict(seen()) == Verdict(Step.APPLY)

    def test_package_of_another_machine(self) -> None:
        other = dataclasses.replace(OFFER, package_machine_name="BER-PC-002")
        assert refusal(seen(active_name="BER-PC-002", pending_name="BER-PC-002"), offer=other) == other.misdirected()

    @pytest.mark.parametrize("role", [4, 5])
    @pytest.mark.parametrize("membership", [{}, {"part_of_domain": True, "domain": "corp.example"}])
    def test_domain_controller(self, role: int, membership: dict[str, Any]) -> None:
        assert refusal(seen(**membership, domain_role=role)) == (
            "the machine is a domain controller, and joining would destroy it; take it out of the inventory"
        )

    @pytest.mark.parametrize("role", [0, 2])
    def test_workstations_and_servers_join(self, role: int) -> None:
        assert verdict(seen(domain_role=role)).step is Step.APPLY

    def test_other_serial_number(self) -> None:
        assert refusal(seen(serial_number="5CG9999ABC")) == (
            "its serial number is 5CG9999ABC, not 5CG1234XYZ; look which machine answers at this address"
        )

    @pytest.mark.parametrize("serial_number", ["5CG1234XYZ", "5cg1234xyz", " 5CG1234XYZ ", "", None])
    def test_serial_number_that_is_the_same_or_not_told(self, serial_number: str | None) -> None:
        assert verdict(seen(serial_number=serial_number)).step is Step.APPLY

    @pytest.mark.parametrize("serial_number", [" 5cg1234xyz", "", None])
    def test_serial_number_that_the_inventory_has_otherwise_or_not(self, serial_number: str | None) -> None:
        assert verdict(seen(), dataclasses.replace(OFFER, serial_number=serial_number)).step is Step.APPLY


class TestMember:
    @pytest.mark.parametrize("pending", [None, PENDING])
    def test_of_another_domain(self, pending: Any) -> None:
        machine = seen(**MEMBER | {"domain": "other.example"}, pending_join=pending)
        assert refusal(machine) == "the machine is a member of other.example; leave it first"

    @pytest.mark.parametrize("pending", [None, PENDING])
    def test_under_another_name(self, pending: Any) -> None:
        machine = seen(**MEMBER, active_name="BER-PC-009", pending_join=pending)
        assert refusal(machine, follow_package=True) == (
            "the machine is a member of corp.example already, as BER-PC-009; look which machine it is"
        )

    @pytest.mark.parametrize("start", [{}, EARLIER], ids=["this start", "earlier"])
    @pytest.mark.parametrize("names", [{}, {"domain": "CORP.EXAMPLE", "active_name": "ber-pc-001"}])
    def test_through_this_very_package_stays_as_it_is(self, names: dict[str, str], start: dict[str, int]) -> None:
        machine = seen(**MEMBER | names, pending_join=PENDING | start)
        assert verdict(machine) == Verdict(Step.NOTHING)

    @pytest.mark.parametrize("pending", [None, PENDING | OTHERS], ids=["no marker", "other package"])
    def test_through_something_else_is_asked_about(self, pending: Any) -> None:
        assert verdict(seen(**MEMBER, pending_join=pending)) == Verdict(Step.ASK_DOMAIN)

    def test_nothing_that_hinders_a_join_matters_any_more(self) -> None:
        machine = seen(**MEMBER, sku=101, entra_join_type=1, elevated=False, pending_name="OTHER")
        assert verdict(machine, reading=clock(9999)) == Verdict(Step.ASK_DOMAIN)


class TestPending:
    @pytest.mark.parametrize("status", [0, 2713])
    def test_this_package_waits_for_its_restart(self, status: int) -> None:
        machine = seen(pending_join=PENDING | {"status": status})
        assert verdict(machine) == Verdict(Step.RESTART)

    def test_what_else_is_wrong_is_no_reason_not_to_restart(self) -> None:
        machine = seen(pending_join=PENDING, elevated=False, pending_name="OTHER", sku=101, entra_join_type=1)
        assert verdict(machine, reading=clock(9999)) == Verdict(Step.RESTART)

    def test_another_package_waits(self) -> None:
        assert refusal(seen(pending_join=PENDING | OTHERS)) == (
            f"another package, for BER-PC-009 in other.example, {WAITS}"
        )

    @pytest.mark.parametrize("start", [{}, EARLIER], ids=["this start", "earlier"])
    @pytest.mark.parametrize("whose", [{}, OTHERS])
    def test_nobody_knows_whether_the_call_came_to_its_end(self, whose: dict[str, str], start: dict[str, int]) -> None:
        """Killed between marker and call: the package is handed over again."""
        machine = seen(pending_join=PENDING | whose | start | {"status": None})
        assert verdict(machine) == Verdict(Step.APPLY)
        assert "domain controller" in refusal(machine | {"membership": machine["membership"] | {"domain_role": 4}})

    @pytest.mark.parametrize("status", [0, 2713])
    def test_restarted_since_and_no_member(self, status: int) -> None:
        machine = seen(pending_join=PENDING | EARLIER | {"status": status})
        assert refusal(machine) == NOT_TAKEN + NEW_PACKAGE

    def test_another_package_that_was_not_taken_does_not_matter(self) -> None:
        machine = seen(pending_join=PENDING | OTHERS | EARLIER)
        assert verdict(machine) == Verdict(Step.APPLY)
        assert "is not elevated" in refusal(machine | {"security": {"elevated": False}})


class TestUntimely:
    """The claims of a package may have expired once it has done its work."""

    LATE = dataclasses.replace(OFFER, untimely="the sealed package expired")

    @pytest.mark.parametrize("found", [{}, {"pending_join": PENDING | {"status": None}}, {"sku": 101}])
    def test_it_is_not_applied_any_more(self, found: dict[str, Any]) -> None:
        assert refusal(seen(**found), offer=self.LATE) == "the sealed package expired"
        assert judge_rejoin(self.LATE, seen(**MEMBER), clock()) == "the sealed package expired"

    @pytest.mark.parametrize(
        ("found", "step"),
        [
            (MEMBER | {"pending_join": PENDING}, Step.NOTHING),
            (MEMBER, Step.ASK_DOMAIN),
            ({"pending_join": PENDING}, Step.RESTART),
        ],
    )
    def test_where_it_was_applied_it_is_no_matter(self, found: dict[str, Any], step: Step) -> None:
        assert verdict(seen(**found), self.LATE) == Verdict(step)

    def test_another_machine_is_told_first(self) -> None:
        assert "domain controller" in refusal(seen(domain_role=4), offer=self.LATE)


class TestEdition:
    @pytest.mark.parametrize("sku", [101, 100, 11])
    @pytest.mark.parametrize("directaccess", [True, False])
    def test_home(self, sku: int, directaccess: bool) -> None:
        offer = dataclasses.replace(OFFER, directaccess=directaccess)
        assert refusal(seen(sku=sku), offer=offer) == (
            f"this edition of Windows (SKU {sku}) cannot join a domain; upgrade it to Pro, Enterprise or Education"
        )

    @pytest.mark.parametrize(("sku", "product_type"), [(4, 1), (121, 1), (178, 1), (7, 3), (79, 3)])
    def test_others_and_those_that_nobody_knows(self, sku: int, product_type: int) -> None:
        assert verdict(seen(sku=sku, product_type=product_type)).step is Step.APPLY

    @pytest.mark.parametrize("sku", [48, 161, 178])
    def test_directaccess_on_an_edition_without_it(self, sku: int) -> None:
        assert refusal(seen(sku=sku), offer=dataclasses.replace(OFFER, directaccess=True)) == (
            f"the package brings DirectAccess policies, and this edition of Windows (SKU {sku}) has no DirectAccess; "
            "upgrade it to Enterprise or Education, or issue a package without them"
        )

    @pytest.mark.parametrize(("sku", "product_type"), [(4, 1), (121, 1), (7, 3), (48, 3)])
    def test_directaccess_where_it_is(self, sku: int, product_type: int) -> None:
        machine = seen(sku=sku, product_type=product_type)
        assert verdict(machine, dataclasses.replace(OFFER, directaccess=True)).step is Step.APPLY

    def test_joined_to_entra_id(self) -> None:
        assert refusal(seen(entra_join_type=1)) == (
            "the machine is joined to Entra ID (NERR_AlreadyCloudDomainJoined, 2700); run dsregcmd /leave on it first"
        )

    @pytest.mark.parametrize("join_type", [0, 2, None])
    def test_a_work_account_is_no_device_join(self, join_type: int | None) -> None:
        assert verdict(seen(entra_join_type=join_type)).step is Step.APPLY


class TestState:
    def test_session_that_is_not_elevated(self) -> None:
        said = refusal(seen(elevated=False))
        assert said.startswith("the session is not elevated (ERROR_ELEVATION_REQUIRED, 740); ")
        assert "LocalAccountTokenFilterPolicy = 1" in said

    @pytest.mark.parametrize("follow_package", [True, False])
    @pytest.mark.parametrize(("active", "pending"), [("BER-PC-001", "NEW"), ("OLD", "BER-PC-001"), ("OLD", "NEW")])
    def test_new_name_that_waits(self, active: str, pending: str, follow_package: bool) -> None:
        machine = seen(active_name=active, pending_name=pending)
        assert refusal(machine, follow_package=follow_package) == (
            f"its new name {pending} waits for a restart; restart the machine, then run again"
        )

    def test_other_name_than_the_package(self) -> None:
        machine = seen(active_name="DESKTOP-1", pending_name="DESKTOP-1")
        assert refusal(machine) == (
            "the machine is called DESKTOP-1; rename it, or let it follow the package (rename: follow_package)"
        )
        assert verdict(machine, follow_package=True) == Verdict(Step.APPLY)

    def test_case_of_names_does_not_matter(self) -> None:
        assert verdict(seen(active_name="ber-pc-001", pending_name="Ber-Pc-001")) == Verdict(Step.APPLY)

    @pytest.mark.parametrize(
        ("ahead", "words"), [(400.0, "6 min 40 s ahead"), (-400.0, "6 min 40 s behind"), (86400.0, "1 d ahead")]
    )
    def test_clock(self, ahead: float, words: str) -> None:
        assert refusal(seen(), reading=clock(ahead)) == (
            f"its clock is {words}, more than Kerberos accepts; set it first (role clock_sync)"
        )

    def test_a_clock_that_would_be_set_by_then(self) -> None:
        assert judge(OFFER, seen(), None, follow_package=False) == Verdict(Step.APPLY)
        said = judge(OFFER, seen(elevated=False), None, follow_package=False).refusal
        assert "not elevated" in str(said), "of the rest, nothing is passed over"

    @pytest.mark.parametrize(
        ("ahead", "round_trip", "step"),
        [
            (300.0, 0.0, Step.APPLY),
            (-300.0, 0.0, Step.APPLY),
            (300.5, 0.0, Step.NOTHING),
            (-300.5, 0.0, Step.NOTHING),
            (310.0, 20.0, Step.APPLY),
            (310.5, 20.0, Step.NOTHING),
        ],
    )
    def test_both_sides_of_what_kerberos_accepts(self, ahead: float, round_trip: float, step: Step) -> None:
        assert verdict(seen(), reading=clock(ahead, round_trip)).step is step


class TestOrder:
    def test_the_first_cause_is_told(self) -> None:
        """Everything is wrong at once; what is told is put right, and the next cause is told."""
        broken: dict[str, Any] = {
            "domain_role": 5,
            "part_of_domain": True,
            "domain": "other.example",
            "serial_number": "OTHER",
            "active_name": "BER-PC-009",
            "pending_name": "BER-PC-010",
            "pending_join": PENDING | OTHERS,
            "sku": 101,
            "entra_join_type": 1,
            "elevated": False,
        }
        wrong = dataclasses.replace(OFFER, package_machine_name="BER-PC-002", directaccess=True)
        ladder: list[tuple[str, dict[str, Any]]] = [
            ("is a domain controller", {"domain_role": 1}),
            ("its serial number is OTHER", {"serial_number": "5CG1234XYZ"}),
            ("is a member of other.example", {"domain": "corp.example"}),
            ("already, as BER-PC-009", {"domain_role": 0, "part_of_domain": False, "domain": "WORKGROUP"}),
            ("another package, for BER-PC-009", {"pending_join": PENDING | EARLIER}),
            ("did not make the machine a member", {"pending_join": None}),
            ("(SKU 101) cannot join", {"sku": 48}),
            ("(SKU 48) has no DirectAccess", {"sku": 4}),
            ("joined to Entra ID", {"entra_join_type": 0}),
            ("not elevated", {"elevated": True}),
            ("its new name BER-PC-010 waits", {"pending_name": "BER-PC-009"}),
            ("is called BER-PC-009", {"active_name": "BER-PC-001", "pending_name": "BER-PC-001"}),
        ]
        late = clock(-86400)
        assert "the package is for BER-PC-002" in refusal(seen(**broken), offer=wrong, reading=late)
        offer = dataclasses.replace(wrong, package_machine_name="BER-PC-001")
        for words, remedy in ladder:
            assert words in refusal(seen(**broken), offer=offer, reading=late)
            broken |= remedy
        assert "its clock is 1 d behind" in refusal(seen(**broken), offer=offer, reading=late)
        assert verdict(seen(**broken), offer) == Verdict(Step.APPLY)


class TestRejoin:
    """Before a member leaves its domain: what would keep it from coming back."""

    def test_a_member_that_can_take_the_package(self) -> None:
        assert judge_rejoin(OFFER, seen(**MEMBER), clock()) is None

    def test_its_name_and_its_domain_do_not_matter(self) -> None:
        machine = seen(**MEMBER | {"domain": "other.example"}, active_name="OLD", pending_name="OLD")
        assert judge_rejoin(OFFER, machine, clock()) is None

    def test_package_of_another_machine(self) -> None:
        other = dataclasses.replace(OFFER, package_machine_name="BER-PC-002")
        assert judge_rejoin(other, seen(**MEMBER), clock()) == other.misdirected()

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"domain_role": 5}, "is a domain controller"),
            ({"serial_number": "OTHER"}, "its serial number is OTHER"),
            ({"sku": 101}, "(SKU 101) cannot join"),
            ({"entra_join_type": 1}, "joined to Entra ID"),
            ({"elevated": False}, "not elevated"),
            ({"pending_name": "NEW"}, "its new name NEW waits"),
        ],
    )
    def test_what_would_keep_it_out(self, wrong: dict[str, Any], words: str) -> None:
        said = judge_rejoin(OFFER, seen(**MEMBER | wrong), clock())
        assert said is not None
        assert words in said

    def test_clock(self) -> None:
        """The role that would set it leaves a member's clock to its domain."""
        assert judge_rejoin(OFFER, seen(**MEMBER), clock(-86400)) == (
            "its clock is 1 d behind, more than Kerberos accepts; set it first (by hand)"
        )
