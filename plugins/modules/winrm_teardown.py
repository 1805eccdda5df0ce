#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: winrm_teardown
short_description: Take back what opened WinRM on a fresh Windows machine
version_added: 0.3.0
description:
  - Removes what the script of M(adops.offline_join.winrm_bootstrap) made - listener, certificate, firewall rule, task
    and account with its profile - and the script itself where an image has it in C(Setup\Scripts), and looks
    afterwards whether it is gone.
  - Takes back as well what other ways of opening WinRM leave behind, and what
    O(adops.offline_join.verification#module:without_bootstrap) looks for - full rights of local accounts over the
    network, unencrypted traffic, and basic authentication.
  - It never cuts the connection that it comes by. It refuses to log in with the account that is to be removed, to come
    in by the port that is to be closed, and to leave a machine that nobody else could reach.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.windows
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
      - The machine's name, for messages.
    type: str
    required: true
notes:
  - Run it last, over the connection that the domain gives the machine, with an account of the domain.
seealso:
  - module: adops.offline_join.winrm_bootstrap
  - module: adops.offline_join.win_winrm_teardown
  - module: adops.offline_join.verification
"""

EXAMPLES = r"""
- name: Take back what opened WinRM
  adops.offline_join.winrm_teardown:
    name: "{{ inventory_hostname }}"
  vars:
    ansible_user: deploy@CORP.EXAMPLE
    ansible_port: 5985
    ansible_winrm_transport: kerberos
"""

RETURN = r"""
removed:
  description: The parts that were there; in check mode those that would be removed.
  returned: success
  type: list
  elements: str
  sample: [listener, certificate, firewall_rule, task, account, token_filter]
"""
