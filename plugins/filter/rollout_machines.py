# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_machines
short_description: Tell the acceptance report what became of the machines of a rollout
version_added: 0.3.0
description:
  - Reads what the inventory says and the roles of this collection registered for each host, and makes the machines of
    it that M(adops.offline_join.acceptance_report) shows. The stage C(acceptance) of the playbooks uses it.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
  - adops.offline_join._hosts.promote
positional: hostvars
options:
  ledger:
    description:
      - RV(adops.offline_join.ledger_info#module:machines), with what earlier runs did.
    type: dict
    default: {}
seealso:
  - module: adops.offline_join.acceptance_report
  - plugin: adops.offline_join.rollout_events
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the acceptance report of all machines of the play
  adops.offline_join.acceptance_report:
    machines: "{{ ansible_play_hosts_all | adops.offline_join.rollout_machines(hostvars) }}"
    dest: /srv/rollout/reports
  run_once: true
"""

RETURN = r"""
_value:
  description: By machine what the report shows of it.
  type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.lines import line
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_results import read


def rollout_machines(
    hosts: Iterable[str],
    hostvars: Mapping[str, Mapping[str, Any]],
    ledger: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    promote: bool = True,
) -> dict[str, dict[str, Any]]:
    results = [read(host, hostvars) for host in hosts]
    return {one.name: line(one, (ledger or {}).get(one.name, {}), promote=promote) for one in results}


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_machines": rollout_machines}
