# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted misfortune happens as often and where it was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.twin.faults import BUSY, DROP, REFUSE, STATUS, Faults
from tests.twin.state import WrongSetting

JOIN, INFO = "adops.offline_join.win_join_package", "adops.offline_join.win_machine_info"


def waiting(*wanted: dict[str, Any]) -> Faults:
    found = Faults()
    found.replace(wanted)
    return found


def test_once_unless_told_otherwise() -> None:
    faults = waiting({"kind": "status", "status": 5})
    first = faults.take(STATUS)
    assert first is not None
    assert first.status == 5
    assert faults.take(STATUS) is None
    assert faults.shown() == []


def test_always() -> None:
    faults = waiting({"kind": "refuse", "times": None})
    assert all(faults.take(REFUSE) for _number in range(5))


@pytest.mark.parametrize("module", [JOIN, "win_join_package"])
def test_one_module_and_one_side_of_its_effect(module: str) -> None:
    faults = waiting({"kind": "drop", "module": module, "when": "after"})
    assert faults.take(DROP, INFO, "after") is None
    assert faults.take(DROP, JOIN, "before") is None
    assert faults.take(DROP, JOIN, "after") is not None


def test_busy_waits_for_the_third_request_of_a_task() -> None:
    faults = waiting({"kind": "busy"})
    assert [bool(faults.take(BUSY)) for _request in range(5)] == [False, False, True, False, False]


@pytest.mark.parametrize("wanted", [{"kind": "earthquake"}, {"kind": "drop", "colour": 1}, {"kind": "drop", "when": 1}])
def test_an_unknown_misfortune_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(WrongSetting):
        waiting(wanted)
