#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: packages
short_description: Issue provisioning packages for a list of machines
version_added: 0.1.0
description:
  - Creates the computer accounts of a list of machines in Active Directory and builds for each the provisioning
    package that joins it without a network, as C(djoin /provision) does on Windows.
  - All machines share one connection. Each gets its own answer; what fails for one does not stop another.
  - An account is created with the six attributes that Windows writes itself. An account that exists gets a new
    password only under the conditions of O(regenerate) and of the notes.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._directory
  - adops.offline_join._issuing
  - adops.offline_join._package_contents
  - adops.offline_join._package_contents.from_directory
  - adops.offline_join._sealing
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
      - The machines to issue packages for.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, at most 15 letters, digits and hyphens. The package gives it to the machine as it is
            written here.
        type: str
        required: true
      serial_number:
        description:
          - Its serial number, where it is known. A sealed package is refused on a machine that tells another one.
        type: str
      path:
        description:
          - Distinguished name of the organizational unit of this machine, by default O(path).
        type: str
      netbios_name:
        description:
          - Its NetBIOS name, where that is not its O(machines[].name), as C(djoin /netbios) names it. The account keeps
            O(machines[].name), and Windows expects the two to be equal, so leave this out unless you know why.
        type: str
        version_added: 0.3.0
      client_certificate:
        description:
          - B(Experimental.) A certificate of this machine with its private key, as a PKCS#12 file on the host that runs
            the module. It goes into the package, so a machine can prove who it is (802.1X, VPN, DirectAccess) before it
            sees a domain controller.
          - The package has no field for a passphrase, so the key lies in it without one, and whoever reads the package
            has the key. No package made by Windows with a key was at hand to compare; try it on one machine first.
          - Only the certificate and its key are taken from the file; name its CAs in O(root_ca_files).
        type: path
        version_added: 0.3.0
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
  trusted_owners:
    description:
      - Users and groups, by SID or account name, whose accounts may be reused although this login did not make them.
        It stands in for the allow list of the policy "Allow computer account re-use during domain join", which cannot
        be read over LDAP.
    type: list
    elements: str
    default: []
  domain_controller:
    description:
      - Host name of the domain controller that the package names as the first to ask, by default O(server).
        It is asked for its address and site with the same connection options.
    type: str
notes:
  - A package is as secret as a password. Whoever reads one is that machine in your domain until its password changes.
  - An account is not reused when it is no plain workstation account (managed service accounts, domain controllers,
    protected or disabled accounts, delegation), when somebody left a preparation on it (key credentials, resource-based
    delegation, foreign service principal names, explicit rights ...), when Microsoft's account re-use rule (KB5020276)
    forbids it, or when its machine lives. The last is judged by the issue record and by every writable domain
    controller; one that does not answer counts as proof of life. None of them sees a machine that was joined offline
    and waits for its network; tell it with O(machines[].underway).
  - Policies are read once, before anything else is done; a fault in one of them ends the call. They are part of the
    package that is issued, so a package that is kept keeps the policies it was issued with, whatever became of them in
    the domain.
  - No package made by Windows with policies was at hand to compare; theirs follows Microsoft's description, and Samba
    reads it. Windows applies the domain's policies as usual once the machine sees a domain controller.
  - Use a delegated account that may create computers in one organizational unit, never a domain administrator.
  - The package's certificates and the part JOIN2 (O(site), O(machines[].netbios_name), O(primary_dns_suffix)) follow
    Microsoft's description; Samba decodes them, and Wine opens the stores. What Windows does was not yet tried.
  - The package's bytes were held against a package made by Windows Server 2019 and are accepted by Samba; they were
    not yet tried on every build of Windows.
seealso:
  - module: adops.offline_join.package_info
  - module: adops.offline_join.samba_join
  - name: KB909264
    description: Microsoft's naming rules for computers.
    link: https://learn.microsoft.com/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou
