#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: computers
short_description: Move, enable, describe, group or delete the computer accounts of a list of machines
version_added: 0.1.0
description:
  - Brings computer accounts that exist into the state that is wanted - promotes them from the staging to the production
    OU, makes them members of groups, disables or deletes them. Only what differs is written.
  - It never creates an account and never sets a password; M(adops.offline_join.packages) does.
  - A machine that was joined offline and waits for its network leaves no trace in the directory, so its account counts
    as unused here. Ask M(adops.offline_join.ledger_info) before you disable or delete it.
  - All machines share one connection. Each gets its own answer; what fails for one does not stop another.
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
      - The machines and what is wanted of their accounts. What is left out stays as it is.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      path:
        description:
          - Distinguished name of the organizational unit that the account is to be in.
          - A machine gets the policies of its new organizational unit. One that is reached through DirectAccess and
            moved to where that policy does not apply is lost, far away.
        type: str
      enabled:
        description:
          - Whether the account is enabled. A machine whose account is disabled cannot log on to the domain any more.
        type: bool
      description:
        description:
          - The account's description; an empty text removes it.
        type: str
      groups:
        description:
          - Direct memberships in groups of this domain, each group by its distinguished name or its account name.
          - Nested memberships are not changed. The primary group, Domain Computers, is always left alone.
          - They may be changed on a machine that lives, too. Taking the group of DirectAccess from it cuts its
            connection.
        type: dict
        suboptions:
          add:
            description:
              - Groups that it is to be a member of.
            type: list
            elements: str
            default: []
          remove:
            description:
              - Groups that it is not to be a member of.
            type: list
            elements: str
            default: []
          set:
            description:
              - All groups that it is to be a member of; it leaves every other one, and with an empty list all of them.
              - The login needs the right to write the members of each group that is left.
              - Mutually exclusive with O(machines[].groups.add) and O(machines[].groups.remove).
            type: list
            elements: str
      owner:
        description:
          - Who is to own the account, by SID or account name, or V(self) for the login itself.
          - Whoever creates an account owns it and has rights of its own on it, so the issuing login could reset its
            password and delete it forever. With this, explicit rights of whoever owned it before, and of its creator,
            are taken away in the same operation. Only those of ordinary users and groups are.
          - On Windows a login names nobody but itself, unless it has the privilege to restore files.
        type: str
      strip_rights_of:
        description:
          - Users and groups, by SID or account name, whose explicit rights on the account are taken away, too.
        type: list
        elements: str
        default: []
      state:
        description:
          - With V(absent) the account is deleted, and everything else that is said of this machine is ignored. A
            machine whose account is gone has to join again, with another SID.
          - An account that has objects below it is not deleted, because BitLocker recovery passwords lie there.
        type: str
        choices: [present, absent]
        default: present
  dest:
    description:
      - Where M(adops.offline_join.packages) wrote the packages and their issue records. Without a record, every machine
        counts as one that lives.
    type: path
  live_machines:
    description:
      - Names of machines that may be moved, disabled or deleted although they live. A machine that uses its account,
        or may use it, is refused unless it is named here.
    type: list
    elements: str
    default: []
  keep_policies:
    description:
      - Group policies, by display name or GUID, that must reach the organizational unit that an account is moved to,
        such as the one of DirectAccess or of the VPN that the machine is reached through. Only links are looked at.
    type: list
    elements: str
    default: []
  sync_scope:
    description:
      - Distinguished names that directory synchronisation is limited to. An account is moved only below one of them,
        because leaving the scope deletes its device in Entra ID.
    type: list
    elements: str
    default: []
  assume_issued:
    description:
      - In check mode, treat a machine without an account as one whose account an earlier step of the same run would
        have made. Without check mode this changes nothing.
    type: bool
    default: false
    version_added: 0.3.0
notes:
  - Nothing is written to managed service accounts, domain controllers, protected accounts, accounts that are trusted
    for delegation, and whatever else is no plain workstation account. No option overrides this.
  - Whether a machine lives is judged by its issue record and by every writable domain controller; one that does not
    answer counts as proof of life.
  - Use one delegated account for each duty, never a domain administrator. To promote takes the right to delete
    computers and to write their name and cn in the staging OU, and to create computers in the production OU; to change
    members takes the right to write the attribute member of these very groups.
  - A machine sees its new organizational unit and its groups once they have reached its own domain controller; its
    groups moreover only after a restart.
seealso:
  - module: adops.offline_join.computer_info
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Promote accepted machines
  adops.offline_join.computers:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: promote@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    machines:
      - name: BER-PC-001
        path: OU=Berlin,OU=Production,DC=corp,DC=example
      - name: BER-PC-002
        path: OU=Berlin,OU=Production,DC=corp,DC=example
    # They were accepted, so they live.
    live_machines: [BER-PC-001, BER-PC-002]
  delegate_to: localhost
  run_once: true

