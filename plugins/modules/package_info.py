#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_info
short_description: Tell what a provisioning package says, never its secret
version_added: 0.1.0
description:
  - Reads a provisioning package made by C(djoin), by Samba, by microsoft.ad or by M(adops.offline_join.packages) and
    tells for which machine and domain it is and what is in it.
  - Neither the password nor a private key is part of the answer. The values of policies are, because every member of
    the domain can read those of its group policy objects.
  - A sealed package is opened with O(recipient_key); without one it tells only whose keys open it.
  - With O(server) it also asks the directory whether the package is current, that is whether it still holds the
    password of its account.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._directory
  - adops.offline_join._opening
attributes:
  check_mode:
    support: full
    details:
      - This only reads. With O(authenticate) it leaves traces, so it does not log in as the machine in check mode.
  diff_mode:
    support: N/A
    details:
      - This only reads.
  idempotent:
    support: full
    details:
      - This only reads.
options:
  package:
    description:
      - The package file, in any form that is in use - a djoin file, base64, or the bytes themselves.
    type: path
    required: true
  server:
    description:
      - Host name of the domain controller to ask, as its certificate names it. Without it nothing is asked, and the
        other connection options mean nothing.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_SERVER) is used.
    type: str
    required: false
  authenticate:
    description:
      - Log in as the machine with the package's password, in a simple bind over the same TLS settings, or over LDAPS
        with O(auth_protocol=kerberos). Nothing else proves that the password is right.
      - B(This makes an unused package look used.) The domain controller notes the logon (C(lastLogon), C(logonCount),
        C(lastLogonTimestamp)), so M(adops.offline_join.packages) and M(adops.offline_join.computers) treat the machine
        as live from then on, and others can no longer tell whether somebody else was there.
      - A domain controller may accept the previous password as well for a while, so a login that works is no proof that
        the package is current. See RV(current).
    type: bool
    default: false
notes:
  - Whether a package is current is judged by the issue record C(NAME.issue.json) beside it, which
    M(adops.offline_join.packages) wrote.
seealso:
  - plugin: adops.offline_join.package_info
    plugin_type: filter
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Look into a package
  adops.offline_join.package_info:
    package: /srv/packages/berlin/BER-PC-001.djoin
  delegate_to: localhost
  register: look

- name: Ask whether its password is still that of its account
  adops.offline_join.package_info:
    package: /srv/packages/berlin/BER-PC-001.djoin
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
  delegate_to: localhost
  register: look
  failed_when: look.current is not true

- name: Tell whose it is
  ansible.builtin.debug:
    msg: "{{ look.package.machine_name }} of {{ look.package.domain.dns_name }}"
"""

RETURN = r"""
current:
  description:
    - Whether it holds the password of its account, judged by time and key version of the password. None where that
      cannot be told, so that a condition on it is not met.
  returned: success and O(server) is given
  type: bool
  sample: true
current_reason:
  description: What RV(current) rests on.
  returned: success and O(server) is given
  type: str
  sample: the account's password was changed after the package was issued
authenticated:
  description: Whether a domain controller accepted its password. None where that cannot be told, and in check mode.
  returned: success and O(authenticate=true)
  type: bool
  sample: true
authenticated_reason:
  description: What RV(authenticated) rests on.
  returned: success and O(authenticate=true)
  type: str
  sample: dc1.corp.example accepts its password
sealed:
  description: What the seal tells; there only for a sealed package.
  returned: success
  type: dict
  contains:
    addressees:
      description: Whose keys open it, as issuer and serial number of their certificates. Nobody vouches for it.
      type: list
      elements: str
    issuer:
      description: SHA-256 of the certificate of the trusted issuer who signed it.
      type: str
      returned: with O(recipient_key)
    claims:
      description: The claims - machine, domain, serial_number, issued, expires and what its issue record says.
      type: dict
      returned: with O(recipient_key)
