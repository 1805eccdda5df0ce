# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ledger
short_description: Machines of the ledger, grouped by their state
version_added: 0.2.0
description:
  - Makes a host of every machine that the ledger knows, in a group by its state, for example C(state_verified).
  - Use it beside a branch inventory, which knows how to reach the machines, to work on those of one state. The states
    are those of the moment when Ansible starts.
  - If the ledger cannot be read or its chains are asked for and broken, no host is added at all. Ansible goes on then
    with whatever else it knows; set C(any_unparsed_is_failed) in section C([inventory]) of ansible.cfg, so that the
    run ends.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - ansible.builtin.constructed
options:
  plugin:
    description:
      - The name of this plugin. The source must be called C(*.ledger.yml) or C(*.ledger.yaml).
    type: str
    required: true
    choices: [adops.offline_join.ledger]
  ledger:
    description:
      - Where the ledger is, an absolute path or a PostgreSQL URL without a password, as
        in M(adops.offline_join.ledger_info).
    type: str
    required: true
    env:
      - name: OFFLINE_JOIN_LEDGER
  ledger_password:
    description:
      - The password of the user in the URL. Prefer the environment or C(~/.pgpass).
    type: str
    env:
      - name: OFFLINE_JOIN_LEDGER_PASSWORD
  ledger_timeout:
    description:
      - Seconds to wait for another process that writes, and for the server.
    type: int
    default: 30
    env:
      - name: OFFLINE_JOIN_LEDGER_TIMEOUT
  branch:
    description:
      - Take only machines whose last known branch is this one.
    type: str
  states:
    description:
      - Take only machines in these states, for example V([applied, verified]). By default all.
    type: list
    elements: str
    choices:
      - not_issued
      - issued
      - carried
      - applied
      - verified
      - retired
      - promoted
      - accepted
      - revoked
      - expired
      - conflict
  state_prefix:
    description:
      - What the groups by state begin with.
    type: str
    default: state_
  verify:
    description:
      - Walk all chains first, and take no machine from a ledger that somebody changed.
    type: bool
    default: false
requirements:
  - SQLAlchemy 2.0 or later on the Ansible control node
  - psycopg 3.1 or later for PostgreSQL
notes:
  - Host variables are C(machine_name), C(machine_state), C(machine_package_sha256), C(machine_branch),
    C(machine_inventory_tag), C(machine_serial_number), C(machine_organizational_unit), C(machine_times),
    C(machine_problems) and C(machine_used_twice). What the ledger does not know is not set, so that it does not hide
    what another source says.
  - Text from the ledger is never taken for a template.
seealso:
  - module: adops.offline_join.ledger_info
  - plugin: adops.offline_join.branch
    plugin_type: inventory
"""

EXAMPLES = r"""
# rollout.ledger.yml
plugin: adops.offline_join.ledger
ledger: /srv/rollout/ledger.db

# late.ledger.yml: what was applied in Berlin and is not verified, in groups by organizational unit
---
plugin: adops.offline_join.ledger
ledger: postgresql://rollout@db.corp.example/offline_join
branch: berlin
states: [applied]
compose:
  applied_on: machine_times.applied[:10]
keyed_groups:
  - key: applied_on
    prefix: applied
"""

import os
from typing import TYPE_CHECKING

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible_collections.adops.offline_join.plugins.module_utils._call.failure import unexpected
from ansible_collections.adops.offline_join.plugins.module_utils._ledger.access import from_environment, open_with
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain, state
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import LedgerError

if TYPE_CHECKING:
    from typing import Any

    from ansible.parsing.dataloader import DataLoader
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import MachineState

_ENDINGS = (".ledger.yml", ".ledger.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable):
    """Everything is read before the first host is added: hosts of a source that fails halfway would stay."""

    NAME = "adops.offline_join.ledger"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(_ENDINGS)

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        masked: set[str] = set()
        try:
            self._read_config_data(path)
            states = self._read(masked)
        except LedgerError as error:
            raise AnsibleParserError(remove_values(f"{path}: {error}", masked)) from None
        except AnsibleError:
            raise
        except Exception as error:
            raise AnsibleParserError(f"{path}: {unexpected(error)}") from None
        for machine in states:
            self._add(machine)

    def _read(self, masked: set[str]) -> list[MachineState]:
        """
        :raises LedgerError: the ledger cannot be read
        """
        options = {option: self.get_option(option) for option in ("ledger", "ledger_password", "ledger_timeout")}
        if options["ledger"] == os.environ.get("OFFLINE_JOIN_LEDGER"):
            options["ledger"] = from_environment("ledger", os.environ)
            options["ledger_password"] = options["ledger_password"] or from_environment("ledger_password", os.environ)
        ledger = open_with(options, masked)
        branch, wanted = self.get_option("branch"), self.get_option("states")
        with ledger.reading() as transaction:
            if self.get_option("verify"):
                proof = chain.verify(transaction.links(), transaction.heads())
                if not proof.valid:
                    cause = f"its chains are broken: {'; '.join(map(str, proof.broken))}"
                    raise LedgerError(f"read the ledger {ledger.name}", cause, "find out who changed it")
            found = state.states(link.event for link in transaction.links(branch=branch))
        return [
            machine
            for machine in found.values()
            if (branch is None or machine.branch == branch) and (not wanted or machine.state in wanted)
        ]

    def _add(self, machine: MachineState) -> None:
        name, variables = machine.machine, host_variables(machine)
        self.inventory.add_host(name)
        group = self.inventory.add_group(self._sanitize_group_name(self.get_option("state_prefix") + machine.state))
        self.inventory.add_host(name, group)
        for variable, value in variables.items():
            self.inventory.set_variable(name, variable, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)


def host_variables(machine: MachineState) -> dict[str, Any]:
    known = {
        "machine_name": machine.machine,
        "machine_state": str(machine.state),
        "machine_package_sha256": machine.sha256,
        "machine_branch": machine.branch,
        "machine_inventory_tag": machine.inventory_tag,
        "machine_serial_number": machine.serial_number,
        "machine_organizational_unit": machine.organizational_unit,
    }
    return {
        **{name: value for name, value in known.items() if value},
        "machine_times": dict(machine.times),
        "machine_problems": list(machine.problems),
        "machine_used_twice": machine.used_twice,
    }
