# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: branch
short_description: Machines of a branch from CSV files
version_added: 0.2.0
description:
  - Makes a host of every line of one or more CSV files, with groups by branch, type and wave.
  - Every line is judged before the first host is added. If anything is wrong, no machine is added at all, but one host
    named C(branch_faults) in the group C(offline_join_faults), whose variable C(machine_faults) lists every fault with
    its file and line. The playbooks of this collection then issue nothing, also for the machines of other sources,
    and end with the whole list and an exit code that is not 0.
  - An inventory plugin that fails makes Ansible go on with whatever else it knows and end with exit code 0. Set
    C(any_unparsed_is_failed) in section C([inventory]) of ansible.cfg, so that a source whose YAML is broken or whose
    plugin is not there ends the run, too.
  - A CSV file itself must not be named with C(-i), because the C(ini) plugin would take it.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - ansible.builtin.constructed
options:
  plugin:
    description:
      - The name of this plugin. The source must be called C(*.branch.yml) or C(*.branch.yaml).
    type: str
    required: true
    choices: [adops.offline_join.branch]
  files:
    description:
      - The CSV files, relative to the source. Names, serial numbers and inventory tags are unique in all of them
        together, and in all branch sources of a run.
      - The first line names the columns, in any order and without regard to case. C(inventory_tag),
        C(serial_number), C(branch) and C(type) are required, and C(name), if O(name_template) is not given.
        C(number), C(wave), C(responsible), C(staging_ou), C(production_ou), C(planned_date) (as C(2026-12-31)) and the
        connection data are optional.
      - Connection data are C(site_address), C(site_user), C(site_connection) and C(site_port) for the phase before the
        network is there, C(domain_address), C(domain_user), C(domain_connection) and C(domain_port) for the one after
        it. What the second does not say is as in the first. The playbook C(join) uses the first, C(accept) the second;
        the first only tells it why a machine cannot be spoken with over the second.
      - A column that looks like passwords is a fault. Passwords belong into a vault, never into such a file.
      - Lines that begin with C(#) and empty lines are left out. A byte order mark is accepted.
    type: list
    elements: str
    required: true
  name_template:
    description:
      - How a machine is named whose line has no name, for example V({branch}-{type}-{number:03}). Every column can be
        a field. V({number:03}) pads with zeros, V({serial_number:.6}) keeps the first characters.
      - The column C(name) of a line may hold a template as well.
    type: str
  defaults:
    description:
      - Values of columns whose cell is empty or which the files do not have.
    type: dict
    default: {}
  columns:
    description:
      - What our columns are called in the files, ours as the key, for example C(serial_number) with the value
        V(Seriennummer).
    type: dict
    default: {}
  extra_columns:
    description:
      - Columns of your own. Each becomes a host variable C(machine_COLUMN) and may stand in O(name_template).
    type: list
    elements: str
    default: []
  delimiter:
    description:
      - What separates the cells. By default the comma, semicolon, tab or bar that makes sense of the first line.
    type: str
  encoding:
    description:
      - How the text is encoded, for example V(windows-1251). A byte order mark overrides it.
    type: str
    default: utf-8
  branch_prefix:
    description:
      - What the groups by branch begin with.
    type: str
    default: branch_
  type_prefix:
    description:
      - What the groups by type begin with.
    type: str
    default: type_
  wave_prefix:
    description:
      - What the groups by wave begin with.
    type: str
    default: wave_
notes:
  - Host variables are C(machine_name), C(machine_number), C(machine_inventory_tag), C(machine_serial_number),
    C(machine_branch), C(machine_type), C(machine_wave), C(machine_responsible), C(machine_staging_ou),
    C(machine_production_ou), C(machine_planned_date), C(machine_source) (file and line) and C(machine_connection), a
    dictionary of the two phases C(site) and C(domain). What a line does not say is not set.
  - C(ansible_host), C(ansible_user), C(ansible_connection) and C(ansible_port) are set where the line gives them. They
    choose the phase by the variable C(offline_join_phase), by default C(site), so a play chooses it in its C(vars).
  - Text from the files is never taken for a template.
seealso:
  - module: adops.offline_join.name_check
"""

EXAMPLES = r"""
# ansible.cfg
# [inventory]
# any_unparsed_is_failed = true

# berlin.branch.yml beside berlin.csv
plugin: adops.offline_join.branch
files: [berlin.csv]
name_template: "{branch}-{type}-{number:03}"
defaults:
  staging_ou: OU=Staging,DC=corp,DC=example
  site_connection: ansible.builtin.winrm
  site_port: "5986"

# berlin.csv
# number,inventory_tag,serial_number,branch,type,wave,site_address,site_user,domain_address,domain_user
# 1,INV-1001,5CG1234ABC,BER,PC,1,192.0.2.11,setup,ber-pc-001.corp.example,rollout@CORP.EXAMPLE

# A file from a Russian spreadsheet, with headers of its own and one more group
---
plugin: adops.offline_join.branch
files: [kazan.csv]
encoding: windows-1251
columns:
  name: Имя
  serial_number: Серийный номер
  inventory_tag: Инв. номер
  branch: Филиал
  type: Тип
keyed_groups:
  - key: machine_planned_date | default('undated')
    prefix: planned
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.template import trust_as_template
from ansible_collections.adops.offline_join.plugins.module_utils._call.failure import unexpected
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.columns import Columns
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.faults import Fault
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.reading import Branch, Reader
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.template import (
    NameTemplate,
    TemplateError,
)

if TYPE_CHECKING:
    from typing import Any

    from ansible.parsing.dataloader import DataLoader
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.machine import Machine

_ENDINGS = (".branch.yml", ".branch.yaml")
_FAULTS_HOST = "branch_faults"
_FAULTS_GROUP = "offline_join_faults"
_UNIQUE = {"machine_name": "name", "machine_serial_number": "serial_number", "machine_inventory_tag": "inventory_tag"}
_LOOK = "correct the source"
_NOTHING = Branch((), ())


class InventoryModule(BaseInventoryPlugin, Constructable):
    """What goes wrong in here becomes a host with faults: Ansible would turn an exception into exit code 0."""

    NAME = "adops.offline_join.branch"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(_ENDINGS)

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        source = Path(path).name
        try:
            found = self._read(path)
            faults = list(found.faults) or self._rehearse(found)
        except AnsibleError as error:
            found, faults = _NOTHING, [Fault(source, None, " ".join(str(error).split()), _LOOK)]
        except Exception as error:
            found, faults = _NOTHING, [Fault(source, None, unexpected(error), _LOOK)]
        if faults:
            self._tell(inventory, [str(fault) for fault in faults])
        else:
            self._add(inventory, found)

    def _read(self, path: str) -> Branch:
        """
        :raises AnsibleError: the source cannot be read
        """
        source = Path(path)
        config = self._read_config_data(path)
        unknown = sorted({*config} - {*self.get_options()})
        faults = [
            Fault(source.name, None, f"there is no option {option!r}", "correct or remove it") for option in unknown
        ]
        columns = Columns(
            headers=self._texts("columns"),
            extra=tuple(self.get_option("extra_columns")),
            defaults=self._texts("defaults"),
            templated=bool(self.get_option("name_template")),
        )
        faults += columns.faults(source.name) + self._option_faults(source.name, columns)
        files = []
        for name in self.get_option("files"):
            file = source.parent / Path(name).expanduser()
            try:
                files.append((name, file.read_bytes()))
            except OSError as error:
                faults.append(Fault(name, None, f"it cannot be read ({error.strerror})", "correct it, or its rights"))
        if faults:
            return Branch((), tuple(faults))
        reader = Reader(
            columns, self.get_option("encoding"), self.get_option("delimiter"), self.get_option("name_template")
        )
        return reader.read(files, self._known())

    def _texts(self, option: str) -> Mapping[str, str]:
        """YAML makes numbers and dates of what is text in a CSV file."""
        return {str(key): "" if value is None else str(value) for key, value in self.get_option(option).items()}

    def _option_faults(self, source: str, columns: Columns) -> list[Fault]:
        delimiter, template = self.get_option("delimiter"), self.get_option("name_template")
        faults = []
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n#'):
            faults.append(Fault(source, None, f"the delimiter {delimiter!r} is impossible", "give one character"))
        if not self.get_option("files"):
            faults.append(Fault(source, None, "files names no file", "name the CSV files"))
        try:
            NameTemplate.parse(template or "", set(columns.names) - {"name"})
        except TemplateError as error:
            faults.append(Fault(source, None, error.cause, error.remedy))
        return faults

    def _known(self) -> Mapping[str, Mapping[str, str]]:
        """What other branch sources of this run have already taken."""
        known: dict[str, dict[str, str]] = {column: {} for column in _UNIQUE.values()}
        for host in self.inventory.hosts.values():
            if "machine_source" in host.vars:
                for variable, column in _UNIQUE.items():
                    if variable in host.vars:
                        known[column][str(host.vars[variable]).lower()] = str(host.vars["machine_source"])
        return known

    def _groups(self, machine: Machine) -> dict[str, str]:
        """Name of the group to what it stands for."""
        groups = {}
        for column in ("branch", "type", "wave"):
            if value := machine.values.get(column):
                groups[self._sanitize_group_name(self.get_option(f"{column}_prefix") + value)] = f"{column} {value}"
        return groups

    def _rehearse(self, found: Branch) -> list[Fault]:
        """Everything once on a scratch inventory: what a group or a composed variable breaks on is a fault, too."""
        meanings: dict[str, str] = {}
        faults = []
        for machine in found.machines:
            for group, meaning in self._groups(machine).items():
                if meanings.setdefault(group, meaning) != meaning:
                    cause = f"{meaning} and {meanings[group]} would both be the group {group}"
                    faults.append(Fault(machine.file, machine.line, cause, "write one of them otherwise"))
        if faults or not any(map(self.get_option, ("compose", "groups", "keyed_groups"))):
            return faults
        scratch = InventoryData()
        for machine in found.machines:
            try:
                self._add_machine(scratch, machine)
            except AnsibleError as error:
                cause = " ".join(str(error).split())
                faults.append(Fault(machine.file, machine.line, cause, "correct compose, groups or keyed_groups"))
        return faults

    def _add(self, inventory: InventoryData, found: Branch) -> None:
        for machine in found.machines:
            self._add_machine(inventory, machine)

    def _add_machine(self, inventory: InventoryData, machine: Machine) -> None:
        self.inventory = inventory  # where Constructable adds to
        variables = machine.variables(self.get_option("extra_columns"))
        variables |= {name: trust_as_template(text) for name, text in machine.templates().items()}
        inventory.add_host(machine.name)
        for name, value in variables.items():
            inventory.set_variable(machine.name, name, _harmless(value))
        for group in self._groups(machine):
            inventory.add_group(group)
            inventory.add_host(machine.name, group)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, machine.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, machine.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, machine.name, strict=strict)

    def _tell(self, inventory: InventoryData, sentences: list[str]) -> None:
        """Add the host of the faults, or add to it: several sources share it."""
        inventory.add_group(_FAULTS_GROUP)
        inventory.add_host(_FAULTS_HOST, _FAULTS_GROUP)
        told: list[Any] = [*inventory.hosts[_FAULTS_HOST].vars.get("machine_faults", []), *sentences]
        headline = f"the inventory has {len(told)} faults, no machine of these files is known:\n" + "\n".join(told)
        note = {"stage": "inventory", "state": "failed", "headline": headline}
        inventory.set_variable(_FAULTS_HOST, "machine_faults", told)
        # The plays leave out a machine with a note, so nobody ever connects to this host; the report fails for it.
        inventory.set_variable(_FAULTS_HOST, "offline_join_note", note)


def _harmless(value: Any) -> Any:
    """Text that cannot be a template, marked so: ansible-inventory would print a wrapper around any other.

    A text with a brace stays what it is, and Ansible never evaluates it.
    """
    if isinstance(value, dict):
        return {key: _harmless(one) for key, one in value.items()}
    return trust_as_template(value) if isinstance(value, str) and "{" not in value else value
