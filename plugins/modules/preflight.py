#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Look whether packages can be issued for a list of machines, before anything changes
version_added: 0.2.0
description:
  - Looks at the domain and its domain controller, at the organizational units and the policies that reach them, at the
    sites, the groups and the accounts that exist, and tells what would stop the rollout or harm it, with the errors
    that Windows would show for it and what to do.
  - It looks only, with the login that will issue the packages, because it judges what this very login may do. A check
    that the login has no right to make is V(unknown), never V(pass).
  - All machines share one connection. Each gets its own answer; what stands against the domain stands against each.
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
      - The machines and where they are to go.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      staging_ou:
        description:
          - Distinguished name of the staging OU, by default the domain's own container for new computers.
        type: str
      production_ou:
        description:
          - Distinguished name of the organizational unit that it is promoted to. Without it, nothing is checked of it.
        type: str
      site:
        description:
          - The site in which the machine will stand. Without it, no domain controllers of a site are looked for.
        type: str
      groups:
        description:
          - Groups that it is to be a member of, each by its distinguished name or its account name.
        type: list
        elements: str
        default: []
      underway:
        description:
          - Why its package may be applied although the directory does not show it, such as C(it was applied on
            2026-11-20); an offline join leaves no trace there before the network is. The account then counts as one
            that lives. Empty where nobody knows of that.
        type: str
        default: ''
        version_added: 0.6.0
      applied:
        description:
          - Whether its package is known to be applied. One that has expired since did its work, and is kept.
        type: bool
        default: false
        version_added: 0.6.0
  dest:
    description:
      - Where M(adops.offline_join.packages) writes the packages and their issue records. An account whose package is in
        place stays as it is. Without a record, every machine counts as one that lives.
    type: path
  seal:
    description:
      - The form of the packages in O(dest), as in M(adops.offline_join.packages). No key is needed to look.
    type: str
    choices: [cms, none]
    default: cms
  regenerate:
    description:
      - When an account that exists is to get a new package, as in M(adops.offline_join.packages).
    type: str
    choices: [never, missing, dead, always]
    default: missing
  live_machines:
    description:
      - Names of machines that may lose their membership, as in M(adops.offline_join.packages).
    type: list
    elements: str
    default: []
  trusted_owners:
    description:
      - Users and groups whose accounts may be reused, as in M(adops.offline_join.packages).
    type: list
    elements: str
    default: []
  tolerate:
    description:
      - Checks whose failure is told and stops no machine.
    type: list
    elements: str
    default: []
    choices:
      - ldap_security
      - controller_writable
      - clock
      - identifiers
      - machine_account_quota
      - owner_rights
      - site_controllers
      - staging_ou
      - create_right
      - reset_right
      - staging_policies
      - production_ou
      - production_policies
      - group
      - account
notes:
  - V(controller_writable), V(clock) (more than five minutes), V(identifiers) (fewer than machines), V(site_controllers)
    (no such site), V(staging_ou), V(production_ou), V(create_right), V(group) (no such group) and V(account) stop a
    machine. Everything else is told as a warning.
  - Policies are judged by where they are linked, whether a link is enforced and whether inheritance is blocked. Whether
    a policy's permissions or its WMI filter leave a machine out is not looked at, nor are the links of the site.
  - What the policies on the production OU set is read from SYSVOL over SMB, with the Python library smbprotocol. One
    that denies network logon to local accounts or closes WinRM is a warning, because it cuts the connection of the
    phase site when it reaches a machine. Without the library, or where SYSVOL is out of reach, that is V(unknown); so
    it is where policies contradict each other, because which of them wins is not worked out.
  - A site that has read-only domain controllers only is a warning. Let the machines' passwords be replicated to them
    (their group Allowed RODC Password Replication Group) and pre-populate the passwords with Windows' own tools, for
    example C(repadmin /rodcpwdrepl). This collection does not pre-populate them.
  - A machine account quota is a warning, because with one any user can make the account that you are going to use. The
    remedy for a login that may not create accounts is to delegate the right, never a higher quota.
  - The names themselves are checked by M(adops.offline_join.name_check).
