# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_notes
short_description: Tell where the machines of a rollout stand at the end of a run
version_added: 0.5.0
description:
  - Reads what the stages of the playbooks noted for each host, and whether the ledger has what happened to it. The
    stage C(report) of the playbooks uses it.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
positional: hostvars, recorded
options:
  recorded:
    description:
      - What M(adops.offline_join.ledger_entry) returned. A machine that it could not record has failed, and so have all
        where it could not open the ledger.
    type: dict
    default: {}
seealso:
  - module: adops.offline_join.ledger_entry
  - plugin: adops.offline_join.rollout_machines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Count the machines that are done
  ansible.builtin.debug:
    msg: >-
      {{ ansible_play_hosts_all | adops.offline_join.rollout_notes(hostvars) | dict2items
         | selectattr('value.state', 'equalto', 'done') | length }}
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - By host its C(state), V(done), V(pending) or V(failed). Where that is not V(done) also the C(stage), and as
      C(headline) why.
  type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.notes import note
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_results import read


def rollout_notes(
    hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]], recorded: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    return {host: note(read(host, hostvars), recorded or {}) for host in hosts}


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_notes": rollout_notes}
