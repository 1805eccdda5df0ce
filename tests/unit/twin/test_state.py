# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fresh PC, and what of it can be scripted."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.twin.state import State, WrongSetting, fresh, to_filetime


@pytest.fixture
def state() -> State:
    return fresh("PC1", "s3cret")


def test_a_fresh_pc_is_its_own(state: State) -> None:
    again, other = fresh("PC1", "s3cret"), fresh("PC2", "s3cret")
    assert (state.active_name, state.serial_number) == (again.active_name, again.serial_number)
    assert {state.active_name, state.serial_number, state.machine_sid}.isdisjoint(
        {other.active_name, other.serial_number, other.machine_sid}
    )
    assert (state.part_of_domain, state.domain, state.network, state.marker) == (False, "WORKGROUP", False, None)
    assert state.administrators == [f"{state.machine_sid}-500", f"{state.machine_sid}-1001"]


def test_filetime_counts_from_1601(state: State) -> None:
    assert to_filetime(0) == 116_444_736_000_000_000
    state.update({"clock_offset": -3600})
    assert state.now() == pytest.approx(to_filetime(time.time() - 3600), abs=50_000_000)


def test_fields_are_set_from_json(state: State) -> None:
    state.update({
        "sku": 101, "tpm": None, "w32time.type": "NT5DS", "files": {"C:\\a": "text", "C:\\b": {"base64": "AAE="}},
        "registry": {"SOFTWARE\\P!N": ["DWord", 1]},
    })  # fmt: skip
    assert (state.sku, state.tpm, state.w32time["type"], state.w32time["running"]) == (101, None, "NT5DS", False)
    assert state.files == {"C:\\a": b"text", "C:\\b": b"\0\1"}
    assert state.registry == {("SOFTWARE\\P", "N"): ("DWord", 1)}


@pytest.mark.parametrize(
    "settings",
    [
        {"colour": "red"},
        {"sku": "48"},
        {"sku": None},
        {"elevated": 1},
        {"w32time.colour": "red"},
        {"tpm": []},
        {"sku.inner": 1},
    ],
)
def test_what_a_machine_does_not_have_is_refused_as_a_whole(state: State, settings: dict[str, Any]) -> None:
    before = state.shown()
    with pytest.raises(WrongSetting):
        state.update({"build": 1, **settings})
    assert state.shown() == before


def test_what_is_shown_has_no_secret(state: State) -> None:
    state.update({"files": {"C:\\package.txt": "ARAIAMzMzMy"}})
    shown = json.dumps(state.shown()) + repr(state)
    assert "Administrator" in shown
    assert "s3cret" not in shown
    assert "ARAIA" not in shown
    assert state.shown()["files"] == {"C:\\package.txt": 11}
