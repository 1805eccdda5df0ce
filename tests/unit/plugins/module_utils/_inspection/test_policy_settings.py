# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a Registry.pol when a client carried out its entries in their order."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.policy_settings import _numbers
from ansible_collections.adops.offline_join.plugins.module_utils._package.preg import Entry

KEY = "Software\\Policies\\Example"
ONE, TWO = b"\1\0\0\0", b"\2\0\0\0"


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([Entry(KEY, "A", 4, ONE), Entry(KEY.upper(), "a", 4, TWO)], {"a": 2}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "**Del.a", 1, b" \0\0\0")], {}),
        ([Entry(KEY, "**del.a", 1, b" \0\0\0"), Entry(KEY, "A", 4, ONE)], {"a": 1}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "B", 4, TWO), Entry(KEY, "**delvals.", 1)], {}),
        ([Entry(KEY, "A", 4, ONE), Entry("Software", "**DelVals.", 1)], {"a": 1}),
        ([Entry(KEY, "**soft.A", 4, ONE)], {"a": 1}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "**soft.A", 4, TWO)], {"a": 1}),
        ([Entry(KEY, "A", 1, ONE), Entry(KEY, "**SecureKey", 4, ONE)], {}),
    ],
)
def test_numbers(entries: list[Entry], left: dict[str, int]) -> None:
    assert _numbers(entries) == {(KEY.lower(), name): number for name, number in left.items()}
