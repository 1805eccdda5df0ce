# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of the judgement before a join, whatever a machine is like."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.windows_join import Step, judge
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.windows_machines import (
    OFFER,
    STARTED,
    clock,
    seen,
)
from hypothesis import given, settings
from hypothesis import strategies as st


# Mostly what is right, so that some examples get through to the end.
def mostly(right: Any, *wrong: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([right] * 6 + list(wrong))


PENDING_JOINS = st.fixed_dictionaries(
    {
        "package_sha256": st.sampled_from([OFFER.package_sha256, "b" * 64]),
        "machine_name": st.just("BER-PC-001"),
        "domain": st.just("corp.example"),
        "status": st.sampled_from([None, 0, 2713]),
        "last_boot": st.sampled_from([STARTED, STARTED - 1]),
    }
)
MACHINES = st.fixed_dictionaries(
    {
        "domain_role": mostly(0, 1, 2, 3, 4, 5),
        "part_of_domain": mostly(False, True),
        "domain": st.sampled_from(["WORKGROUP", "corp.example", "other.example"]),
        "entra_join_type": mostly(0, 1, 2),
        "pending_join": st.none() | PENDING_JOINS,
        "active_name": mostly("BER-PC-001", "ber-pc-001", "DESKTOP-1"),
        "pending_name": mostly("BER-PC-001", "ber-pc-001", "DESKTOP-1"),
        "serial_number": mostly("5CG1234XYZ", "", "OTHER"),
        "sku": mostly(48, 101, 4, 178),
        "product_type": st.sampled_from([1, 3]),
        "elevated": mostly(True, False),
    }
)
OFFERS = st.builds(
    dataclasses.replace,
    st.just(OFFER),
    package_machine_name=mostly("BER-PC-001", "BER-PC-002"),
    serial_number=mostly("5CG1234XYZ", None),
    directaccess=mostly(False, True),
)
READINGS = st.builds(clock, mostly(0.0, 299.0, 301.0, -301.0), st.sampled_from([0.0, 4.0]))


@settings(max_examples=400)
@given(OFFERS, MACHINES, READINGS, st.booleans())
def test_a_package_is_applied_where_nothing_speaks_against_it_and_nowhere_else(
    offer: Offer, values: dict[str, Any], reading: Reading, follow_package: bool
) -> None:
    found = judge(offer, seen(**values), reading, follow_package=follow_package)
    pending = values["pending_join"]
    unfinished = pending is None or pending["status"] is None
    server = values["product_type"] == 3
    applicable = (
        offer.package_machine_name == "BER-PC-001"
        and values["domain_role"] < 4
        and not values["part_of_domain"]
        and (offer.serial_number is None or values["serial_number"] != "OTHER")
        and (unfinished or (pending["last_boot"] != STARTED and pending["package_sha256"] != OFFER.package_sha256))
        and values["sku"] != 101
        and (not offer.directaccess or server or values["sku"] == 4)
        and values["entra_join_type"] != 1
        and values["elevated"]
        and values["active_name"].upper() == values["pending_name"].upper()
        and (follow_package or values["active_name"] != "DESKTOP-1")
        and (abs(reading.offset) < 300 or reading.uncertainty == 2.0)
    )
    assert (found.step is Step.APPLY) is applicable
    assert found.refusal is None or found.step is Step.NOTHING


@settings(max_examples=200)
@given(OFFERS, MACHINES, READINGS, st.booleans())
def test_a_member_is_never_given_a_package(
    offer: Offer, values: dict[str, Any], reading: Reading, follow_package: bool
) -> None:
    found = judge(offer, seen(**values | {"part_of_domain": True}), reading, follow_package=follow_package)
    assert found.step in (Step.NOTHING, Step.ASK_DOMAIN)


@settings(max_examples=200)
@given(OFFERS, MACHINES, READINGS, st.booleans(), st.sampled_from([4, 5]))
def test_a_domain_controller_is_always_refused(
    offer: Offer, values: dict[str, Any], reading: Reading, follow_package: bool, role: int
) -> None:
    found = judge(offer, seen(**values | {"domain_role": role}), reading, follow_package=follow_package)
    assert found.step is Step.NOTHING
    assert found.refusal is not None


@settings(max_examples=200)
@given(OFFERS, MACHINES, READINGS, st.booleans())
def test_only_a_package_that_was_applied_is_restarted_for(
    offer: Offer, values: dict[str, Any], reading: Reading, follow_package: bool
) -> None:
    if judge(offer, seen(**values), reading, follow_package=follow_package).step is Step.RESTART:
        assert values["pending_join"]["package_sha256"] == offer.package_sha256
        assert values["pending_join"]["status"] is not None
        assert values["pending_join"]["last_boot"] == STARTED
