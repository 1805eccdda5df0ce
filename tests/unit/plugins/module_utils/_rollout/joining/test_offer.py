# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package is offered to the machine that it is for, and to no other."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer, same


def offer(machine_name: str, package_machine_name: str) -> Offer:
    return Offer(machine_name, package_machine_name, "corp.example", "CORP", "0", "a" * 64)


@pytest.mark.parametrize("name", ["BER-PC-001", "ber-pc-001", "Ber-Pc-001"])
def test_package_of_this_machine(name: str) -> None:
    assert offer(name, "BER-PC-001").misdirected() is None


@pytest.mark.parametrize("name", ["BER-PC-002", "BER-PC-0010", "BER-PC-00", "BER-PC-001 ", ""])
def test_package_of_another(name: str) -> None:
    assert offer("ber-pc-001", name).misdirected() == (
        f"the package is for {name}, not for ber-pc-001; look which file package names"
    )


def test_nothing_is_demanded_unless_it_is_given() -> None:
    assert offer("a", "a").serial_number is None
    assert offer("a", "a").directaccess is False


@pytest.mark.parametrize(("one", "other", "expected"), [("A-b", "a-B", True), ("a", "ab", False), ("", "", True)])
def test_names_do_not_differ_by_case(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


@pytest.mark.parametrize(("one", "other"), [("A-b", "a-B"), ("a", "ab")])
def test_it_does_not_matter_which_name_comes_first(one: str, other: str) -> None:
    forward, backward = (same(*pair) for pair in ((one, other), (other, one)))
    assert forward is backward
