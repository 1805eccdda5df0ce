# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: audit_machines
short_description: Fill in what the ledger remembers of machines that are to be audited
version_added: 0.6.0
description:
  - Makes what the option O(ignore:machines) of M(adops.offline_join.audit) takes out of a list of machines and of what
    the ledger remembers of them.
  - What is known of a machine otherwise goes before what the ledger remembers.
author:
  - adops.offline_join contributors (@adops)
positional: remembered
options:
  _input:
    description:
      - The machines, each a dictionary with its C(name), as P(adops.offline_join.machines#filter) makes them.
    type: list
    elements: dict
    required: true
  remembered:
    description:
      - What M(adops.offline_join.ledger_info) returned as C(machines) with C(last_events), or nothing.
    type: dict
    required: true
seealso:
  - module: adops.offline_join.audit
  - module: adops.offline_join.ledger_info
  - plugin: adops.offline_join.machines
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Audit machines with what the ledger remembers of them
  adops.offline_join.audit:
    server: dc1.corp.example
    machines: "{{ ansible_play_batch | adops.offline_join.machines(hostvars)
                  | adops.offline_join.audit_machines(known.machines) }}"
    dest: /srv/packages/berlin
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The machines with what the ledger remembers of their packages.
  type: list
  elements: dict
  sample:
    - name: BER-PC-001
      serial_number: 5CG1234XYZ
      issued: "2026-11-19T08:00:00.000000+00:00"
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.history import completed


def audit_machines(
    machines: Iterable[Mapping[str, Any]], remembered: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [completed(machine, remembered.get(machine["name"], {})) for machine in machines]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"audit_machines": audit_machines}
