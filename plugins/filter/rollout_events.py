# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_events
short_description: Tell the ledger what the steps of a rollout did
version_added: 0.3.0
description:
  - Reads what the roles of this collection registered for each host, and makes the events of it that
    M(adops.offline_join.ledger_entry) records. The stage C(record) of the playbooks uses it.
  - It tells what holds by now, so that a run that was killed before it could record is made good by the next one.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
  - adops.offline_join._hosts.promote
positional: hostvars
seealso:
  - module: adops.offline_join.ledger_entry
  - plugin: adops.offline_join.rollout_machines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Record what happened to all machines of the play
  adops.offline_join.ledger_entry:
    ledger: /srv/rollout/ledger.db
    events: "{{ ansible_play_hosts_all | adops.offline_join.rollout_events(hostvars) }}"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The events, in the order of the hosts and of the road.
  type: list
  elements: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.events import events
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_results import read


def rollout_events(
    hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]], *, promote: bool = True
) -> list[dict[str, Any]]:
    return [event for host in hosts for event in events(read(host, hostvars), promote=promote)]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_events": rollout_events}
