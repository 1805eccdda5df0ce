#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: samba_member_password
short_description: Let a Linux member prove its secure channel and change its own password
version_added: 0.3.0
description:
  - The hand of M(adops.offline_join.package_retire) on a Linux host with Samba; use that one, which judges. This one
    tells what Samba's own tools said.
  - C(net rpc testjoin) proves the secure channel. Only where it stands C(net ads changetrustpw) changes the password.
  - Runs on the host itself with the standard library of Python 3.8 and later, as root.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
    details:
      - The secure channel is proved all the same.
  diff_mode:
    support: none
  idempotent:
    support: none
    details:
      - It changes the password each time, unless O(change=false).
options:
  domain:
    description:
      - DNS name of the host's domain. By its short name Samba would look for it by broadcast only.
    type: str
    required: true
  change:
    description:
      - Whether to change the password, or only to prove the secure channel.
    type: bool
    default: true
notes:
  - "What Samba's tools answer is the result, not a failure of the task: look at RV(channel) and RV(changetrustpw)."
  - A keytab that Samba does not keep itself (C(kerberos method) in smb.conf) has the old key afterwards.
requirements:
  - Samba 4.15 or later with its tool net
seealso:
  - module: adops.offline_join.package_retire
  - module: adops.offline_join.samba_member_info
"""

EXAMPLES = r"""
- name: Prove the secure channel of a Linux member
  adops.offline_join.samba_member_password:
    domain: corp.example
    change: false
  become: true
  register: proved
"""

RETURN = r"""
channel:
  description: What C(net rpc testjoin) said, which exits with 0 where the secure channel stands.
  returned: success
  type: dict
  sample:
    output: Join to 'corp.example' is OK
    return_code: 0
changetrustpw:
  description: What C(net ads changetrustpw) said, none where it was not called.
  returned: success
  type: dict
  sample:
    output: Password change for principal ber-lx-001$@CORP.EXAMPLE succeeded.
    return_code: 0
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.adops.offline_join.plugins.module_utils import _samba_member


def change(module: AnsibleModule) -> dict:
    channel = _ask("rpc", "testjoin", "-w", module.params["domain"])
    wanted = module.params["change"] and channel["return_code"] == 0
    if module.check_mode or not wanted:
        return {"changed": wanted, "channel": channel, "changetrustpw": None}
    changed = _ask("ads", "changetrustpw")
    return {"changed": changed["return_code"] == 0, "channel": channel, "changetrustpw": changed}


def _ask(*arguments: str) -> dict:
    done = _samba_member.run(["net", *arguments])
    return {"return_code": done.returncode, "output": (done.stdout + done.stderr).strip()}


def main() -> None:
    spec = {"domain": {"type": "str", "required": True}, "change": {"type": "bool", "default": True}}
    _samba_member.answer(AnsibleModule(argument_spec=spec, supports_check_mode=True), change)


if __name__ == "__main__":
    main()
