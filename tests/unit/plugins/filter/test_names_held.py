# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names the ledger knows as taken."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.filter.names_held import FilterModule, names_held
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import State

FREE = {"not_issued", "revoked", "expired"}


def test_it_is_found_by_its_name() -> None:
    assert FilterModule().filters() == {"names_held": names_held}


@pytest.mark.parametrize("state", [str(state) for state in State])
def test_a_name_is_free_once_its_package_ended(state: str) -> None:
    held = names_held({"PC-1": {"state": state, "serial_number": "PF2X1"}})
    assert held == ([] if state in FREE else [{"name": "PC-1", "serial_number": "PF2X1"}])


@pytest.mark.parametrize("serial_number", [None, ""])
def test_without_a_serial_number_nothing_tells_machines_apart(serial_number: str | None) -> None:
    assert names_held({"PC-1": {"state": "issued", "serial_number": serial_number}}) == []
