# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages expire: those that are late, and that every source says are unused."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import liveness
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.liveness import Liveness
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import expiry
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.expiry import (
    Package,
    Ruling,
    State,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECORD = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued=(NOW - timedelta(days=31)).isoformat(),
    password_last_set=7,
    expires=(NOW - timedelta(days=1)).isoformat(),
)
LATE = Package(record=RECORD, life=Liveness(liveness.State.UNUSED), underway="")


def ruling(lifetime: timedelta | None = None, **what: Any) -> Ruling:
    return expiry.judge(dataclasses.replace(LATE, **what), NOW, lifetime)


def test_late_and_unused() -> None:
    assert ruling() == Ruling(State.EXPIRED, "it was good until 2026-11-20T12:00:00+00:00 and nobody used it")


def test_its_own_end_goes_before_the_lifetime() -> None:
    good = dataclasses.replace(RECORD, expires=(NOW + timedelta(days=1)).isoformat())
    assert ruling(timedelta(days=1), record=good).state is State.VALID


@pytest.mark.parametrize(
    ("lifetime", "state"),
    [(None, State.VALID), (timedelta(days=32), State.VALID), (timedelta(days=31), State.EXPIRED)],
)
def test_what_is_not_sealed_has_the_lifetime_given(lifetime: timedelta | None, state: State) -> None:
    assert ruling(lifetime, record=dataclasses.replace(RECORD, expires=None)).state is state


@pytest.mark.parametrize(
    ("life", "state"), [(liveness.State.LIVE, State.USED), (liveness.State.UNKNOWN, State.UNKNOWN)]
)
def test_any_doubt_leaves_it_alone(life: liveness.State, state: State) -> None:
    told = Liveness(life, "it logged on on dc1")
    assert ruling(life=told) == Ruling(state, "it logged on on dc1")
    assert ruling(life=told, stranded=True).state is state, "stranding is for what was carried, not for what lives"


def test_underway() -> None:
    assert ruling(underway="it was carried") == Ruling(State.UNDERWAY, "it was carried")
    assert ruling(underway="it was carried", stranded=True).state is State.EXPIRED


def test_nobody_noted_whether_it_was_applied() -> None:
    """An offline join leaves no trace in the directory."""
    told = ruling(underway=None)
    assert told.state is State.UNKNOWN
    assert told.reason.endswith("keep a ledger, or set strand and name it in strand_machines")
    assert ruling(underway=None, stranded=True).state is State.EXPIRED


@pytest.mark.parametrize("record", [None, dataclasses.replace(RECORD, password_last_set=None)])
def test_without_a_finished_record(record: IssueRecord | None) -> None:
    assert ruling(record=record).state is State.UNKNOWN


def test_words_of_results() -> None:
    assert [state.value for state in State] == ["valid", "used", "underway", "unknown", "expired"]
