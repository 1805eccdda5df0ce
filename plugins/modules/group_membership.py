#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: group_membership
short_description: Make a list of machines members of groups, and list all groups that they are in
version_added: 0.2.0
description:
  - Makes the computer accounts of a list of machines direct members of groups, each account by its distinguished name,
    with one operation for all machines of a group, and reads it back from the same domain controller.
  - Tells all groups that each account is in, nested ones as well. Without O(machines[].groups) it only tells.
  - It takes nobody out of a group; M(adops.offline_join.computers) does.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._directory
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  machines:
    description:
      - The machines and their groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      groups:
        description:
          - Groups of this domain that it is to be a member of, each by its distinguished name or its account name.
            Memberships in other groups stay as they are.
        type: list
        elements: str
        default: []
  assume_issued:
    description:
      - In check mode, treat a machine without an account as one whose account an earlier step of the same run would
        have made. Without check mode this changes nothing.
    type: bool
    default: false
notes:
  - A machine learns its groups when it logs on, so make it a member before its first boot, or restart it. Policies that
    are filtered by such a group, like those of DirectAccess, do not reach it before.
  - Nothing is done for managed service accounts, domain controllers, protected accounts, accounts that are trusted for
    delegation, and whatever else is no plain workstation account. No option overrides this.
  - Use an account with this duty alone, see M(adops.offline_join.delegation).
seealso:
  - module: adops.offline_join.computers
  - module: adops.offline_join.delegation
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Let a branch use DirectAccess
  adops.offline_join.group_membership:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: groups@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    machines:
      - name: BER-PC-001
        groups: [DirectAccessClients]
      - name: BER-PC-002
        groups: ["CN=DirectAccessClients,OU=Groups,DC=corp,DC=example"]
  delegate_to: localhost
  run_once: true

- name: List all groups of a machine
  adops.offline_join.group_membership:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: groups@corp.example
    machines:
      - name: BER-PC-001
  delegate_to: localhost
  run_once: true
  register: look

- name: Tell them
  ansible.builtin.debug:
    var: look.machines['BER-PC-001'].all_groups
"""

RETURN = r"""
machines:
  description: What became of each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether it joined a group; with an error, it may have joined some of them.
      type: bool
      returned: always
    changes:
      description: The groups that it joined.
      type: list
      elements: dict
      returned: always
      contains:
        what:
          description: Always V(group).
          type: str
          returned: always
          sample: group
        before:
          description: Always empty.
          type: str
          returned: always
          sample: ""
        after:
          description: The group's distinguished name.
          type: str
          returned: always
          sample: CN=DirectAccessClients,OU=Groups,DC=corp,DC=example
    groups:
      description: Distinguished names of the groups that it is a direct member of afterwards, without its primary one.
      type: list
      elements: str
      returned: when there is an account
      sample: ["CN=DirectAccessClients,OU=Groups,DC=corp,DC=example"]
    all_groups:
      description:
        - Distinguished names of all groups that it is in afterwards, by itself, through its primary group or through
          other groups, as far as they belong to this domain and the login may see them.
      type: list
      elements: str
      returned: when there is an account
      sample:
        - CN=DirectAccessClients,OU=Groups,DC=corp,DC=example
        - CN=Domain Computers,CN=Users,DC=corp,DC=example
        - CN=Remote Clients,OU=Groups,DC=corp,DC=example
    error:
      description: Why something was not done, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: change the members of CN=DirectAccessClients,...: the login may not write its members; ..."
    distinguished_name:
      description: The computer account.
      type: str
      returned: when there is an account
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: when there is an account
"""

from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.group_membership import GroupMembership
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.judging import AccountJudge, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.writing import AccountWriter
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.groups import Groups

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
            "groups": {"type": "list", "elements": "str", "default": []},
        },
    },
    "assume_issued": {"type": "bool", "default": False},
}


def join(module: AnsibleModule) -> dict[str, Any]:
    machines = [Machine(name=one["name"], add_groups=tuple(one["groups"])) for one in module.params["machines"]]
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        if any(machine.add_groups for machine in machines):
            caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        # Joining a group endangers no machine, so nobody asks how the accounts are used.
        judge = AccountJudge(connection, domain, caller, Evidence(None))
        membership = GroupMembership(
            connection,
            domain,
            Groups(connection, domain, caller.sids),
            AccountWriter(connection, judge, check_mode=module.check_mode),
            check_mode=module.check_mode,
            assume_issued=module.params["assume_issued"],
        )
        return to_result(membership.ensure(machines))


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, join)


if __name__ == "__main__":
    main()
