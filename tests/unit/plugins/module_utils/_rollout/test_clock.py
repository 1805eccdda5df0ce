# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine's clock against ours: what a round trip hides, both sides of each tolerance, and what is set then."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import (
    KERBEROS_TOLERANCE,
    TICKS,
    Change,
    Reading,
    change,
    in_words,
    other_source,
    refusal,
    unix_time,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.windows_machines import (
    MEMBER,
    seen,
)
from hypothesis import given
from hypothesis import strategies as st

SECONDS_TO_1970 = 11_644_473_600
NOON = 1_795_262_400.0  # a second of 2026 since 1970
ALONE = seen() | {
    "clock": {
        "time_zone": "W. Europe Standard Time",
        "w32time": {"type": "NTP", "type_from_policy": False, "peers": None},
    }
}
NUMBER = ALONE["identity"]["serial_number"]
# multiples of 1/64 s: exact as floats and as FILETIMEs
EXACT = st.integers(-(2**28), 2**28).map(lambda sixty_fourths: sixty_fourths / 64)
ROUND_TRIP = st.integers(0, 2**16).map(lambda thirty_seconds: thirty_seconds / 32)


def filetime(seconds: float) -> int:
    return round((seconds + SECONDS_TO_1970) * 64) * (TICKS // 64)


def reading(ahead: float, round_trip: float = 0.0) -> Reading:
    """A clock ``ahead`` of the middle between our two looks."""
    return Reading(filetime(NOON + ahead), NOON - round_trip / 2, NOON + round_trip / 2)


class TestTimes:
    def test_a_filetime_counts_from_1601(self) -> None:
        epoch = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
        day = datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC)
        assert (day - epoch).total_seconds() * TICKS == 132_539_328_000_000_000
        assert unix_time(132_539_328_000_000_000) == day.timestamp()
        assert unix_time(0) == epoch.timestamp()
        assert unix_time(116_444_736_000_000_000) == 0.0

    def test_tolerance_is_that_of_kerberos(self) -> None:
        assert KERBEROS_TOLERANCE == 5 * 60


class TestReading:
    @given(EXACT, ROUND_TRIP)
    def test_offset_is_what_the_machine_is_ahead_of_the_middle(self, ahead: float, round_trip: float) -> None:
        seen = reading(ahead, round_trip)
        assert seen.offset == pytest.approx(ahead, abs=1e-5)
        assert seen.uncertainty == round_trip / 2

    @given(EXACT, EXACT, ROUND_TRIP)
    def test_a_shift_of_the_clock_shifts_the_offset(self, ahead: float, shift: float, round_trip: float) -> None:
        seen = reading(ahead, round_trip)
        shifted = Reading(seen.utc + round(shift * TICKS), seen.before, seen.after)
        assert shifted.offset - seen.offset == pytest.approx(shift, abs=1e-5)
        assert shifted.uncertainty == seen.uncertainty

    @given(EXACT, ROUND_TRIP, st.floats(0, 1e6))
    def test_what_is_beyond_for_certain_is_beyond_wherever_the_machine_looked(
        self, ahead: float, round_trip: float, tolerance: float
    ) -> None:
        seen = reading(ahead, round_trip)
        extremes = [unix_time(seen.utc) - ours for ours in (seen.before, seen.after)]
        certain = min(extremes) > tolerance or max(extremes) < -tolerance
        assert seen.beyond(tolerance - 1e-3) or not certain
        assert certain or not seen.beyond(tolerance + 1e-3)

    @pytest.mark.parametrize("direction", [1, -1])
    @pytest.mark.parametrize(
        ("ahead", "round_trip", "beyond"),
        [
            (300.0, 0.0, False),
            (300.5, 0.0, True),
            (301.0, 2.0, False),  # the round trip hides one second
            (301.5, 2.0, True),
            (400.0, 200.0, False),
            (400.5, 200.0, True),
            (0.0, 1000.0, False),
        ],
    )
    def test_both_sides_of_tolerance_and_uncertainty(
        self, ahead: float, round_trip: float, beyond: bool, direction: int
    ) -> None:
        assert reading(direction * ahead, round_trip).beyond(300.0) is beyond


class TestWords:
    @pytest.mark.parametrize(
        ("offset", "words"),
        [
            (0.0, "0 s ahead"),
            (0.4, "0 s ahead"),
            (-0.4, "0 s behind"),
            (0.6, "1 s ahead"),
            (-59.4, "59 s behind"),
            (60.0, "1 min ahead"),
            (200.0, "3 min 20 s ahead"),
            (-3599.0, "59 min 59 s behind"),
            (3600.0, "1 h ahead"),
            (3661.0, "1 h 1 min ahead"),
            (-86399.0, "23 h 59 min behind"),
            (86400.0, "1 d ahead"),
            (-90000.0, "1 d 1 h behind"),
            (86405.0, "1 d 5 s ahead"),
            (-3.15e8, "3645 d 20 h behind"),
        ],
    )
    def test_offset_in_words(self, offset: float, words: str) -> None:
        assert in_words(offset) == words