seealso:
  - module: adops.offline_join.name_check
  - module: adops.offline_join.delegation
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Look whether a branch can be issued
  adops.offline_join.preflight:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    machines:
      - name: BER-PC-001
        staging_ou: OU=Staging,DC=corp,DC=example
        production_ou: OU=Berlin,OU=Production,DC=corp,DC=example
        site: Berlin
        groups: [DirectAccessClients]
      - name: BER-PC-002
        staging_ou: OU=Staging,DC=corp,DC=example
    dest: /srv/packages/berlin
  delegate_to: localhost
  run_once: true
  register: look

- name: Tell what is known of the domain
  ansible.builtin.debug:
    msg: "{{ look.domain | items2dict(key_name='id', value_name='evidence') }}"
"""

RETURN = r"""
domain:
  description: The checks of the domain and of the domain controller that answered, in causal order.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description:
        - One of V(ldap_security), V(controller_writable), V(clock), V(identifiers), V(machine_account_quota),
          V(owner_rights).
      type: str
      returned: always
      sample: machine_account_quota
    severity:
      description: V(error) stops every machine, V(warning) is told only.
      type: str
      returned: always
      sample: warning
    verdict:
      description: V(pass), V(fail), V(skipped), or V(unknown) where the login may not see it.
      type: str
      returned: always
      sample: fail
    evidence:
      description: What was seen.
      type: str
      returned: always
      sample: ms-DS-MachineAccountQuota is 10
    remedy:
      description: What to do, in one sentence; empty where nothing is to do.
      type: str
      returned: always
      sample: "set it to 0 and delegate create-child instead: with a quota any user can plant an account"
    windows_errors:
      description: The codes of the errors that Windows would show for it.
      type: list
      elements: int
      returned: always
      sample: [2732, 8557]
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
      sample: "the login may not create computers in OU=Staging,DC=corp,DC=example; delegate it the right on ..."
    checks:
      description:
        - All checks of the machine in causal order, each as in RV(domain). Their ids are V(site_controllers),
          V(staging_ou), V(create_right), V(reset_right), V(staging_policies), V(production_ou),
          V(production_policies), V(group) once for each group, and V(account).
        - What stands against the whole domain comes first.
      type: list
      elements: dict
      returned: always
    error:
      description: Everything that stops this machine, with its remedies.
      type: str
      returned: failure of this machine
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.reuse import Reuse
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.principals import sid
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.preflight import (
    Machine,
    Order,
    Preflight,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import CHOICES
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.preflight_checks import IDS, warnings
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import DjoinForm, SealedFiles
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
            "staging_ou": {"type": "str"},
            "production_ou": {"type": "str"},
            "site": {"type": "str"},
            "groups": {"type": "list", "elements": "str", "default": []},
            "underway": {"type": "str", "default": ""},
            "applied": {"type": "bool", "default": False},
        },
    },
    "dest": {"type": "path"},
    "seal": {"type": "str", "choices": ["cms", "none"], "default": "cms"},
    "regenerate": {"type": "str", "choices": list(CHOICES), "default": "missing"},
    "live_machines": {"type": "list", "elements": "str", "default": []},
    "trusted_owners": {"type": "list", "elements": "str", "default": []},
    "tolerate": {"type": "list", "elements": "str", "default": [], "choices": list(IDS)},
}


def look(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    machines = [machine(given) for given in params["machines"]]
    form = DjoinForm() if params["seal"] == "none" else SealedFiles()
    store = PackageStore(Path(params["dest"]), form) if params["dest"] else None
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        reuse = Reuse(
            connection,
            domain,
            caller,
            Evidence(store, {one["name"]: one["underway"] for one in params["machines"]}),
            trusted_owners=[sid(connection, domain, one) for one in params["trusted_owners"]],
            live_machines=params["live_machines"],
            applied=[one["name"] for one in params["machines"] if one["applied"]],
        )
        preflight = Preflight(connection, domain, caller, reuse, Order(params["regenerate"], store, params["tolerate"]))
        of_domain = preflight.of_domain(len(machines))
        examinations = preflight.of_machines(machines, of_domain)
    for sentence in warnings(of_domain, examinations):
        module.warn(sentence)
    return to_result(examinations) | {"domain": [check.to_result() for check in of_domain]}


def machine(given: dict[str, Any]) -> Machine:
    return Machine(
        name=given["name"],
        staging_ou=given["staging_ou"] or None,
        production_ou=given["production_ou"] or None,
        site=given["site"] or None,
        groups=tuple(given["groups"] or ()),
    )


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, look)


if __name__ == "__main__":
    main()
