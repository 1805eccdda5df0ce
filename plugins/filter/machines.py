# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: machines
short_description: Make one call's list of machines out of hosts
version_added: 0.4.0
description:
  - Makes what the option O(ignore:machines) of this collection's modules takes, an entry for each host. So one call
    serves all machines, over one connection to the directory.
  - A variable that is there and cannot be resolved stands in the entry as a text that says so. It fails its own machine
    when the module looks at it, and neither falls back to a default nor fails the call for all others.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
positional: hostvars, variables
options:
  variables:
    description:
      - Host variables by the key that they have in the entry. What a host does not have is left out of its entry.
    type: dict
    default: {}
  defaults:
    description:
      - What stands in every entry, where O(variables) say nothing else.
    type: dict
    default: {}
seealso:
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Issue the packages of all machines in one call
  adops.offline_join.packages:
    server: dc1.corp.example
    machines: >-
      {{ ansible_play_batch | adops.offline_join.machines(
           hostvars, {'path': 'machine_staging_ou', 'serial_number': 'machine_serial_number'}) }}
    dest: /srv/packages/berlin
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: A dictionary for each host. Its C(name) is the host variable C(machine_name), or else the host's name.
  type: list
  elements: dict
  sample:
    - name: BER-PC-001
      path: OU=Staging,DC=corp,DC=example
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.plugin_utils._host_variables import unresolved


def machines(
    hosts: Iterable[str],
    hostvars: Mapping[str, Mapping[str, Any]],
    variables: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    return [_machine(host, hostvars[host], {"name": "machine_name", **(variables or {})}, defaults) for host in hosts]


def _machine(
    host: str, known: Mapping[str, Any], variables: Mapping[str, str], defaults: Mapping[str, Any] | None
) -> dict[str, Any]:
    # Only what is asked for is read: each variable of a host is templated as it is read.
    found = {key: _resolved(known[name], name, host) for key, name in variables.items() if name in known}
    entry = {"name": host, **(defaults or {}), **found}
    return {**entry, "name": str(entry["name"])}


def _resolved(value: Any, variable: str, host: str) -> Any:
    return f"{variable} cannot be resolved: {host}" if unresolved(value) else value


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"machines": machines}