def following(kind: str | None, policy: bool = False, peers: str | None = None) -> dict[str, Any]:
    """A member whose time service follows something."""
    service = {"type": kind, "type_from_policy": policy, "peers": peers}
    return seen(**MEMBER) | {"clock": {"time_zone": "W. Europe Standard Time", "w32time": service}}


class TestSource:
    @pytest.mark.parametrize(
        ("kind", "peers", "said"),
        [
            ("NT5DS", None, None),
            ("AllSync", "a,0x8", None),
            ("NTP", "a,0x8", "NTP (a,0x8), not the domain"),
            ("NTP", None, "NTP, not the domain"),
            ("NoSync", None, "NoSync, not the domain"),
            (None, None, "nothing, not the domain"),
        ],
    )
    def test_what_it_follows_and_who_says_so(self, kind: str | None, peers: str | None, said: str | None) -> None:
        by_policy, configured = (
            other_source(following(kind, policy, peers)["clock"]["w32time"]) for policy in (True, False)
        )
        assert by_policy == (said and f"a policy lets W32Time follow {said}")
        assert configured == (said and f"W32Time follows {said}")


class TestChange:
    @pytest.mark.parametrize("direction", [1, -1])
    def test_up_to_the_tolerance_a_clock_stays_as_it_is(self, direction: int) -> None:
        assert change(ALONE, direction * 60.0, 60.0, None, from_domain=False) == Change()

    @pytest.mark.parametrize(("offset", "shift"), [(60.5, -605_000_000), (-60.5, 605_000_000)])
    def test_past_the_tolerance_it_is_shifted_back(self, offset: float, shift: int) -> None:
        assert change(ALONE, offset, 60.0, None, from_domain=False) == Change(shift=shift)

    @given(EXACT, ROUND_TRIP, st.floats(0, 1e4))
    def test_what_was_set_needs_no_second_change(self, ahead: float, round_trip: float, tolerance: float) -> None:
        seen = reading(ahead, round_trip)
        wanted = change(ALONE, seen.offset, tolerance, None, from_domain=False)
        assert bool(wanted) is (abs(seen.offset) > tolerance)
        if wanted:
            after = Reading(seen.utc + wanted.shift, seen.before, seen.after)
            assert abs(after.offset) < 1e-5
            assert change(ALONE, after.offset, max(tolerance, 1e-5), None, from_domain=False) == Change()

    @pytest.mark.parametrize("time_zone", [None, "", "W. Europe Standard Time"])
    def test_time_zone_that_stays(self, time_zone: str | None) -> None:
        assert change(ALONE, 0.0, 60.0, time_zone, from_domain=False) == Change()

    def test_time_zone_that_changes(self) -> None:
        assert change(ALONE, 0.0, 60.0, "Romance Standard Time", from_domain=False) == Change(
            time_zone="Romance Standard Time"
        )

    @pytest.mark.parametrize("kind", ["NTP", "NoSync", "", None])
    def test_a_member_is_to_follow_its_domain(self, kind: str | None) -> None:
        assert change(following(kind), 0.0, 60.0, None, from_domain=True) == Change(domain_source=True)

    @pytest.mark.parametrize("policy", [True, False])
    @pytest.mark.parametrize("kind", ["NT5DS", "AllSync"])
    def test_one_that_follows_its_domain_goes_on(self, kind: str, policy: bool) -> None:
        assert change(following(kind, policy), 0.0, 60.0, None, from_domain=True) == Change()

    def test_a_policy_is_not_written_against(self) -> None:
        """What w32tm configures would not count, and each run would configure it again."""
        machine = following("NTP", policy=True)
        assert change(machine, 0.0, 60.0, None, from_domain=True) == Change()
        assert change(machine, 3600.0, 60.0, None, from_domain=True) == Change(shift=-3600 * TICKS)

    def test_who_is_no_member_keeps_its_source(self) -> None:
        assert change(ALONE, 0.0, 60.0, None, from_domain=False) == Change()

    def test_by_our_clock_a_member_is_set_only_where_kerberos_keeps_it_out(self) -> None:
        member, time_zone = following("NTP"), "Romance Standard Time"
        assert change(member, 300.0, 60.0, time_zone, from_domain=False) == Change()
        assert change(member, 301.0, 60.0, time_zone, from_domain=False) == Change(shift=-301 * TICKS)
        assert change(member, 301.0, 400.0, time_zone, from_domain=False) == Change()

    def test_everything_at_once(self) -> None:
        assert change(following("NTP"), 3600.0, 60.0, "Romance Standard Time", from_domain=True) == Change(
            shift=-3600 * TICKS, time_zone="Romance Standard Time", domain_source=True
        )

    @pytest.mark.parametrize(
        ("wanted", "arguments"),
        [
            (Change(), {}),
            (Change(shift=-5), {"shift": -5}),
            (Change(time_zone="UTC"), {"time_zone": "UTC"}),
            (Change(domain_source=True), {"source": "domain", "resync": True}),
            (
                Change(shift=7, time_zone="UTC", domain_source=True),
                {"shift": 7, "time_zone": "UTC", "source": "domain", "resync": True},
            ),
        ],
    )
    def test_only_what_changes_is_asked_of_the_machine(self, wanted: Change, arguments: dict[str, object]) -> None:
        assert wanted.arguments() == arguments

    @pytest.mark.parametrize(
        ("wanted", "before", "after"),
        [
            (Change(), "NT5DS", "clock: 3 min ahead\ntime_zone: W. Europe Standard Time\nsource: NT5DS\n"),
            (Change(shift=-1), "NTP", "clock: 0 s ahead\ntime_zone: W. Europe Standard Time\nsource: NTP (a,0x8)\n"),
            (Change(time_zone="UTC"), "NTP", "clock: 3 min ahead\ntime_zone: UTC\nsource: NTP (a,0x8)\n"),
            (
                Change(domain_source=True),
                "NTP",
                "clock: 3 min ahead\ntime_zone: W. Europe Standard Time\nsource: NT5DS\n",
            ),
        ],
    )
    def test_a_diff_has_a_line_for_whatever_changes(self, wanted: Change, before: str, after: str) -> None:
        was, would_be = wanted.before_and_after(following(before, peers="a,0x8"), 180.0)
        assert was.splitlines()[:2] == ["clock: 3 min ahead", "time_zone: W. Europe Standard Time"]
        assert would_be == after
        assert (was == would_be) is not bool(wanted)


