#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: package_retire
short_description: Let a machine change its own password, so that its package is worthless
version_added: 0.2.0
description:
  - Whoever has a copy of a machine's package is that machine until its password changes, which Windows does after 30
    days, or never. This lets the machine do it now, over its secure channel.
  - A Windows machine does it through M(adops.offline_join.win_machine_password), a Linux host with Samba through
    M(adops.offline_join.samba_member_password). The connection's shell tells which one it is.
  - It looks first whether the secure channel stands. A machine whose password was set since its package was issued is
    left alone.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
    details:
      - Where there is no account yet, and on a Linux host that is no member yet, an earlier step would have made it.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Without an issue record nobody knows whether the password is that of the package, so it is changed each time.
options:
  name:
    description:
      - The machine's name as the inventory has it.
    type: str
    required: true
  domain:
    description:
      - DNS name of the domain.
    type: str
    required: true
  account:
    description:
      - The machine's entry of C(machines) as M(adops.offline_join.computer_info) returned it with O(ignore:dest).
    type: dict
    required: true
  twice:
    description:
      - Change the password a second time at once. After one change the package joins nothing any more, but domain
        controllers take the password before the last one for NTLM and LDAP for up to an hour.
      - A machine that then meets a domain controller to which neither change has been replicated has no secure channel
        there until they have; after one change it still has.
    type: bool
    default: false
    version_added: 0.4.0
notes:
  - Ask the directory afterwards whether the password was set later than RV(password_last_set); only that proves it.
requirements:
  - "Windows: 10, Server 2016 and later, with Windows PowerShell 5.1 and an elevated login"
  - "Linux: Samba 4.15 or later with its tool net and Python 3.8 or later, run as root"
seealso:
  - module: adops.offline_join.win_machine_password
  - module: adops.offline_join.samba_member_password
  - module: adops.offline_join.computer_info
"""

EXAMPLES = r"""
- name: Retire the machine's package
  adops.offline_join.package_retire:
    name: "{{ inventory_hostname }}"
    domain: corp.example
    account: "{{ accounts.machines[inventory_hostname] }}"
"""

RETURN = r"""
password_last_set:
  description: When the password had been set before, the latest time that any domain controller has, a FILETIME.
  returned: success, none in check mode where there is no account yet
  type: int
  sample: 134082000000000000
platform:
  description: Whether it is a Windows machine, or a C(linux) host, which is not promoted afterwards.
  returned: success
  type: str
  sample: windows
pending:
  description: Whether it failed only because no domain controller answered.
  returned: failure of the change
  type: bool
  sample: false
"""
