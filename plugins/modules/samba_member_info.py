#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: samba_member_info
short_description: Look at the domain membership of a Linux host with Samba
version_added: 0.1.0
description:
  - The looking hand of M(adops.offline_join.samba_join). It tells what smb.conf says and what the stored machine
    secret belongs to, judges nothing and never shows the secret.
  - Runs on the host itself with the standard library of Python 3.8 and later, as root.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes
requirements:
  - Samba 4.15 or later with its tools net and testparm
seealso:
  - module: adops.offline_join.samba_join
"""

EXAMPLES = r"""
- name: Look whether the host is a member
  adops.offline_join.samba_member_info:
  become: true
  register: member
"""

RETURN = r"""
configuration:
  description: What smb.conf says, defaults included.
  returned: success
  type: dict
  sample:
    netbios_name: BER-LX-001
    realm: CORP.EXAMPLE
    security: ADS
    server_role: auto
    workgroup: CORP
membership:
  description: What the stored machine secret belongs to; none where there is none.
  returned: success
  type: dict
  sample:
    computer_name: BER-LX-001
    dns_domain: corp.example
    domain_guid: 641b88f4-0000-4000-8000-000000000000
    join_time: Sat Nov 21 03:23:26 2026 UTC
applied:
  description: Which package M(adops.offline_join.samba_join) applied here last; none where there was none.
  returned: success
  type: dict
  sample:
    join_time: Sat Nov 21 03:23:26 2026 UTC
    package_sha256: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.adops.offline_join.plugins.module_utils import _samba_member

_TOLD = ("netbios name", "realm", "security", "server role", "workgroup")


def look(module: AnsibleModule) -> dict:
    configuration = _samba_member.configuration()
    return {
        "configuration": {key.replace(" ", "_"): configuration.get(key, "") for key in _TOLD},
        "membership": _samba_member.membership(),
        "applied": _samba_member.read_marker(configuration["private dir"]),
    }


def main() -> None:
    _samba_member.answer(AnsibleModule(argument_spec={}, supports_check_mode=True), look)


if __name__ == "__main__":
    main()
