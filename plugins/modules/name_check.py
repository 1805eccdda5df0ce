#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: name_check
short_description: Tell whether a list of machines may have their names
version_added: 0.2.0
description:
  - Checks the names of a list of machines over one connection, before anything is made - the rules of NetBIOS and DNS,
    a name template, and everybody who has a name already, in the inventory, in the ledger, in the directory, among
    its deleted objects and in DNS.
  - It looks only. A check that the login has no right to make is V(unknown), never V(pass).
  - All machines share one connection, and one more to the global catalog. Each gets its own answer.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._attributes
  - adops.offline_join._directory
options:
  machines:
    description:
      - The machines whose names are checked.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      serial_number:
        description:
          - Its serial number, by which a machine of O(known_names) is told to be the same one.
        type: str
      organizational_units:
        description:
          - Distinguished names of the organizational units in which its account is to lie, now and later. Nothing else
            there may have its name.
        type: list
        elements: str
        default: []
      object_guid:
        description:
          - The objectGUID of the account that was issued for it. What belongs to this account is no double.
        type: str
      values:
        description:
          - The values that O(name_template) is filled with, by field. A field without a value fits anything of its
            form.
        type: dict
        default: {}
  whole_inventory:
    description:
      - The names of all machines of the inventory source, those that are no hosts of the play among them. A play may
        run on a part of a branch only; a name is unique in the whole.
    type: list
    elements: str
    default: []
  known_names:
    description:
      - Names that are in use elsewhere, as in the ledger. One with the serial number of the machine is the machine
        itself.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The name.
        type: str
        required: true
      serial_number:
        description:
          - The serial number of the machine that has it.
        type: str
      where:
        description:
          - Where it stands, completing "it stands in".
        type: str
        default: the ledger
  inventory_faults:
    description:
      - What an inventory plugin found wrong in its source, as in C(machine_faults). If there is anything, every machine
        fails and the directory is not asked.
    type: list
    elements: str
    default: []
  name_template:
    description:
      - The template that every name must come from, for example V({branch}-{type}-{number:03}).
    type: str
  dest:
    description:
      - Where M(adops.offline_join.packages) wrote the packages and their issue records. The account of a machine's
        record is its own, and no double.
    type: path
  reuse:
    description:
      - Only warn of an account that exists, because M(adops.offline_join.packages) judges by the account re-use rule
        whether it may be taken over.
    type: bool
    default: false
  global_catalog:
    description:
      - Ask the global catalog of the same domain controller (port 3269, or 3268 with StartTLS or Kerberos) for service
        principal names, which are unique in the forest. Without it only the domain is searched, and this check is at
        best V(unknown).
    type: bool
    default: true
  tolerate:
    description:
      - Checks whose failure is told and stops no machine.
    type: list
    elements: str
    default: []
    choices:
      - name_rules
      - name_template
      - name_double
      - name_known
      - account
      - common_name
      - dns_host_name
      - service_principal_name
      - deleted_account
      - dns_record
seealso:
  - module: adops.offline_join.packages
  - plugin: adops.offline_join.branch
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Check the names of a branch
  adops.offline_join.name_check:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    machines:
      - name: BER-PC-001
        serial_number: 5CG6127XT1
        organizational_units: ["OU=Staging,DC=corp,DC=example"]
        values: {branch: BER, type: PC}
      - name: BER-PC-002
    name_template: "{branch}-{type}-{number:03}"
    whole_inventory: "{{ groups.all }}"
  delegate_to: localhost
  run_once: true
  register: look

- name: Tell what is known of one
  ansible.builtin.debug:
    msg: "{{ look.machines['BER-PC-001'].headline | default('nothing is wrong with it', true) }}"
