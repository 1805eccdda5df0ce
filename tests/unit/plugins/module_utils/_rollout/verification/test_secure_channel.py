# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secure channel stands only where every number says so, and the first that does not is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import STATUS_CODES, explain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.secure_channel import (
    failure,
    out_of_reach,
)
from hypothesis import given
from hypothesis import strategies as st

STATUS = st.sampled_from([0, 0, 5, 1311, 1355, 1787, 1789])
# NETLOGON_VERIFY_STATUS_RETURNED among others: replication, HAS_IP, HAS_TIMESERV
RETURNED = [0x80, 0xB0, 0x81]
NOT_RETURNED = [0, 0x30, 0x7F, 0x100]


def channel(**members: int) -> dict[str, Any]:
    return {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0} | members


@pytest.mark.parametrize("flags", RETURNED + NOT_RETURNED)
def test_it_stands_where_nothing_failed(flags: int) -> None:
    assert failure(channel(flags=flags)) is None


@pytest.mark.parametrize("flags", RETURNED)
def test_connection_status_tells_of_the_trust_where_the_flag_says_so(flags: int) -> None:
    assert failure(channel(flags=flags, connection_status=1789)) == explain(1789)


@pytest.mark.parametrize("flags", NOT_RETURNED)
def test_without_the_flag_it_tells_nothing(flags: int) -> None:
    assert failure(channel(flags=flags, connection_status=1789)) is None
    assert failure(channel(flags=flags, connection_status=1789, channel_status=5)) == explain(5)


@pytest.mark.parametrize("flags", RETURNED + NOT_RETURNED)
@pytest.mark.parametrize("where", ["verify_status", "channel_status"])
def test_other_statuses_count_whatever_the_flags_say(where: str, flags: int) -> None:
    assert failure(channel(flags=flags, **{where: 1787})) == explain(1787)


def test_the_first_cause_is_told() -> None:
    everything = channel(verify_status=5, connection_status=1789, channel_status=1311)
    assert failure(everything) == explain(5)
    assert failure(everything | {"verify_status": 0}) == explain(1789)
    assert failure(everything | {"verify_status": 0, "connection_status": 0}) == explain(1311)


@given(STATUS, STATUS, STATUS)
def test_no_failure_goes_unnoticed(verify: int, connection: int, tc: int) -> None:
    found = failure(channel(verify_status=verify, connection_status=connection, channel_status=tc))
    assert (found is None) is (not (verify or connection or tc))


def test_hresult_is_understood() -> None:
    assert failure(channel(verify_status=0x80070000 | 1789)) == explain(1789)


def test_only_an_absent_domain_controller_is_out_of_reach() -> None:
    assert {number for number, code in STATUS_CODES.items() if out_of_reach(code)} == {53, 1231, 1311, 1355, 1703, 1722}
    assert not out_of_reach(explain(4242))
