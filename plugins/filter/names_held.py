# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: names_held
short_description: List the names that machines hold by the ledger
version_added: 0.6.0
description:
  - Makes O(adops.offline_join.name_check#module:known_names) out of what the ledger remembers. A machine is told apart
    by its serial number, so one without is left out. The name of a package that was revoked or expired is free again.
author:
  - adops.offline_join contributors (@adops)
options:
  _input:
    description:
      - RV(adops.offline_join.ledger_info#module:machines) of M(adops.offline_join.ledger_info).
    type: dict
    required: true
seealso:
  - module: adops.offline_join.name_check
  - module: adops.offline_join.ledger_info
"""

EXAMPLES = r"""
- name: Ask the ledger
  adops.offline_join.ledger_info:
    ledger: /srv/rollout/ledger.db
    names: [BER-PC-001]
  register: remembered
  delegate_to: localhost
  run_once: true

- name: Check the name
  adops.offline_join.name_check:
    server: dc1.corp.example
    machines:
      - name: BER-PC-001
        serial_number: 5CG1234XYZ
    known_names: "{{ remembered.machines | adops.offline_join.names_held }}"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description: A dictionary for each name that is held.
  type: list
  elements: dict
  sample:
    - name: BER-PC-001
      serial_number: 5CG1234XYZ
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import remembered


def names_held(machines: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"name": name, "serial_number": entry["serial_number"]}
        for name, entry in machines.items()
        if entry["serial_number"] and remembered.holds_its_name(entry)
    ]


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"names_held": names_held}