"""

RETURN = r"""
machines:
  description: What was found about each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Always false.
      type: bool
      returned: always
    headline:
      description: The first cause that stops the machine, with its remedy; none where nothing stops it.
      type: str
      returned: always
      sample: "the zone has A 192.0.2.7 for this name; delete the record of a machine that is gone, or ..."
    checks:
      description: All checks in causal order.
      type: list
      elements: dict
      returned: always
      contains:
        id:
          description:
            - One of V(inventory), V(name_rules), V(name_template), V(name_double), V(name_known), V(account),
              V(common_name), V(dns_host_name), V(service_principal_name), V(deleted_account), V(dns_record). The first
              is there only with O(inventory_faults).
          type: str
          returned: always
          sample: account
        severity:
          description: V(error) stops the machine, V(warning) is told only.
          type: str
          returned: always
          sample: error
        verdict:
          description: V(pass), V(fail), V(skipped), or V(unknown) where the login may not see it.
          type: str
          returned: always
          sample: fail
        evidence:
          description: What was seen.
          type: str
          returned: always
          sample: "the account BER-PC-001$ exists already: computer CN=BER-PC-001,OU=Old,DC=corp,DC=example, ..."
        remedy:
          description: What to do, in one sentence; empty where nothing is to do.
          type: str
          returned: always
          sample: choose another name, delete the account, or set reuse to take it over by the re-use rule
        windows_errors:
          description: The codes of the errors that Windows would show for it.
          type: list
          elements: int
          returned: always
          sample: [2224]
    error:
      description: Everything that stops this machine, with its remedies.
      type: str
      returned: failure of this machine
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.name_checking import NameExaminer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import warnings
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.checks import (
    IDS,
    INVENTORY,
    Known,
    Lists,
    Machine,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.names.template import (
    NameTemplate,
    TemplateError,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "serial_number": {"type": "str"},
            "organizational_units": {"type": "list", "elements": "str", "default": []},
            "object_guid": {"type": "str"},
            "values": {"type": "dict", "default": {}},
        },
    },
    "whole_inventory": {"type": "list", "elements": "str", "default": []},
    "known_names": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "serial_number": {"type": "str"},
            "where": {"type": "str", "default": "the ledger"},
        },
    },
    "inventory_faults": {"type": "list", "elements": "str", "default": []},
    "name_template": {"type": "str"},
    "dest": {"type": "path"},
    "reuse": {"type": "bool", "default": False},
    "global_catalog": {"type": "bool", "default": True},
    "tolerate": {
        "type": "list",
        "elements": "str",
        "default": [],
        "choices": [check_id for check_id in IDS if check_id != INVENTORY],
    },
}


def check(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    try:
        template = NameTemplate.parse(params["name_template"]) if params["name_template"] else None
    except TemplateError as error:
        return {"failed": True, "msg": str(error)}
    store = PackageStore(Path(params["dest"])) if params["dest"] else None
    machines = [machine(given, store) for given in params["machines"]]
    lists = Lists(
        machines=tuple(one.name for one in machines),
        inventory=tuple(params["whole_inventory"]),
        known=tuple(Known(**known) for known in params["known_names"]),
        template=template,
    )
    examiner = NameExaminer(
        lists, reuse=params["reuse"], global_catalog=params["global_catalog"], tolerate=params["tolerate"]
    )
    if params["inventory_faults"]:
        return to_result(examiner.refuse(machines, params["inventory_faults"]))
    with connect(modules.directory_settings(module)) as connection:
        examinations = examiner.examine(connection, machines)
    for sentence in warnings(examinations):
        module.warn(sentence)
    return to_result(examinations)


def machine(given: dict[str, Any], store: PackageStore | None) -> Machine:
    own = given["object_guid"]
    record = store.read_record(given["name"]) if store and not own else None
    return Machine(
        name=given["name"],
        serial_number=given["serial_number"],
        organizational_units=tuple(given["organizational_units"]),
        # A record without a GUID was written before the account was: a run that was killed, whose account is ours.
        object_guid=(record.object_guid or "") if record else own,
        values={field: str(value) for field, value in given["values"].items() if value is not None},
    )


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, check)


if __name__ == "__main__":
    main()
