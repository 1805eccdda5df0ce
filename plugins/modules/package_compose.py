#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_compose
short_description: Compose a provisioning package from known facts
version_added: 0.3.0
description:
  - Builds the provisioning package of one machine without asking any domain controller, from facts that you know of its
    account, its domain and its password, as C(net offlinejoin composeodj) of newer Samba does.
  - B(It sets no password and checks no fact.) A package with a password that is not that of the account joins nothing,
    and nobody notices before the machine's first logon.
  - Use M(adops.offline_join.packages) wherever a domain controller can be reached. This is for accounts that another
    tool makes and whose password it tells, and for networks from where no domain controller can be reached.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._package_contents
  - adops.offline_join._sealing
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - The machine's name, at most 15 letters, digits and hyphens.
    type: str
    required: true
  serial_number:
    description:
      - Its serial number, where it is known. A sealed package is refused on a machine that tells another one.
    type: str
  password:
    description:
      - The password that the account has now, at most 256 characters.
      - If not set, the environment variable E(OFFLINE_JOIN_MACHINE_PASSWORD) is used. Callback plugins see the
        arguments of a task, so the environment is better.
    type: str
    required: true
  sid:
    description:
      - The account's security identifier, with its real RID.
    type: str
    required: true
  object_guid:
    description:
      - The account's objectGUID.
    type: str
    required: true
  password_last_set:
    description:
      - The account's C(pwdLastSet), a FILETIME. The claims of a sealed package repeat it, so it is needed to seal.
    type: int
  key_version:
    description:
      - The account's C(msDS-KeyVersionNumber). The claims of a sealed package repeat it, so it is needed to seal.
    type: int
  domain:
    description:
      - The domain, as RV(adops.offline_join.directory_info#module:domain) tells it.
    type: dict
    required: true
    suboptions:
      dns_name:
        description:
          - Its DNS name.
        type: str
        required: true
      netbios_name:
        description:
          - Its NetBIOS name.
        type: str
        required: true
      forest_name:
        description:
          - DNS name of the forest's root domain, by default the domain's own.
        type: str
      guid:
        description:
          - Its GUID, the objectGUID of the domain's head.
        type: str
        required: true
  domain_controller:
    description:
      - The domain controller that the package names as the first to ask. Windows locates one itself at each start.
    type: dict
    required: true
    suboptions:
      name:
        description:
          - Its DNS name.
        type: str
        required: true
      address:
        description:
          - Its IP address.
        type: str
        required: true
      site:
        description:
          - Its site.
        type: str
        required: true
      flags:
        description:
          - What it offers, the DS flags of MS-ADTS 6.3.1.2. The default is a writable one with LDAP and Kerberos.
        type: int
        default: 312
  netbios_name:
    description:
      - The machine's NetBIOS name, where that is not its O(name).
    type: str
  client_certificate:
    description:
      - B(Experimental.) A certificate of this machine with its private key, as a PKCS#12 file. The key lies in the
        package without a passphrase. See O(adops.offline_join.packages#module:machines[].client_certificate).
    type: path
  dest:
    description:
      - Directory on the host that runs the module where the package is written, with mode 0600, as C(NAME.sealed) or
        C(NAME.djoin), and beside it C(NAME.issue.json), its issue record.
      - It is made with mode 0700 if it is not there. A package that M(adops.offline_join.packages) issued there is not
        replaced, because its issue record would be lost.
    type: path
    required: true
notes:
  - A package is as secret as a password. Whoever reads one is that machine in your domain until its password changes.
  - The issue record of a composed package does not know how the account looked on the domain controllers, so all other
    modules of this collection treat the machine as live.
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.directory_info
requirements:
  - Python 3.11 or later on the host that runs the module
"""

EXAMPLES = r"""
- name: Compose the package of an account that another tool made
  adops.offline_join.package_compose:
    name: BER-PC-001
    # The account's password comes from OFFLINE_JOIN_MACHINE_PASSWORD.
    sid: S-1-5-21-306967272-1096148586-1957995587-1605
    object_guid: 0a0b0c0d-0e0f-1011-1213-141516171819
    password_last_set: 134000000000000000
    key_version: 2
    domain:
      dns_name: corp.example
      netbios_name: CORP
      guid: c0761a96-e242-4ec2-9160-7a66a4ac4929
    domain_controller:
      name: dc1.corp.example
      address: 192.0.2.10
      site: Berlin
    dest: /srv/packages/composed
    issuer_key: /etc/offline_join/issuer.pem
    recipients: [/etc/offline_join/berlin.crt]
  delegate_to: localhost
  no_log: true
"""

RETURN = r"""
package:
  description: The package file.
  type: str
  returned: success
  sample: /srv/packages/composed/BER-PC-001.sealed
package_sha256:
  description: Fingerprint of the package inside.
  type: str
  returned: success
  sample: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
issue_record:
  description: The package's issue record, a JSON file without secrets.
  type: str
  returned: success
  sample: /srv/packages/composed/BER-PC-001.issue.json
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._issuing import composing, extra_parts
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "serial_number": {"type": "str"},
    "password": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["OFFLINE_JOIN_MACHINE_PASSWORD"]),
    },
    "sid": {"type": "str", "required": True},
    "object_guid": {"type": "str", "required": True},
    "password_last_set": {"type": "int", "no_log": False},
    "key_version": {"type": "int", "no_log": False},
    "domain": {
        "type": "dict",
        "required": True,
        "options": {
            "dns_name": {"type": "str", "required": True},
            "netbios_name": {"type": "str", "required": True},
            "forest_name": {"type": "str"},
            "guid": {"type": "str", "required": True},
        },
    },
    "domain_controller": {
        "type": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "address": {"type": "str", "required": True},
            "site": {"type": "str", "required": True},
            "flags": {"type": "int", "default": 312},
        },
    },
    "dest": {"type": "path", "required": True},
    "provision_options": {"type": "int", "default": 0},
    "join4": {"type": "bool", "default": False},
    **extra_parts.MACHINE_SPEC,
    **extra_parts.ADDITIONS_SPEC,
    **seal_options.SEAL_SPEC,
}


def compose(module: AnsibleModule) -> dict[str, Any]:
    params, now = module.params, datetime.now(UTC)
    name, dest = params["name"], Path(params["dest"])
    if not dest.is_absolute():
        msg = f"dest {dest} is relative, so the package could land anywhere; give the whole path"
        return {"failed": True, "msg": msg}
    if extra_parts.needs_certificates([params], params):
        modules.require_sealing(module)
    form = modules.package_form(module, {name: params["serial_number"]} if params["serial_number"] else {})
    store = PackageStore(dest, form)
    package = composing.package(params, now)
    changed = not composing.is_there(store, package)
    if changed and not module.check_mode:
        try:
            composing.write(store, form, package, params, now)
        except OSError as error:
            remedy = "name a directory that you may write to, and make room"
            return {"failed": True, "msg": f"{name}: {error.filename or dest}: {error.strerror}; {remedy}"}
    place = str(store.package(name))
    after = f"package: {place}\nsha256: {package.sha256}\n"
    return {
        "changed": changed,
        "package": place,
        "package_sha256": package.sha256,
        "issue_record": str(store.issue_record(name)),
        "diff": {"before_header": name, "after_header": name, "before": "" if changed else after, "after": after},
    }


def main() -> None:
    for_claims = ["password_last_set", "key_version"]
    modules.run(ARGUMENT_SPEC, compose, required_if=[("seal", "cms", for_claims)])


if __name__ == "__main__":
    main()
