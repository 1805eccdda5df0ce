# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_missing
short_description: Tell which machines of a rollout nobody heard of
version_added: 0.5.0
description:
  - Reads what the roles of this collection registered and the stages of the playbooks noted for each host.
  - A machine that neither came to the end of its playbook nor has a note was lost on the way, for example because its
    connection cannot be resolved. The stage C(complete) of the playbooks uses it.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
  - adops.offline_join._hosts.promote
positional: hostvars, playbook
options:
  playbook:
    description:
      - The playbook that they were in. Where that is V(audit) or V(import_receipts) each machine gets a note.
    type: str
    choices: [prepare, join, accept, field_kit, revoke, expire, audit, import_receipts]
    required: true
seealso:
  - plugin: adops.offline_join.rollout_notes
    plugin_type: filter
"""

EXAMPLES = r"""
- name: See that every machine was heard of
  ansible.builtin.assert:
    that: ansible_play_hosts_all | adops.offline_join.rollout_missing(hostvars, 'join') | length == 0
  run_once: true
"""

RETURN = r"""
_value:
  description: Those of the hosts that nobody heard of.
  type: list
  elements: str
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.endings import missing
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_results import read


def rollout_missing(
    hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]], playbook: str, *, promote: bool = True
) -> list[str]:
    return [host for host in hosts if missing(read(host, hostvars), playbook, promote=promote)]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_missing": rollout_missing}
