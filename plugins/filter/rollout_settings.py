# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_settings
short_description: Tell why hosts cannot go on, or not in one run
version_added: 0.5.0
description:
  - A run reads variables such as C(offline_join_staging_ou) once for all machines. Where hosts have different values,
    as those of two branches may have, the packages of one branch would be issued with what the other one says.
  - Others it never reads from the inventory, such as C(offline_join_hosts) or a role's C(package_issue_lifetime), but
    with C(-e) only. Whoever sets them there expects something else than would happen.
  - A host that has a note already, such as the one for the faults of an inventory, is not looked at.
  - The stage C(settings) of the playbooks uses it.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
positional: hostvars
seealso:
  - plugin: adops.offline_join.machines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Stop where the hosts are those of two branches
  ansible.builtin.assert:
    that: __fault | length == 0
    fail_msg: "{{ __fault }}"
  run_once: true
  vars:
    __fault: "{{ ansible_play_hosts_all | adops.offline_join.rollout_settings(hostvars) }}"
"""

RETURN = r"""
_value:
  description:
    - The variables that differ, two hosts for which they do, and the next step; or the variables that have no effect in
      the inventory, and those that have. Empty where there is no such variable.
  type: str
  sample: >-
    offline_join_recipients: not the same for BER-PC-001 and HAM-PC-001, and a run has one value for all machines; run
    the playbook once for each branch, with --limit branch_HAM
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.settings import (
    READ_ONCE,
    WITHOUT_EFFECT,
    fault,
)
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_variables import given_with_e, text

_NOTE = "offline_join_note"


def rollout_settings(hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]]) -> str:
    # Ansible gathers a host's variables anew each time that it is asked for them.
    known = ((host, hostvars[host]) for host in hosts)
    told = ((host, _read(variables)) for host, variables in known if _NOTE not in variables)
    return fault(told, lambda host: _read(hostvars[host]), lambda host: {*hostvars[host]["group_names"]})


def _read(known: Mapping[str, Any]) -> dict[str, str | None]:
    # All that cannot be resolved is alike: the step that reads it says why.
    read = {name: text(known[name]) for name in READ_ONCE if name in known}
    return read | dict.fromkeys(WITHOUT_EFFECT.keys() & known.keys() - given_with_e())


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_settings": rollout_settings}