"""

EXAMPLES = r"""
- name: Issue packages for a branch, one call for all machines
  adops.offline_join.packages:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    path: OU=Staging,DC=corp,DC=example
    dest: /srv/packages/berlin
    issuer_key: /etc/offline_join/issuer.pem
    recipients: [/etc/offline_join/berlin.crt, /etc/offline_join/head_office.crt]
    machines:
      - name: BER-PC-001
        serial_number: 5CG1234XYZ
      - name: BER-PC-002
        path: OU=Kiosks,OU=Staging,DC=corp,DC=example
  delegate_to: localhost
  run_once: true
  no_log: true

- name: Issue packages that bring the policies of DirectAccess clients along
  adops.offline_join.packages:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    path: OU=Staging,DC=corp,DC=example
    dest: /srv/packages/berlin
    issuer_key: /etc/offline_join/issuer.pem
    recipients: [/etc/offline_join/berlin.crt]
    policy_names: [DirectAccess Client Settings]
    policy_paths: [/srv/policies/wired-network.pol]
    machines:
      - name: BER-PC-003
  delegate_to: localhost
  run_once: true
  no_log: true
"""

RETURN = r"""
policies:
  description: The policies that every package of this call brings along.
  returned: always, unless the call ends before they are read
  type: list
  elements: dict
  version_added: 0.3.0
  contains:
    source:
      description: Display name or path.
      type: str
      sample: DirectAccess Client Settings
    value_count:
      description: How many registry values it sets.
      type: int
      sample: 31
    left_out:
      description: Directives that a package cannot express, as the file names them.
      type: list
      elements: str
      sample: ["**del.Server of Software\\Policies\\Example"]
machines:
  description: What became of each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    act:
      description: What was done, V(create), V(reissue) or V(keep).
      type: str
      returned: success of this machine
    changed:
      description: Whether a package was issued.
      type: bool
      returned: always
    error:
      description: Why this machine has no package, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: the account exists (CN=BER-PC-001,OU=Berlin,DC=corp,DC=example), but ..."
    distinguished_name:
      description: The computer account.
      type: str
      returned: success of this machine
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: success of this machine, unknown in check mode before it is created
    sid:
      description: The account's security identifier.
      type: str
      returned: success of this machine, unknown in check mode before it is created
    package:
      description: The package file.
      type: str
      returned: success of this machine
      sample: /srv/packages/berlin/BER-PC-001.sealed
    package_sha256:
      description: Fingerprint of the package inside, as the ledger knows it.
      type: str
      returned: success of this machine, unknown in check mode before it is issued
      sample: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
    issue_record:
      description: What the directory said right after issuing, as a JSON file without secrets.
      type: str
      returned: success of this machine
      sample: /srv/packages/berlin/BER-PC-001.issue.json
