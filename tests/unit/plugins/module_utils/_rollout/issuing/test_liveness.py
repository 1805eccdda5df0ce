# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proof of life against the issue record. Values of Windows' first contact are those that Microsoft documents."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import (
    IssueRecord,
    Traces,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.liveness import Liveness, State, judge

SET = 134_080_000_000_000_000
NEW = Traces(password_last_set=SET)
RECORD = IssueRecord(
    machine="BER-PC-001",
    domain="corp.example",
    distinguished_name="CN=BER-PC-001,OU=Staging,DC=corp,DC=example",
    issued="2026-11-21T03:23:00+00:00",
    password_last_set=SET,
    package_sha256="0" * 64,
    evidence={"dc1": NEW},
)
INTENDED = dataclasses.replace(RECORD, password_last_set=None, package_sha256=None, evidence={})


def changed(**values: Any) -> Traces:
    return dataclasses.replace(NEW, **values)


def test_nothing_changed_anywhere() -> None:
    assert judge(RECORD, {"dc1": NEW, "dc2": NEW}) == Liveness(State.UNUSED, "")


def test_without_a_record_it_lives() -> None:
    life = judge(None, {"dc1": NEW})
    assert life.state is State.LIVE
    assert "no issue record" in life.reason


@pytest.mark.parametrize(
    ("traces", "reason"),
    [
        (changed(password_last_set=SET + 1), "its password was set after the package was issued"),
        (changed(last_logon=SET + 1), "it logged on"),
        (changed(logon_count=1), "it logged on"),
        (changed(last_logon_timestamp=SET + 1), "it logged on some time ago"),
        # NetrLogonGetDomainInfo, MS-NRPC 3.5.4.4.10: the first contact of Windows.
        (changed(operating_system="Windows 11 Enterprise", last_logon_timestamp=SET + 1), "it logged on"),
        (changed(operating_system="Windows 11 Enterprise"), "it wrote its operating system"),
    ],
)
def test_one_trace_on_one_controller_is_enough(traces: Traces, reason: str) -> None:
    life = judge(RECORD, {"dc1": NEW, "dc2": traces})
    assert life.state is State.LIVE
    assert reason in life.reason
    assert life.reason.endswith("on dc2")


def test_silence_is_unknown_and_names_who_is_silent() -> None:
    life = judge(RECORD, {"dc1": NEW, "dc3": None, "dc2": None})
    assert life.state is State.UNKNOWN
    assert life.reason.startswith("dc2, dc3 did not answer")


def test_proof_of_life_outweighs_silence() -> None:
    assert judge(RECORD, {"dc1": None, "dc2": changed(logon_count=2)}).state is State.LIVE


def test_a_machine_that_was_joined_offline_leaves_no_trace() -> None:
    assert judge(RECORD, {"dc1": NEW}, "it was applied") == Liveness(State.UNKNOWN, "it was applied")
    assert judge(RECORD, {"dc1": changed(logon_count=2)}, "it was applied").reason == "it logged on on dc1"
    assert judge(RECORD, {"dc1": None}, "it was applied").reason.startswith("dc1 did not answer")


def test_older_password_has_only_not_arrived_there() -> None:
    assert judge(RECORD, {"dc1": NEW, "dc2": changed(password_last_set=SET - 1)}).state is State.UNUSED


def test_traces_that_were_there_before_are_no_proof() -> None:
    """An account that is reused may have been used long ago, by another machine."""
    used = changed(last_logon=5, logon_count=7, operating_system="Windows 7")
    record = dataclasses.replace(RECORD, evidence={"dc1": used})
    assert judge(record, {"dc1": used}).state is State.UNUSED
    assert judge(record, {"dc1": used, "dc2": used}).state is State.LIVE


def test_intention_knows_no_password_yet() -> None:
    assert judge(INTENDED, {"dc1": changed(password_last_set=SET + 9)}).state is State.UNUSED
    assert judge(INTENDED, {"dc1": changed(logon_count=1)}).state is State.LIVE


def test_words_of_results() -> None:
    assert [state.value for state in State] == ["unused", "live", "unknown"]