class TestRefusal:
    @pytest.mark.parametrize("domain", [None, "corp.example"])
    @pytest.mark.parametrize("role", [4, 5])
    def test_domain_controller(self, role: int, domain: str | None) -> None:
        """That of the PDC emulator would be the whole domain's time."""
        assert refusal(seen(**MEMBER | {"domain_role": role}), "BER-PC-001", None, domain) == (
            "the machine is a domain controller, whose clock is its domain's; take it out of the inventory"
        )

    @pytest.mark.parametrize("domain", [None, "corp.example"])
    def test_other_serial_number(self, domain: str | None) -> None:
        assert refusal(seen(**MEMBER), "BER-PC-001", "5CG9999ABC", domain) == (
            f"its serial number is {NUMBER}, not 5CG9999ABC; look which machine answers at this address"
        )

    @pytest.mark.parametrize("serial_number", [None, NUMBER, f" {NUMBER.lower()} "])
    def test_before_the_join_it_may_have_any_name(self, serial_number: str | None) -> None:
        machine = seen(active_name="DESKTOP-1", pending_name="DESKTOP-1")
        assert refusal(machine, "BER-PC-001", serial_number, None) is None
        said = refusal(machine, "BER-PC-001", serial_number, "corp.example")
        assert said == "the machine is no member of corp.example, so it cannot follow its clock; join it first"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({}, None),
            ({"active_name": "ber-pc-001", "domain": "CORP.example"}, None),
            ({"domain": "other.example"}, "a member of other.example, not of corp.example; look which machine answers"),
            ({"active_name": "BER-PC-009"}, "is called BER-PC-009, not BER-PC-001; look which machine answers"),
            ({"elevated": False}, "not elevated"),
        ],
    )
    def test_who_follows_the_domain(self, changes: dict[str, Any], words: str | None) -> None:
        said = refusal(seen(**MEMBER | changes), "BER-PC-001", NUMBER, "corp.example")
        assert said is None if words is None else words in str(said)

    def test_a_session_without_rights(self) -> None:
        assert "log in with an account that has an elevated token" in str(
            refusal(seen(elevated=False), "BER-PC-001", None, None)
        )
        left_alone = seen(**MEMBER, elevated=False)
        assert refusal(left_alone, "BER-PC-001", None, None) is None, "nothing is set on it"
