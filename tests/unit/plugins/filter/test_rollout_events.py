# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the stages record, acceptance and report: all hosts of a play, one of which cannot even be named."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.filter import rollout_events, rollout_machines, rollout_notes
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known
from jinja2 import StrictUndefined

HOSTS = {
    known.NAME: known.WHOLE_ROAD,
    "broken": {"machine_name": StrictUndefined(name="asset_tag"), **known.noted("prepare")},
    "BER-PC-002": known.ISSUED,
}


def test_events_of_all_hosts_in_their_order() -> None:
    assert rollout_events.FilterModule().filters() == {"rollout_events": rollout_events.rollout_events}
    said = rollout_events.rollout_events(list(HOSTS), HOSTS)
    assert {event["machine"] for event in said} == {known.NAME}
    assert said[-1]["kind"] == "accepted"
    assert said[-2]["organizational_unit"] == "OU=Berlin,DC=corp,DC=example"


def test_machines_of_all_hosts() -> None:
    assert rollout_machines.FilterModule().filters() == {"rollout_machines": rollout_machines.rollout_machines}
    ledger = {"BER-PC-002": {"state": "accepted"}}
    shown = rollout_machines.rollout_machines(list(HOSTS), HOSTS, ledger)
    assert {name: one["state"] for name, one in shown.items()} == {
        known.NAME: "accepted", "broken": "failed", "BER-PC-002": "accepted",
    }  # fmt: skip
    assert rollout_machines.rollout_machines(["BER-PC-002"], HOSTS) == {"BER-PC-002": {"state": "done"}}


def test_notes_of_all_hosts_by_the_names_of_the_inventory() -> None:
    assert rollout_notes.FilterModule().filters() == {"rollout_notes": rollout_notes.rollout_notes}
    hosts = {**HOSTS, "till-7": {"machine_name": "BER-PC-007"}}
    recorded = {"machines": {"BER-PC-007": {"error": "BER-PC-007: no"}}}
    stand = rollout_notes.rollout_notes(list(hosts), hosts, recorded)
    assert {host: one["state"] for host, one in stand.items()} == {
        known.NAME: "done", "broken": "failed", "BER-PC-002": "done", "till-7": "failed",
    }  # fmt: skip
    assert stand["till-7"]["stage"] == "record"
    assert rollout_notes.rollout_notes(["till-7"], hosts) == {"till-7": {"state": "done"}}
