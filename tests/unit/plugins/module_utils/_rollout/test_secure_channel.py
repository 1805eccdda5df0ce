# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secure channel stands only where every number says so, and the first that does not is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.secure_channel import (
    REPAIR,
    Fault,
    fault,
    out_of_reach,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import (
    STATUS_CODES,
    StatusCode,
    explain,
)
from hypothesis import given
from hypothesis import strategies as st

STATUS = st.sampled_from([0, 0, 5, 1311, 1355, 1787, 1789])
# NETLOGON_VERIFY_STATUS_RETURNED among others: replication, HAS_IP, HAS_TIMESERV
RETURNED = [0x80, 0xB0, 0x81]
NOT_RETURNED = [0, 0x30, 0x7F, 0x100]


def channel(locator: int = 0, **members: int) -> dict[str, Any]:
    return {
        "locator": {"status": locator},
        "channel": {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0} | members,
    }


def failure(seen: dict[str, Any]) -> StatusCode | None:
    found = fault(seen)
    return None if found is None else found.cause


@pytest.mark.parametrize("flags", RETURNED + NOT_RETURNED)
def test_it_stands_where_nothing_failed(flags: int) -> None:
    assert failure(channel(flags=flags)) is None


@pytest.mark.parametrize("flags", RETURNED)
def test_connection_status_tells_of_the_trust_where_the_flag_says_so(flags: int) -> None:
    assert failure(channel(flags=flags, connection_status=1789)) == explain(1789)


@pytest.mark.parametrize("flags", NOT_RETURNED)
def test_without_the_flag_it_tells_nothing(flags: int) -> None:
    assert failure(channel(flags=flags, connection_status=1789)) is None
    assert failure(channel(flags=flags, connection_status=1789, channel_status=1787)) == explain(1787)


@pytest.mark.parametrize("flags", RETURNED + NOT_RETURNED)
@pytest.mark.parametrize("where", ["verify_status", "channel_status"])
def test_other_statuses_count_whatever_the_flags_say(where: str, flags: int) -> None:
    assert failure(channel(flags=flags, **{where: 1787})) == explain(1787)


def test_the_first_cause_is_told() -> None:
    statuses = {"channel_status": 1311}
    assert failure(channel(**statuses)) == explain(1311)
    statuses["connection_status"] = 1789
    assert failure(channel(**statuses)) == explain(1789)
    statuses["verify_status"] = 1062
    assert failure(channel(**statuses)) == explain(1062)
    assert failure(channel(1355, **statuses)) == explain(1355)


@given(STATUS, STATUS, STATUS, STATUS)
def test_no_failure_goes_unnoticed(locator: int, verify: int, connection: int, tc: int) -> None:
    found = failure(channel(locator, verify_status=verify, connection_status=connection, channel_status=tc))
    assert (found is None) is (not (locator or verify or connection or tc))


def test_hresult_is_understood() -> None:
    assert failure(channel(verify_status=0x80070000 | 1789)) == explain(1789)


def test_only_an_absent_domain_controller_is_out_of_reach() -> None:
    assert {number for number, code in STATUS_CODES.items() if out_of_reach(code)} == {
        53, 64, 121, 1225, 1231, 1232, 1311, 1355, 1460, 1703, 1722, 1726, 1727, 1753, 1908,
    }  # fmt: skip
    assert not out_of_reach(explain(4242))
    assert Fault(explain(1311)).out_of_reach
    assert not Fault(explain(1789), of_secret=True).out_of_reach


@pytest.mark.parametrize("where", ["verify_status", "connection_status", "channel_status"])
def test_few_numbers_speak_of_the_secret(where: str) -> None:
    """Any other is no reason to replace it: a service that does not run, a clock, a disabled account, an unknown."""
    of_secret = {
        number
        for number in (*STATUS_CODES, 86, 4242)
        if number and getattr(fault(channel(**{where: number})), "of_secret", None)
    }
    assert of_secret - {5} == {1326, 1786, 1787, 1788, 1789}
    assert (5 in of_secret) is (where != "verify_status")


def test_without_a_domain_controller_nothing_speaks_of_it() -> None:
    for number in (5, 1787, 1789):
        assert fault(channel(number, verify_status=1789, channel_status=1789)) == Fault(explain(number))


@pytest.mark.parametrize("where", ["connection_status", "channel_status"])
@pytest.mark.parametrize("status", [5, 0x80070005])
def test_the_domain_controller_refuses_the_machine(where: str, status: int) -> None:
    refused = StatusCode(5, "ERROR_ACCESS_DENIED", "the domain refuses the machine's secret", REPAIR)
    assert fault(channel(**{where: status})) == Fault(refused, of_secret=True)


@pytest.mark.parametrize("status", [5, 0x80070005])
def test_the_machine_refuses_a_session_without_rights(status: int) -> None:
    """I_NetLogonControl2 itself answers so where the caller is no administrator."""
    assert fault(channel(verify_status=status)) == Fault(explain(740))
