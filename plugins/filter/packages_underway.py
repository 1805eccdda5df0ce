# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: packages_underway
short_description: Say of machines what the ledger remembers against ending their packages
version_added: 0.6.0
description:
  - Adds C(underway) to the entries of a list of machines, as O(adops.offline_join.packages#module:machines[].underway)
    and its likes take it. A machine that was joined offline leaves no trace in the directory before it sees a domain
    controller; only the ledger tells that its account must keep its password.
  - An entry that has an C(underway) already keeps it. Where the ledger knows of no package, or was not asked, none is
    added; where it could not be read, its error is added, so that nothing happens to a machine that nobody knows of.
author:
  - adops.offline_join contributors (@adops)
positional: remembered
options:
  _input:
    description:
      - The machines, such as the filter P(adops.offline_join.machines#filter) makes them.
    type: list
    elements: dict
    required: true
  remembered:
    description:
      - What M(adops.offline_join.ledger_info) returned for them, or where that was skipped, what was registered of it.
    type: dict
    required: true
  carried:
    description:
      - Whether a package counts that only left for its site. Whoever revokes what was lost on its way sets it to
        V(false).
    type: bool
    default: true
  applied:
    description:
      - Add C(applied), too, as O(adops.offline_join.packages#module:machines[].applied) takes it.
    type: bool
    default: false
seealso:
  - plugin: adops.offline_join.machines
    plugin_type: filter
  - module: adops.offline_join.ledger_info
"""

EXAMPLES = r"""
- name: Ask the ledger
  adops.offline_join.ledger_info:
    ledger: /srv/rollout/ledger.db
    names: [BER-PC-001, BER-PC-002]
  register: remembered
  delegate_to: localhost
  run_once: true

- name: Let late packages expire, but none that was carried or applied
  adops.offline_join.expiry:
    server: dc1.corp.example
    machines: >-
      {{ [{'name': 'BER-PC-001'}, {'name': 'BER-PC-002'}] | adops.offline_join.packages_underway(remembered) }}
    dest: /srv/packages/berlin
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
_value:
  description: The entries, in their order.
  type: list
  elements: dict
  sample:
    - name: BER-PC-001
      underway: it was applied on 2026-11-20 by the ledger and may wait for its network
    - name: BER-PC-002
      underway: ""
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import remembered as ledger


def packages_underway(
    machines: Iterable[Mapping[str, Any]], remembered: Mapping[str, Any], *, carried: bool = True, applied: bool = False
) -> list[dict[str, Any]]:
    return [{**_told(one["name"], remembered, carried=carried, applied=applied), **one} for one in machines]


def _told(name: str, remembered: Mapping[str, Any], *, carried: bool, applied: bool) -> dict[str, Any]:
    entry = (remembered.get("machines") or {}).get(name)
    if entry is None:
        unread = remembered.get("msg")
        return {"underway": str(unread)} if unread else {}
    told: dict[str, Any] = {"applied": ledger.applied(entry)} if applied else {}
    underway = ledger.underway(entry, carried=carried)
    return told if underway is None else {**told, "underway": underway}


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"packages_underway": packages_underway}
