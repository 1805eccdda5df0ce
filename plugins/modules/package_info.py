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
  - Neither the password nor the values of policies are part of the answer.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes
options:
  path:
    description:
      - The package file, in any form that is in use - a djoin file, base64, or the bytes themselves.
    type: path
    required: true
seealso:
  - plugin: adops.offline_join.package_info
    plugin_type: filter
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Look into a package
  adops.offline_join.package_info:
    path: /srv/packages/berlin/BER-PC-001.djoin
  delegate_to: localhost
  register: look

- name: Tell whose it is
  ansible.builtin.debug:
    msg: "{{ look.package.machine_name }} of {{ look.package.domain.dns_name }}"
"""

RETURN = r"""
package:
  description: Everything that the package says, except its secrets.
  returned: success
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
      description: The parts for Windows 8 and later, each with name, GUID, size and what is known of its content.
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

from ansible_collections.adops.offline_join.plugins.module_utils import _module, _secret_file
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.text import LARGEST_TEXT

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

OTHERS_MAY_READ = 0o077


def look(module: AnsibleModule) -> dict[str, Any]:
    path = Path(module.params["path"])
    try:
        content = _secret_file.read(path, LARGEST_TEXT)
        mode = path.stat().st_mode
    except OSError as error:
        return {
            "failed": True,
            "msg": f"{path} cannot be read: {error.strerror}; check the path and its owner",
        }
    if mode & OTHERS_MAY_READ:
        module.warn(f"{path} can be read by others (mode {mode & 0o777:04o}); a package is as secret as a password")
    try:
        return {"package": Package.read(content).describe()}
    except PackageError as error:
        return {"failed": True, "msg": f"{path} {error}"}


def main() -> None:
    _module.run({"path": {"type": "path", "required": True}}, look)


if __name__ == "__main__":
    main()
