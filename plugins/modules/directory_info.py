#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: directory_info
short_description: Tell what the control node sees of the directory
version_added: 0.1.0
description:
  - Connects to a domain controller and tells who you are there, what these credentials could do, and which
    domain answers. Run it first when something does not work.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._attributes
  - adops.offline_join._directory
seealso:
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Look at the directory before the first rollout
  adops.offline_join.directory_info:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
  delegate_to: localhost
  run_once: true
  register: directory
"""

RETURN = r"""
libraries:
  description: Versions of the Python libraries; none where a library is missing.
  returned: always
  type: dict
  sample: {"gssapi": null, "ldap3": "2.9.1"}
connection:
  description: How the connection was made.
  returned: success
  type: dict
  sample:
    address: 192.0.2.10
    auth_protocol: simple
    port: 636
    server: dc1.corp.example
    tls_mode: ldaps
caller:
  description: Who the domain controller says you are.
  returned: success
  type: dict
  contains:
    identity:
      description: The account's name.
      type: str
      returned: success
      sample: issue
    sids:
      description: The SIDs of the login's token, its own first, nested groups included.
      type: list
      elements: str
      returned: success
    domain_wide_power:
      description: Groups in the token that command the whole domain. It should be empty; use delegated accounts.
      type: list
      elements: str
      returned: success
      sample: []
domain:
  description: The domain that answers.
  returned: success
  type: dict
  contains:
    base_dn:
      description: The domain's distinguished name.
      type: str
      returned: success
      sample: DC=corp,DC=example
    dns_name:
      description: The domain's DNS name.
      type: str
      returned: success
      sample: corp.example
    netbios_name:
      description: The domain's NetBIOS name.
      type: str
      returned: success
      sample: CORP
    forest_name:
      description: The DNS name of the forest's root domain.
      type: str
      returned: success
      sample: corp.example
    guid:
      description: The domain's GUID.
      type: str
      returned: success
      sample: 641b88f4-0000-4000-8000-000000000000
    sid:
      description: The domain's security identifier.
      type: str
      returned: success
      sample: S-1-5-21-1-2-3
    functional_level:
      description: The number of the domain's functional level, 7 for Windows Server 2016.
      type: int
      returned: success
      sample: 7
    forest_functional_level:
      description: The number of the forest's functional level.
      type: int
      returned: success
      sample: 7
    machine_account_quota:
      description: How many computers any user may join; 0 is the safe value.
      type: int
      returned: success
      sample: 10
domain_controller:
  description: What the domain controller says of itself.
  returned: success
  type: dict
  contains:
    name:
      description: Its DNS name.
      type: str
      returned: success
      sample: dc1.corp.example
    site:
      description: Its site.
      type: str
      returned: success
      sample: Default-First-Site-Name
    client_site:
      description: The site that it counts the control node to.
      type: str
      returned: success
      sample: Default-First-Site-Name
    writable:
      description: Whether it is writable; a read-only one cannot create accounts.
      type: bool
      returned: success
      sample: true
    flags:
      description: The DS flags of MS-ADTS 6.3.1.2.
      type: int
      returned: success
      sample: 5117
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import DirectoryError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import versions

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule


def look(module: AnsibleModule) -> dict[str, Any]:
    try:
        settings = modules.directory_settings(module)
        with connect(settings) as connection:
            domain = Domain.read(connection)
            caller = Caller.read(connection)
            address = connection.address
    except DirectoryError as error:
        # Told with the versions: the answer to "why" is often among them.
        return {"failed": True, "msg": str(error), "libraries": versions()}
    facts = asdict(domain)
    del facts["controller"], facts["configuration_dn"]
    controller = domain.controller
    return {
        "libraries": versions(),
        "connection": {
            "server": settings.server,
            "address": address,
            "port": settings.port,
            "tls_mode": settings.tls_mode,
            "auth_protocol": settings.auth_protocol,
        },
        "caller": {
            "identity": caller.identity,
            "sids": list(caller.sids),
            "domain_wide_power": caller.domain_wide_power(domain.sid),
        },
        "domain": {**facts, "guid": str(domain.guid)},
        "domain_controller": {
            "name": controller.host_name,
            "site": controller.site,
            "client_site": controller.client_site,
            "writable": controller.writable,
            "flags": controller.flags,
        },
    }


def main() -> None:
    modules.run(modules.directory_argument_spec(), look)


if __name__ == "__main__":
    main()
