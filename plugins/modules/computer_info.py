#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: computer_info
short_description: Tell what the directory knows of the computer accounts of a list of machines
version_added: 0.1.0
description:
  - Reads the accounts of a list of machines over one connection, asks every writable domain controller for traces of
    their use, and with O(dest) judges which machines live.
  - It never logs in as a machine, so it leaves no trace itself, and it never asks for LAPS passwords or BitLocker
    recovery passwords.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._attributes
  - adops.offline_join._directory
options:
  names:
    description:
      - The machines' names, without the dollar sign at the end of their account names.
    type: list
    elements: str
    required: true
  dest:
    description:
      - Where M(adops.offline_join.packages) wrote the packages and their issue records. With it, each account is
        judged.
    type: path
  subsets:
    description:
      - What to tell of each account besides, one key of the result for each.
      - V(all_groups) also those that it is in by its primary group and through other groups.
      - V(doubles) other objects of the domain that have its DNS host name or a service principal name of it.
      - V(laps) when its LAPS password expires, never the password.
      - V(recovery_objects) the names of its BitLocker recovery objects, which hold the identifiers of protectors, never
        a key. Objects that the login may not see look as if they were not there.
      - V(replicas) what every domain controller has of it, read-only ones too, because a machine reads its own.
    type: list
    elements: str
    choices: [all_groups, doubles, laps, recovery_objects, replicas]
    default: []
notes:
  - The same login and the same CA are used for every writable domain controller.
seealso:
  - module: adops.offline_join.computers
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Ask which machines of a branch live
  adops.offline_join.computer_info:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    names: [BER-PC-001, BER-PC-002]
    dest: /srv/packages/berlin
  delegate_to: localhost
  run_once: true
  register: look

- name: Tell what is known of one
  ansible.builtin.debug:
    msg: "{{ look.machines['BER-PC-001'].liveness.reason | default('it has no account', true) }}"
"""

RETURN = r"""
machines:
  description: What is known of each machine, by the name that was given.
  returned: success
  type: dict
  contains:
    exists:
      description: Whether there is an account of this name that the login can see.
      type: bool
      returned: always
    distinguished_name:
      description: The computer account.
      type: str
      returned: when it exists
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    sid:
      description: The account's security identifier.
      type: str
      returned: when it exists
      sample: S-1-5-21-1-2-3-1104
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: when it exists
    enabled:
      description: Whether it is enabled; none where the login may not see it.
      type: bool
      returned: when it exists
    description:
      description: Its description, or none.
      type: str
      returned: when it exists
    groups:
      description: Distinguished names of the groups that it is a direct member of, without its primary group.
      type: list
      elements: str
      returned: when it exists
    password_last_set:
      description: When its password was set, a FILETIME - 100 nanoseconds since 1601, as in the issue record.
      type: int
      returned: when it exists
      sample: 134082000000000000
    key_version:
      description: The number of its Kerberos key.
      type: int
      returned: when it exists
      sample: 2
    created:
      description: When the account was created, in UTC.
      type: str
      returned: when it exists
      sample: "2026-11-21T04:23:31+00:00"
    evidence:
      description:
        - Traces of its use by writable domain controller, none for one that did not answer. A domain controller that
          does not know the account yet is left out.
        - Times are FILETIMEs; 0 and none mean never.
      type: dict
      returned: when it exists
      sample:
        dc1.corp.example:
          last_logon: 0
          last_logon_timestamp: 0
          logon_count: 0
          operating_system: null
          password_last_set: 134082000000000000
        dc2.corp.example: null
    liveness:
      description: Whether the machine uses its account.
      type: dict
      returned: when it exists and O(dest) is given
      contains:
        state:
          description:
            - V(unused), V(live) or V(unknown). The last is treated like V(live). Without an issue record it is V(live).
          type: str
          returned: always
          sample: live
        reason:
          description: What makes it live or unknown, completing "it is treated as live, because ...".
          type: str
          returned: always
          sample: it logged on on dc1.corp.example
    issue_record:
      description: What its issue record says; none where there is none of this account.
      type: dict
      returned: when it exists and O(dest) is given
      contains:
        password_last_set:
          description: When its password was set as the package was issued, a FILETIME; none before it was.
          type: int
          returned: always
          sample: 134082000000000000
        issued:
          description: When the package was issued, in UTC.
          type: str
          returned: always
          sample: "2026-11-21T04:23:31+00:00"
    all_groups:
      description: Distinguished names of all groups that it is in.
      type: list
      elements: str
      returned: when it exists and O(subsets) has V(all_groups)
    doubles:
      description: Distinguished names of other objects that have a name of it.
      type: list
      elements: str
      returned: when it exists and O(subsets) has V(doubles)
    laps_expiration:
      description: When its LAPS password expires, a FILETIME; none where there is none, or the login may not see it.
      type: int
      returned: when it exists and O(subsets) has V(laps)
      sample: 134108000000000000
    recovery_objects:
      description: The names of its BitLocker recovery objects.
      type: list
      elements: str
      returned: when it exists and O(subsets) has V(recovery_objects)
      sample: ["2026-11-21T04:23:31-00:00{8F1F2A6C-0D9C-4C56-9E0E-5A0F2E7B1C11}"]
    replicas:
      description: What each domain controller has, none for one that did not answer.
      type: dict
      returned: when it exists and O(subsets) has V(replicas)
      sample:
        dc1.corp.example:
          exists: true
          distinguished_name: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
          object_guid: 0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11
          password_last_set: 134082000000000000
          groups: []
        dc2.corp.example:
          exists: false
        rodc.corp.example: null
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._directory import account_details, computers
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.account_surroundings import (
    CHOICES,
    AccountSurroundings,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._directory.account_details import AccountDetails
    from ansible_collections.adops.offline_join.plugins.module_utils._directory.computers import ComputerAccount

ARGUMENT_SPEC = {
    "names": {"type": "list", "elements": "str", "required": True},
    "dest": {"type": "path"},
    "subsets": {"type": "list", "elements": "str", "choices": list(CHOICES), "default": []},
}


def look(module: AnsibleModule) -> dict[str, Any]:
    names, dest = module.params["names"], module.params["dest"]
    evidence = Evidence(PackageStore(Path(dest)) if dest else None)
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        accounts = computers.find(connection, domain, names)
        details = account_details.find(connection, domain, accounts)
        evidence.collect(connection, domain, accounts)
        surroundings = AccountSurroundings(connection, domain, accounts).look(module.params["subsets"], evidence.silent)
    known = {key: describe(account, details[key]) for key, account in accounts.items() if key in details}
    for key, computer in known.items():
        seen = evidence.traces(key)
        computer["evidence"] = {host: traces and asdict(traces) for host, traces in seen.items()}
        if dest:
            life = evidence.judge(key, computer["object_guid"])
            computer["liveness"] = {"state": life.state.value, "reason": life.reason}
            record = evidence.record(key, computer["object_guid"])
            computer["issue_record"] = record and {
                "password_last_set": record.password_last_set,
                "issued": record.issued,
            }
        computer |= surroundings[key]
    return {"machines": {name: known.get(name.lower(), {"exists": False}) for name in names}}


def describe(account: ComputerAccount, details: AccountDetails) -> dict[str, Any]:
    return {
        "exists": True,
        "distinguished_name": account.distinguished_name,
        "sid": account.sid,
        "object_guid": str(account.object_guid),
        "enabled": details.enabled,
        "description": details.description,
        "groups": list(details.groups),
        "password_last_set": account.password_last_set,
        "key_version": account.key_version,
        "created": details.created,
    }


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, look)


if __name__ == "__main__":
    main()