"""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.reuse import Reuse
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.locator import ping
from ansible_collections.adops.offline_join.plugins.module_utils._directory.principals import sid
from ansible_collections.adops.offline_join.plugins.module_utils._issuing import certificate_sources, extra_parts
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.issuer import Issuer, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.package_maker import PackageMaker
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.policies import PolicyReading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import regenerate
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import (
        DirectoryConnection,
    )
    from ansible_collections.adops.offline_join.plugins.module_utils._directory.locator import Ping
    from ansible_collections.adops.offline_join.plugins.module_utils._issuing.extra_parts import Additions
    from ansible_collections.adops.offline_join.plugins.module_utils._issuing.policies import Policy

ARGUMENT_SPEC = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "path": {"type": "str"},
            "serial_number": {"type": "str"},
            "underway": {"type": "str", "default": ""},
            "applied": {"type": "bool", "default": False},
            **extra_parts.MACHINE_SPEC,
        },
    },
    "path": {"type": "str"},
    "dest": {"type": "path", "required": True},
    "regenerate": {"type": "str", "choices": list(regenerate.CHOICES), "default": "missing"},
    "live_machines": {"type": "list", "elements": "str", "default": []},
    "trusted_owners": {"type": "list", "elements": "str", "default": []},
    "root_ca_certificates": {"type": "bool", "default": False},
    **extra_parts.ADDITIONS_SPEC,
    "domain_controller": {"type": "str"},
    "provision_options": {"type": "int", "default": 0},
    "join4": {"type": "bool", "default": False},
    "policy_names": {"type": "list", "elements": "str", "default": []},
    "policy_paths": {"type": "list", "elements": "path", "default": []},
    "unsupported_policy": {"type": "str", "choices": ["refuse", "skip"], "default": "refuse"},
    **seal_options.SEAL_SPEC,
}


def issue(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    if not Path(params["dest"]).is_absolute():
        msg = f"dest {params['dest']} is relative, so packages could land anywhere; give the whole path"
        return {"failed": True, "msg": msg}
    serial_numbers = {one["name"]: one["serial_number"] for one in params["machines"] if one["serial_number"]}
    form = modules.package_form(module, serial_numbers)
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        controller, address = named_controller(connection, domain, params["domain_controller"])
        caller = Caller.read(connection)
        caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        policies = read_policies(module, connection, domain)
        additions = collect_additions(module, connection, domain)
        store = PackageStore(Path(params["dest"]), form)
        evidence = Evidence(store, {one["name"]: one["underway"] for one in params["machines"]})
        reuse = Reuse(
            connection,
            domain,
            caller,
            evidence,
            trusted_owners=[sid(connection, domain, one) for one in params["trusted_owners"]],
            live_machines=params["live_machines"],
            applied=[one["name"] for one in params["machines"] if one["applied"]],
        )
        maker = PackageMaker(
            domain,
            evidence,
            form,
            controller,
            address,
            caller.identity,
            site=params["site"],
            provision_options=params["provision_options"],
            join4=params["join4"],
            policies=[policy.values for policy in policies],
            additions=additions,
        )
        issuer = Issuer(
            connection,
            domain,
            store,
            maker,
            reuse,
            regenerate=params["regenerate"],
            check_mode=module.check_mode,
        )
        machines = [Machine(machine["name"], machine["path"] or params["path"]) for machine in params["machines"]]
        try:
            return to_result(issuer.issue(machines)) | {"policies": [policy.to_result() for policy in policies]}
        except OSError as error:
            remedy = "name a directory that you may write to"
            return {"failed": True, "msg": f"{store.dest} cannot be written to: {error.strerror}; {remedy}"}


def read_policies(module: AnsibleModule, connection: DirectoryConnection, domain: Domain) -> list[Policy]:
    params = module.params
    reading = PolicyReading(connection, domain, skip_unsupported=params["unsupported_policy"] == "skip")
    policies = reading.read(params["policy_names"], params["policy_paths"])
    for policy in policies:
        if policy.left_out:
            module.warn(f"left out of {policy.values.source}: {', '.join(map(str, policy.left_out))}")
    return policies


def collect_additions(module: AnsibleModule, connection: DirectoryConnection, domain: Domain) -> Additions:
    params, now = module.params, datetime.now(UTC)
    if extra_parts.needs_certificates(params["machines"], params):
        modules.require_sealing(module)
    authorities = certificate_sources.read(connection, domain, params, now)
    for sentence in authorities.left_out:
        module.warn(f"left out of the packages: {sentence}")
    return extra_parts.collect(params["machines"], params, authorities, domain.netbios_name, now)


def named_controller(connection: DirectoryConnection, domain: Domain, server: str | None) -> tuple[Ping, str]:
    """What the domain controller that the packages shall name says of itself, and its address."""
    if server is None:
        return domain.controller, connection.address
    with connect(dataclasses.replace(connection.settings, server=server)) as named:
        return ping(named, domain.dns_name), named.address


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, issue)


if __name__ == "__main__":
    main()
