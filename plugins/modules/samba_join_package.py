#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: samba_join_package
short_description: Hand a provisioning package to Samba
version_added: 0.1.0
description:
  - The acting hand of M(adops.offline_join.samba_join), which judges first; use that one. This one applies
    whatever it gets.
  - The package stays in memory and never becomes a file on the host.
  - Runs on the host itself with the standard library of Python 3.8 and later, as root.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - It applies the package each time.
options:
  package:
    description:
      - The package as base64.
    type: str
    required: true
  package_sha256:
    description:
      - The fingerprint of the package's bytes, kept on the host so that the next run knows what was applied.
    type: str
    required: true
notes:
  - The host changes its membership without asking. A package is as secret as a password, so run this with pipelining
    and C(no_log).
requirements:
  - Samba 4.15 or later with its tools net and testparm
  - Linux 3.17 or later for memory files
seealso:
  - module: adops.offline_join.samba_join
"""

EXAMPLES = r"""
- name: Apply a package whatever the host is
  adops.offline_join.samba_join_package:
    package: "{{ package }}"
    package_sha256: "{{ (package | adops.offline_join.package_info).sha256 }}"
  become: true
  no_log: true
"""

RETURN = r"""
return_code:
  description: The exit code of C(net offlinejoin requestodj); 0 is success.
  returned: success
  type: int
  sample: 0
output:
  description: What it said.
  returned: success
  type: str
  sample: Successfully requested Offline Domain Join
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.adops.offline_join.plugins.module_utils import _samba_member


def apply(module: AnsibleModule) -> dict:
    if module.check_mode:
        return {"changed": True, "return_code": 0, "output": ""}
    private_dir = _samba_member.configuration()["private dir"]
    descriptor = os.memfd_create("package")
    try:
        os.write(descriptor, module.params["package"].encode("ascii"))
        load = f"loadfile=/proc/self/fd/{descriptor}"
        done = _samba_member.run(["net", "offlinejoin", "requestodj", load], (descriptor,))
    finally:
        os.close(descriptor)
    applied = done.returncode == 0
    if applied:
        member = _samba_member.membership() or {}
        marker = {"package_sha256": module.params["package_sha256"], "join_time": member.get("join_time")}
        _samba_member.write_marker(private_dir, marker)
    output = (done.stdout + done.stderr).strip()
    return {"changed": applied, "return_code": done.returncode, "output": output}


def main() -> None:
    spec = {
        "package": {"type": "str", "required": True, "no_log": True},
        "package_sha256": {"type": "str", "required": True},
    }
    _samba_member.answer(AnsibleModule(argument_spec=spec, supports_check_mode=True), apply)


if __name__ == "__main__":
    main()