- name: Let a machine use DirectAccess
  adops.offline_join.computers:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: groups@corp.example
    machines:
      - name: BER-PC-001
        groups:
          add: [DirectAccessClients]
  delegate_to: localhost
  run_once: true

- name: Delete the account of a machine that never came, and only then
  adops.offline_join.computers:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: promote@corp.example
    dest: /srv/packages/berlin
    machines:
      - name: BER-PC-009
        state: absent
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether anything of it was changed; with an error, part of it may have been.
      type: bool
      returned: always
    changes:
      description: What was changed, in this order. An empty text stands for nothing.
      type: list
      elements: dict
      returned: always
      contains:
        what:
          description:
            - One of V(owner), V(rights), V(enabled), V(description), V(path), V(group), V(account).
          type: str
          returned: always
          sample: path
        before:
          description:
            - How it was. A group stands here if it was left, an account if it was deleted, a SID if its rights were
              taken away.
          type: str
          returned: always
          sample: OU=Staging,DC=corp,DC=example
        after:
          description: How it is. A group stands here if it was joined.
          type: str
          returned: always
          sample: OU=Berlin,OU=Production,DC=corp,DC=example
    error:
      description: Why something was not done, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: move CN=BER-PC-001,OU=Staging,DC=corp,DC=example to ...: the login may not delete it; ..."
    distinguished_name:
      description: The computer account, where it is afterwards or was last.
      type: str
      returned: when there is an account
      sample: CN=BER-PC-001,OU=Berlin,OU=Production,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: when there is an account
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.judging import AccountJudge, Bounds, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.writing import AccountWriter
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory import principals
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SearchError
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

SELF = "self"
ARGUMENT_SPEC = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "path": {"type": "str"},
            "enabled": {"type": "bool"},
            "description": {"type": "str"},
            "groups": {
                "type": "dict",
                "options": {
                    "add": {"type": "list", "elements": "str", "default": []},
                    "remove": {"type": "list", "elements": "str", "default": []},
                    "set": {"type": "list", "elements": "str"},
                },
            },
            "owner": {"type": "str"},
            "strip_rights_of": {"type": "list", "elements": "str", "default": []},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    },
    "dest": {"type": "path"},
    "live_machines": {"type": "list", "elements": "str", "default": []},
    "keep_policies": {"type": "list", "elements": "str", "default": []},
    "sync_scope": {"type": "list", "elements": "str", "default": []},
    "assume_issued": {"type": "bool", "default": False},
}


def write(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        evidence = Evidence(PackageStore(Path(params["dest"])) if params["dest"] else None)
        bounds = Bounds(tuple(params["keep_policies"]), tuple(params["sync_scope"]))
        assume_issued = module.check_mode and params["assume_issued"]
        judge = AccountJudge(
            connection, domain, caller, evidence, params["live_machines"], bounds, assume_issued=assume_issued
        )
        writer = AccountWriter(connection, judge, check_mode=module.check_mode)
        own = {SELF: caller.sids[0]} if caller.sids else {}
        named = {principal for one in params["machines"] for principal in named_by(one)}
        sids = own | principals.sids(connection, domain, named - {*own})
        return to_result(writer.write([machine(one, sids) for one in params["machines"]]))


def named_by(computer: dict[str, Any]) -> list[str]:
    """Who is to own the account, or to lose rights on it."""
    return [one for one in (computer["owner"], *computer["strip_rights_of"]) if one]


def contradicts(groups: dict[str, Any] | None) -> bool:
    return bool(groups and groups["set"] is not None and (groups["add"] or groups["remove"]))


def machine(computer: dict[str, Any], known: dict[str, str | SearchError]) -> Machine:
    """``known`` are the SIDs of all whom ``named_by`` tells, or why there is none."""
    name = computer["name"]
    if contradicts(computer["groups"]):
        return Machine(name, fault="groups.set is the whole list; leave out groups.add and groups.remove")
    sids: dict[str, str] = {}
    for principal in named_by(computer):
        found = known[principal]
        if isinstance(found, SearchError):
            return Machine(name, fault=str(found))
        sids[principal] = found
    groups = computer["groups"] or {"add": [], "remove": [], "set": None}
    return Machine(
        name=name,
        path=computer["path"],
        enabled=computer["enabled"],
        description=computer["description"],
        add_groups=tuple(groups["add"]),
        remove_groups=tuple(groups["remove"]),
        exact_groups=None if groups["set"] is None else tuple(groups["set"]),
        absent=computer["state"] == "absent",
        owner=sids[computer["owner"]] if computer["owner"] else None,
        strip_rights_of=frozenset(sids[one] for one in computer["strip_rights_of"]),
    )


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, write)


if __name__ == "__main__":
    main()