package:
  description: Everything that the package says, except its secrets.
  returned: success, of a sealed package with O(recipient_key)
  type: dict
  contains:
    machine_name:
      description: The machine that it joins.
      type: str
      returned: success
      sample: BER-PC-001
    domain:
      description: DNS name, NetBIOS name, forest, GUID and SID of the domain.
      type: dict
      returned: success
    domain_controller:
      description: Name, address, flags, site and client site of the domain controller that it was made with.
      type: dict
      returned: success
    options:
      description: The options that it was made with, the C(NETSETUP_PROVISION) flags of lmjoin.h.
      type: int
      returned: success
      sample: 0
    default_password:
      description: Whether the password is the machine's own name, which everybody can guess.
      type: bool
      returned: success
      sample: false
    formats:
      description: The forms inside, 1 for Windows 7 and 2 for Windows 8 and later.
      type: list
      elements: int
      returned: success
      sample: [1, 2]
    parts:
      description:
        - The parts for Windows 8 and later, each with name, GUID, size and what is known of its content.
        - The part C(policy) has C(sources), each with C(source) (display name or path), C(values) (how many) and
          C(elements), which are dictionaries of C(key), C(name), C(type) (C(REG_SZ) ...) and C(value), a number, a text
          or a list of texts where the type says so, and hexadecimal digits otherwise.
        - The part C(join2) has C(netbios_name), C(site), C(persistent_site) and C(primary_dns_domain).
        - The part C(certificates) has C(stores), each with C(location) (131072 is the machine's own), C(name) (C(Root)
          or C(CA)), C(certificates) and C(fault), which says why a store cannot be read. It has C(private_keys), each
          with C(template), C(size) and its C(certificate), none where a passphrase protects it.
        - A certificate has C(subject), C(issuer), C(not_after) in UTC and C(sha256), its fingerprint. Without the
          Python library cryptography only the last is known.
      type: list
      elements: dict
      returned: success
    size:
      description: The number of bytes.
      type: int
      returned: success
      sample: 2128
    sha256:
      description: The fingerprint of its bytes.
      type: str
      returned: success
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._inspection import (
    package_currency,
    package_description,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.currency import Currency
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options, secret_file
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import LARGEST
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "package": {"type": "path", "required": True},
    "authenticate": {"type": "bool", "default": False},
    **seal_options.OPEN_SPEC,
}
OTHERS_MAY_READ = 0o077


def look(module: AnsibleModule) -> dict[str, Any]:
    path = Path(module.params["package"])
    try:
        content = secret_file.read(path, LARGEST)
        mode = path.stat().st_mode
    except OSError as error:
        return {
            "failed": True,
            "msg": f"{path} cannot be read: {error.strerror}; check the path and its owner",
        }
    if sealing.is_sealed(content):
        return look_inside(module, path, content)
    if mode & OTHERS_MAY_READ:
        module.warn(f"{path} can be read by others (mode {mode & 0o777:04o}); a package is as secret as a password")
    try:
        package = Package.read(content)
    except PackageError as error:
        return {"failed": True, "msg": f"{path} {error}"}
    return {"package": package_description.describe(package), **ask(module, path, package)}


def look_inside(module: AnsibleModule, path: Path, sealed: bytes) -> dict[str, Any]:
    """Without a key, only whose keys open it; nobody vouches for that."""
    modules.require_sealing(module)
    if not module.params["recipient_key"]:
        return {"sealed": {"addressees": sealing.addressees(sealed)}}
    opened = seal_options.open_package(sealed, module.params, None)
    package = Package.read(opened.package)
    claims = {"claims": opened.claims.to_fields(), "issuer": opened.issuer_fingerprint}
    addressees = {"addressees": sealing.addressees(sealed)}
    return {
        "sealed": claims | addressees,
        "package": package_description.describe(package),
        **ask(module, path, package),
    }


def ask(module: AnsibleModule, path: Path, package: Package) -> dict[str, Any]:
    """What only the directory knows. The look comes before the login, which would change what is looked at."""
    authenticate = module.params["authenticate"]
    if not module.params["server"]:
        return (
            {"failed": True, "msg": "authenticate needs a domain controller; name it in server"} if authenticate else {}
        )
    settings = modules.directory_settings(module)
    verdicts = {"current": package_currency.judge(settings, PackageStore(path.parent), package)}
    if authenticate and module.check_mode:
        verdicts["authenticated"] = Currency(None, "not tried in check mode, because a login leaves traces")
    elif authenticate:
        module.warn(
            f"{package.machine_name}: authenticate logs in as the machine, so its account looks used from now on"
        )
        verdicts["authenticated"] = package_currency.authenticate(settings, package)
    return {
        key: value
        for name, verdict in verdicts.items()
        for key, value in ((name, verdict.current), (f"{name}_reason", verdict.reason))
    }


def main() -> None:
    modules.run({**modules.directory_argument_spec(optional=True), **ARGUMENT_SPEC}, look)


if __name__ == "__main__":
    main()
