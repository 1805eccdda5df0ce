# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger is told after a stage: everything that holds, in the order of the road."""

from __future__ import annotations

from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.events import events
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import Results
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known

ROAD = ["issued", "sealed", "applied", "verified", "retired", "promoted", "accepted"]


def told(variables: dict[str, Any], *, promote: bool = True) -> list[dict[str, Any]]:
    results = Results.read(known.NAME, variables)
    return events(results, promote=promote)


def kinds(variables: dict[str, Any], *, promote: bool = True) -> list[str]:
    return [event["kind"] for event in told(variables, promote=promote)]


def test_the_whole_road() -> None:
    said = told(known.WHOLE_ROAD)
    assert [event["kind"] for event in said] == ROAD
    assert all(event["machine"] == known.NAME for event in said)
    assert all((event["branch"], event["inventory_tag"]) == ("BER", "INV-1") for event in said)
    by_kind = {event["kind"]: event for event in said}
    assert by_kind["issued"]["issue_record"].endswith(".issue.json")
    assert by_kind["issued"]["serial_number"] == by_kind["applied"]["serial_number"] == "5CG1"
    assert by_kind["sealed"]["sealed_package"].endswith(".sealed")
    assert {by_kind[kind]["sha256"] for kind in ("issued", "sealed", "applied")} == {known.SHA256}
    assert by_kind["promoted"]["organizational_unit"] == "OU=Berlin,DC=corp,DC=example"


def test_nothing_is_told_that_is_not_known() -> None:
    """The ledger would take an empty field for something that was said."""
    assert told({}) == []
    assert all(value for event in told({**known.ISSUED, **known.APPLIED, **known.RETIRED}) for value in event.values())


def test_what_only_would_be_issued() -> None:
    assert kinds({"__package_issue_call": known.of_all({"package": "/srv/x.sealed", "issue_record": "/srv/x"})}) == []


def test_a_package_on_a_stick_is_told_with_its_kit() -> None:
    [event] = told(known.CARRIED)
    assert (event["kind"], event["sha256"], event["details"]) == ("carried", known.SHA256, {"kit": "2f6c"})
    assert told({"__field_kit_call": {"msg": "no stick"}}) == []


def test_a_plaintext_package_is_not_sealed() -> None:
    entry = known.ISSUED["__package_issue_call"]["machines"][known.NAME] | {"package": "/srv/x.djoin"}
    assert kinds({"__package_issue_call": known.of_all(entry)}) == ["issued"]


def test_a_member_by_another_way_applied_nothing() -> None:
    assert kinds({"__package_apply_result": {"package_sha256": None, "serial_number": "5CG1"}}) == []


def test_accepted_without_promotion() -> None:
    assert kinds({**known.VERIFIED, **known.RETIRED}, promote=False) == ["verified", "retired", "accepted"]
    assert kinds({**known.VERIFIED, **known.RETIRED}) == ["verified", "retired"]
    assert kinds({**known.WHOLE_ROAD, **known.noted("accept")}) == ROAD[:-1]


def test_revoked_and_expired_with_their_reasons() -> None:
    entry = known.of_all({"state": "revoked", "reason": "lost in the post"})
    for register, kind in (("__package_revoke_call", "revoked"), ("__package_expire_call", "expired")):
        assert told({register: entry}) == [{"machine": known.NAME, "kind": kind, "why": "lost in the post"}]
        record = {"reason": "lost in the post"}
        [event] = told({register: known.of_all({"state": "revoked", "revocation_record": record})})
        assert event["details"] == {"revocation_record": record}
        for state in ("to be revoked", "refused"):
            assert told({register: known.of_all({"state": state})}) == []
