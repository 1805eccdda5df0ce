# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a machine stands at the end of a run: its note goes first, unless it is not in the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import Results
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.notes import note
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known

PENDING, FAILED = known.noted("join", "pending"), known.noted("join")
CLOSED = {"failed": True, "msg": "the ledger cannot be opened: it is locked"}
REFUSED = {"msg": "1 of 2 failed", "machines": {known.NAME: {"error": "BER-PC-001: its chain is broken"}, "OTHER": {}}}


def unrecorded(headline: str) -> dict[str, str]:
    return {"stage": "record", "state": "failed", "headline": headline}


@pytest.mark.parametrize(
    ("variables", "recorded", "expected"),
    [
        ({}, {}, {"state": "done"}),
        ({}, {"skipped": True}, {"state": "done"}),
        ({}, {"machines": {known.NAME: {"changed": True}}}, {"state": "done"}),
        ({}, {"machines": {"OTHER": {"error": "no"}}}, {"state": "done"}),
        (PENDING, {"machines": {}}, PENDING["offline_join_note"]),
        (FAILED, {"machines": {}}, FAILED["offline_join_note"]),
        ({}, CLOSED, unrecorded(CLOSED["msg"])),
        ({}, REFUSED, unrecorded("BER-PC-001: its chain is broken")),
        (PENDING, REFUSED, unrecorded("BER-PC-001: its chain is broken")),
        (FAILED, CLOSED, FAILED["offline_join_note"]),
        (FAILED, REFUSED, FAILED["offline_join_note"]),
        ({"machine_name": "OTHER"}, REFUSED, {"state": "done"}),
    ],
)
def test_note(variables: dict[str, Any], recorded: dict[str, Any], expected: dict[str, str]) -> None:
    assert note(Results.read(known.NAME, variables), recorded) == expected


def test_a_note_is_no_part_of_the_host() -> None:
    variables = known.noted("join")
    note(Results.read(known.NAME, variables), {})["state"] = "done"
    assert variables == FAILED
