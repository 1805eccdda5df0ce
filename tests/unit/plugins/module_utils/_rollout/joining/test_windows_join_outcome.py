# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a member that another package joined, and of a machine after its restart."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.windows_join import (
    Verdict,
    judge_channel,
    judge_restart,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import NEW_PACKAGE
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.windows_machines import (
    MEMBER,
    OFFER,
    seen,
)

NOT_TAKEN = "the package was applied, but the restart did not make the machine a member: "
DEAD = "repair the membership (role membership_repair)"


def answer(locator: int = 0, **channel: int) -> dict[str, Any]:
    return {
        "locator": {"status": locator},
        "channel": {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0} | channel,
    }


def refused(found: dict[str, Any], *, pending: bool = False) -> str:
    verdict = judge_channel(OFFER, found)
    assert verdict.pending is pending
    assert verdict.refusal is not None
    return verdict.refusal


class TestChannel:
    def test_a_channel_that_stands(self) -> None:
        assert judge_channel(OFFER, answer()) == Verdict()

    @pytest.mark.parametrize("status", [1789, 1787, 1326, 5])
    def test_dead_package(self, status: int) -> None:
        said = refused(answer(connection_status=status))
        assert said.startswith("joined with a dead package: ")
        assert said.endswith(f"; {DEAD}")

    def test_dead_package_says_why(self) -> None:
        assert refused(answer(channel_status=1789)) == (
            f"joined with a dead package: the machine's secret is dead (ERROR_TRUSTED_RELATIONSHIP_FAILURE); {DEAD}"
        )

    @pytest.mark.parametrize(
        "found", [answer(1355), answer(verify_status=1355), answer(1355, verify_status=1789, channel_status=1789)]
    )
    def test_domain_out_of_reach_says_nothing_of_the_package(self, found: dict[str, Any]) -> None:
        """As with a machine that an answer file joined, before its network is there."""
        assert refused(found, pending=True) == (
            "a member of corp.example already, and whether the domain accepts it cannot be told: the domain or its "
            "controllers were not found (ERROR_NO_SUCH_DOMAIN); run again when it sees its domain"
        )

    @pytest.mark.parametrize(
        ("found", "end"),
        [
            (answer(verify_status=5), "the session is not elevated (ERROR_ELEVATION_REQUIRED); log in with"),
            (
                answer(verify_status=1062),
                "the service Netlogon does not run (ERROR_SERVICE_NOT_ACTIVE); start Netlogon",
            ),
            (answer(channel_status=1398), "more than Kerberos accepts (ERROR_TIME_SKEW); set the clock"),
            (answer(connection_status=1331), "the account is disabled (ERROR_ACCOUNT_DISABLED); find out who"),
        ],
    )
    def test_what_says_nothing_of_the_package_keeps_its_remedy(self, found: dict[str, Any], end: str) -> None:
        said = refused(found)
        assert "cannot be told" in said
        assert end in said
        assert DEAD not in said

    @pytest.mark.parametrize("status", [5, 87, 1789])
    def test_without_a_domain_controller_nothing_can_be_told_whatever_the_locator_says(self, status: int) -> None:
        assert "cannot be told" in refused(answer(status))


def event(number: int, status: int | None) -> dict[str, Any]:
    return {"id": number, "time": 0, "status": status}


class TestRestart:
    @pytest.mark.parametrize("names", [{}, {"domain": "CORP.EXAMPLE", "active_name": "ber-pc-001"}])
    @pytest.mark.parametrize("events", [[], [event(4099, 2715)]])
    def test_a_member_under_its_name(self, names: dict[str, str], events: list[dict[str, Any]]) -> None:
        assert judge_restart(OFFER, seen(**MEMBER | names), events) is None

    def test_a_member_under_another_name(self) -> None:
        assert judge_restart(OFFER, seen(**MEMBER, active_name="DESKTOP-1"), [event(4099, 2715)]) == (
            f"joined, but under the name DESKTOP-1; look who renamed it, then {DEAD}"
        )

    def test_the_name_alone_is_what_the_package_has(self) -> None:
        """With another name in the inventory a package would not have been applied."""
        other = dataclasses.replace(OFFER, machine_name="something else")
        assert judge_restart(other, seen(**MEMBER), []) is None

    @pytest.mark.parametrize(
        "membership", [{}, MEMBER | {"domain": "other.example"}, {"domain": "corp.example"}], ids=str
    )
    def test_no_member_of_the_domain(self, membership: dict[str, Any]) -> None:
        """A workgroup may have the name of a domain."""
        machine = seen(**membership)
        assert judge_restart(OFFER, machine, []) == NOT_TAKEN + NEW_PACKAGE
        assert judge_restart(OFFER, machine, [event(4099, 2710)]) == (
            NOT_TAKEN + "the prepared join is damaged (NERR_BadOfflineJoinInfo, 2710); " + NEW_PACKAGE
        )

    def test_only_the_newest_event_is_told(self) -> None:
        old = judge_restart(OFFER, seen(), [event(4098, 0), event(4099, 2716)])
        assert old == NOT_TAKEN + NEW_PACKAGE
        events = [event(4099, 2716), event(4099, 2710)]
        said = judge_restart(OFFER, seen(), events)
        assert said is not None
        assert said.startswith(NOT_TAKEN + "the machine was renamed after the apply")

    @pytest.mark.parametrize("events", [[event(4098, None)], [event(4099, 0)], [event(4098, None), event(4098, 0)]])
    def test_events_that_say_nothing(self, events: list[dict[str, Any]]) -> None:
        assert judge_restart(OFFER, seen(), events) == NOT_TAKEN + NEW_PACKAGE
