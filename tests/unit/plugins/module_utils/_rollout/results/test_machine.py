# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's variables say of its steps: a step that failed or was not reached said nothing."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import VARIABLES, Results
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known

STEPS = ("issued", "carried", "applied", "verified", "retired", "moved", "promoted", "revoked", "expired")


def said(variables: dict[str, Any]) -> list[str]:
    results = Results.read(known.NAME, variables)
    return [step for step in STEPS if getattr(results, step)]


def test_everything_that_is_read_is_named() -> None:
    assert {*known.WHOLE_ROAD, *known.noted("join"), "machine_name"} <= {*VARIABLES}


def test_the_whole_road() -> None:
    assert said({}) == []
    assert said(known.WHOLE_ROAD) == ["issued", "applied", "verified", "retired", "moved", "promoted"]
    assert Results.read(known.NAME, known.WHOLE_ROAD).inventory == {
        "branch": "BER", "inventory_tag": "INV-1", "serial_number": "5CG1",
    }  # fmt: skip


def test_the_name_of_the_inventory_goes_before_the_host_s() -> None:
    assert Results.read("pc1.site", {**known.ISSUED, "machine_name": known.NAME}).issued
    assert not Results.read("BER-PC-002", known.ISSUED).issued
    assert not Results.read("BER-PC-003", known.ISSUED).issued


@pytest.mark.parametrize("flag", ["failed", "skipped", "unreachable"])
def test_what_did_not_succeed_said_nothing(flag: str) -> None:
    for register, step in (("__package_apply_result", "applied"), ("__computer_promote_result", "promoted")):
        assert said({register: {"package_sha256": known.SHA256, "restarts": 1}}) == [step]
        assert said({register: {"package_sha256": known.SHA256, "restarts": 1, flag: True}}) == []


def test_a_machine_that_something_stops_was_neither_verified_nor_promoted() -> None:
    """Its task does not fail; the next one tells."""
    stopped = {"checks": [known.BROKEN], "failed": False, "msg": f"{known.NAME}: no"}
    for register in ("__membership_verify_result", "__computer_promote_result"):
        results = Results.read(known.NAME, {register: stopped})
        assert not results.verified
        assert not results.promoted
        assert results.checks == (known.BROKEN,)


def test_a_linux_member_was_joined_by_samba() -> None:
    assert said({"__samba_join_result": {"package_sha256": known.SHA256}}) == ["applied"]


def test_a_new_password_that_the_directory_does_not_have() -> None:
    assert said({**known.RETIRED, **known.noted("retire")}) == []
    assert said({**known.RETIRED, **known.noted("promote")}) == ["retired"]


def test_revoked_and_expired() -> None:
    for register, step in (("__package_revoke_call", "revoked"), ("__package_expire_call", "expired")):
        assert said({register: known.of_all({"state": "revoked"})}) == [step]
        assert said({register: known.of_all({"state": "revoked", "error": "it does not show on dc2 yet"})}) == [step]
        assert said({register: known.of_all({"state": "refused", "error": "it lives"})}) == []
        assert said({"machine_name": "BER-PC-002", register: known.of_all({"state": "revoked"})}) == []


def test_checks_are_the_last_ones_even_of_a_failure() -> None:
    broken = known.failed("__computer_promote_result", checks=[known.BROKEN])
    assert Results.read(known.NAME, known.VERIFIED).checks == (known.PASSED,)
    assert Results.read(known.NAME, {**known.VERIFIED, **broken}).checks == (known.BROKEN,)
    assert Results.read(known.NAME, {**known.VERIFIED, **known.failed("__computer_promote_result")}).checks == (
        known.PASSED,
    )


def test_accepted() -> None:
    whole = Results.read(known.NAME, known.WHOLE_ROAD)
    assert whole.accepted(promote=True)
    assert not Results.read(known.NAME, known.WHOLE_ROAD | known.noted("promote")).accepted(promote=True)
    only_retired = Results.read(known.NAME, {**known.ISSUED, **known.RETIRED})
    assert only_retired.accepted(promote=False)
    assert not only_retired.accepted(promote=True)
    linux = {"__package_retire_result": {**known.RETIRED["__package_retire_result"], "platform": "linux"}}
    assert Results.read(known.NAME, {**known.ISSUED, **linux}).accepted(promote=True)
