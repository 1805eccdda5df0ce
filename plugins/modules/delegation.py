#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: delegation
short_description: Grant exactly the rights of one duty of the rollout
version_added: 0.2.0
description:
  - Adds to the access control lists of organizational units or groups what one duty takes, and nothing else, or takes
    it back. Every other entry stays as it is, byte for byte.
  - In check mode it tells whether the rights are there, with any login that can read; it warns where this login could
    not change them.
  - V(issue) may create computers in the staging OU. V(reissue) may reset passwords there, disable accounts and write
    their names; revoking takes the same. V(promote) may move computers from the staging OU to the production OU and
    take over their ownership and permissions. V(groups) may write the members of the groups named.
  - V(issue) and V(promote) also verify machines, so they may see the names of BitLocker's recovery objects below these
    organizational units, and neither a recovery password nor a key.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._attributes
  - adops.offline_join._directory
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  profile:
    description:
      - The duty.
    type: str
    choices: [issue, reissue, promote, groups]
    required: true
  principal:
    description:
      - The account or group that gets the rights, by account name or SID.
    type: str
    required: true
  staging_ou:
    description:
      - Distinguished name of the staging OU, for every duty but V(groups).
    type: str
  production_ous:
    description:
      - Distinguished names of the production OUs, for V(promote), and for V(issue) where its login verifies machines
        again after their promotion.
    type: list
    elements: str
  groups:
    description:
      - Groups by distinguished name or account name, for V(groups).
    type: list
    elements: str
  state:
    description:
      - V(absent) takes back the entries of this duty that stand there just so, and leaves what is beyond the duty.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Give each duty an account of its own. Whoever holds V(promote) can take over every machine that waits in the
    staging OU, which promotion cannot do without.
  - Never grant the property set User-Account-Restrictions or full control over computers; both hand over the machines.
    Rights of the same principal beyond the duty are told in RV(objects[].beyond) and left as they are.
  - Whoever created an account owns it, and keeps rights on it until it is promoted.
  - Changing permissions takes a login that may, such as the owner of the organizational unit; most are domain-wide, and
    so need O(allow_tier0=true). If it may not on one of the objects, none of them is changed.
  - Every other domain controller honours the rights once they have reached it.
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.computers
"""

EXAMPLES = r"""
- name: Let an account issue packages into the staging OU, and do nothing else
  adops.offline_join.delegation:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: administrator@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    allow_tier0: true
    profile: issue
    principal: svc-issue
    staging_ou: OU=Staging,DC=corp,DC=example

- name: See whether promotion is delegated, without changing anything
  adops.offline_join.delegation:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: reader@corp.example
    profile: promote
    principal: svc-promote
    staging_ou: OU=Staging,DC=corp,DC=example
    production_ous:
      - OU=Berlin,OU=Production,DC=corp,DC=example
  check_mode: true
  register: look

- name: Let an account keep the members of the DirectAccess group
  adops.offline_join.delegation:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: administrator@corp.example
    allow_tier0: true
    profile: groups
    principal: svc-groups
    groups: [DirectAccessClients]
"""

RETURN = r"""
objects:
  description: How the rights stood on each object before this run.
  returned: success
  type: list
  elements: dict
  contains:
    distinguished_name:
      description: The organizational unit or group.
      type: str
      returned: always
      sample: OU=Staging,DC=corp,DC=example
    granted:
      description: What the principal may do of the duty, by an entry of its own.
      type: list
      elements: str
      returned: always
      sample: [create computers]
    missing:
      description: What it may not.
      type: list
      elements: str
      returned: always
      sample: []
    beyond:
      description: Its other entries on this object, which the duty does not need.
      type: list
      elements: str
      returned: always
      sample: ["write property on User-Account-Restrictions of computer objects below"]
    writable:
      description: Whether this login may change the permissions of the object; none where that is not told.
      type: bool
      returned: always
"""

from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._directory import delegation
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import (
    DirectoryConnection,
    connect,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.delegation import Standing
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.duties import GRANTS, Duty, Grant, Place
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import DelegationError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.groups import Groups
from ansible_collections.adops.offline_join.plugins.module_utils._directory.principals import sid

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "profile": {"type": "str", "choices": [duty.value for duty in Duty], "required": True},
    "principal": {"type": "str", "required": True},
    "staging_ou": {"type": "str"},
    "production_ous": {"type": "list", "elements": "str"},
    "groups": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
NEEDED = {
    Duty.ISSUE: ["staging_ou"],
    Duty.REISSUE: ["staging_ou"],
    Duty.PROMOTE: ["staging_ou", "production_ous"],
    Duty.GROUPS: ["groups"],
}


def delegate(module: AnsibleModule) -> dict[str, Any]:
    params, duty = module.params, Duty(module.params["profile"])
    if missing := [option for option in NEEDED[duty] if not params[option]]:
        return {"failed": True, "msg": f"profile {duty.value} takes {' and '.join(missing)}; name at least one"}
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        if not module.check_mode:
            caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        trustee = sid(connection, domain, params["principal"])
        standings = [
            Standing.read(connection, dn, trustee, [grant for grant in GRANTS[duty] if grant.place is place])
            for place, dn in places(connection, domain, caller, duty, params)
        ]
        wanted = params["state"] == "present"
        changing = [one for one in standings if (one.missing if wanted else one.granted)]
        write(module, connection, changing, wanted=wanted)
    return {
        "changed": bool(changing),
        "objects": [told(standing) for standing in standings],
        "diff": [diff(standing, params["principal"], wanted=wanted) for standing in changing],
    }


def write(module: AnsibleModule, connection: DirectoryConnection, changing: list[Standing], *, wanted: bool) -> None:
    """All are asked for before the first is written, so that a login that may write some leaves nothing half done."""
    for standing in changing:
        try:
            standing.require_writable()
        except DelegationError as refused:
            if not module.check_mode:
                raise
            module.warn(str(refused))
    if not module.check_mode:
        for standing in changing:
            (delegation.grant if wanted else delegation.take_back)(connection, standing)


def places(
    connection: DirectoryConnection, domain: Domain, caller: Caller, duty: Duty, params: dict[str, Any]
) -> list[tuple[Place, str]]:
    """The objects that the duty's entries stand on, each once."""
    if duty is Duty.GROUPS:
        groups = Groups(connection, domain, caller.sids)
        named = [(Place.GROUP, groups.find(name).dn) for name in params["groups"]]
    else:
        production = (params["production_ous"] or []) if duty in (Duty.ISSUE, Duty.PROMOTE) else []
        named = [(Place.STAGING, params["staging_ou"]), *((Place.PRODUCTION, dn) for dn in production)]
    return list({(place, dn.lower()): (place, dn) for place, dn in named}.values())


def told(standing: Standing) -> dict[str, Any]:
    return {
        "distinguished_name": standing.dn,
        "granted": words(standing.granted),
        "missing": words(standing.missing),
        "beyond": list(standing.beyond),
        "writable": standing.writable,
    }


def words(grants: tuple[Grant, ...]) -> list[str]:
    return [grant.words for grant in grants]


def diff(standing: Standing, principal: str, *, wanted: bool) -> dict[str, str]:
    before = words(standing.granted)
    sides = {"before": before, "after": before + words(standing.missing) if wanted else []}
    lines = {side: "".join(f"{principal} may {one}\n" for one in grants) for side, grants in sides.items()}
    return {"before_header": standing.dn, "after_header": standing.dn, **lines}


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, delegate)


if __name__ == "__main__":
    main()
