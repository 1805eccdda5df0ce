# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the machine that answers at an address is the one that the inventory means."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.right_machine import (
    wrong_domain,
    wrong_machine,
    wrong_name,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.windows_machines import (
    MEMBER,
    seen,
)

LOOK = "look which machine answers at this address"


@pytest.mark.parametrize("role", [4, 5])
@pytest.mark.parametrize("serial_number", [None, "5CG1234XYZ", "ANOTHER"])
def test_a_domain_controller_is_told_first(role: int, serial_number: str | None) -> None:
    assert wrong_machine(seen(domain_role=role), serial_number, harm="and it would break") == (
        "the machine is a domain controller, and it would break; take it out of the inventory"
    )


@pytest.mark.parametrize("role", [0, 1, 2, 3])
def test_members_and_others_are_none(role: int) -> None:
    assert wrong_machine(seen(domain_role=role), None, harm="x") is None


def test_another_serial_number() -> None:
    assert wrong_machine(seen(), "ANOTHER", harm="x") == f"its serial number is 5CG1234XYZ, not ANOTHER; {LOOK}"


@pytest.mark.parametrize(
    ("expected", "found"),
    [("5cg1234xyz ", "5CG1234XYZ"), ("5CG1234XYZ", " 5cg1234xyz"), ("ANOTHER", ""), ("ANOTHER", None), ("", "X")],
)
def test_the_same_one_or_one_that_nobody_knows(expected: str, found: str | None) -> None:
    assert wrong_machine(seen(serial_number=found), expected, harm="x") is None


@pytest.mark.parametrize(
    ("membership", "said"),
    [
        ({}, None),
        (MEMBER, None),
        (MEMBER | {"domain": "CORP.example"}, None),
        (
            MEMBER | {"domain": "other.example"},
            f"the machine is a member of other.example, not of corp.example; {LOOK}",
        ),
    ],
)
def test_domain(membership: dict[str, Any], said: str | None) -> None:
    assert wrong_domain(seen(**membership), "corp.example") == said


def test_name() -> None:
    assert wrong_name(seen(), "ber-pc-001") is None
    assert wrong_name(seen(), "BER-PC-002") == f"the machine is called BER-PC-001, not BER-PC-002; {LOOK}"
