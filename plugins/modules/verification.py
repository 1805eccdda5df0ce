#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: verification
short_description: Verify that a Windows machine is a working member of its domain
version_added: 0.2.0
description:
  - Holds what the machine says of itself and of its way to the domain against what the directory says of its account.
    The checks stand in causal order - address, DNS servers, domain controller, clock, name, account, replication to the
    domain controller that the machine uses, secure channel, organizational unit, groups, policies, certificates,
    DirectAccess, LAPS, BitLocker, administrators, packages left behind - so the first that is broken is the cause.
  - One look is one look. What is only not ready yet fails as C(pending), and a later run looks again.
  - Where nothing else stops a machine, and the directory has no recovery password of a volume that is encrypted, the
    machine is told once to back it up, and stays C(pending) until a later run sees it there. Nothing else is changed,
    and nobody is asked for a password or a key.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.windows
  - adops.offline_join._attributes
  - adops.offline_join._verification
options: {}
attributes:
  check_mode:
    support: full
    details:
      - A machine that is no member yet, because an earlier step would make it one, succeeds without checks.
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - What the directory has is read once for all machines, see the example; a login that may not see BitLocker recovery
    objects sees none, and a machine that is encrypted then stays pending, and backs up in each run.
seealso:
  - module: adops.offline_join.computer_info
  - module: adops.offline_join.win_machine_info
  - module: adops.offline_join.win_domain_info
"""

EXAMPLES = r"""
- name: Read the accounts of all machines
  adops.offline_join.computer_info:
    server: dc1.corp.example
    names: "{{ ansible_play_batch }}"
    subsets: [all_groups, doubles, laps, recovery_objects, replicas]
  delegate_to: localhost
  run_once: true
  register: accounts

- name: Verify the machine
  adops.offline_join.verification:
    name: "{{ inventory_hostname }}"
    domain: corp.example
    account: "{{ accounts.machines[inventory_hostname] }}"
    organizational_units: ["OU=Staging,DC=corp,DC=example"]
    dns_servers: [192.0.2.10, 192.0.2.11]
    administrators: [machine-500, domain-512]
"""

RETURN = r"""
checks:
  description: All checks in causal order.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Which check, see O(tolerate).
      type: str
      returned: always
      sample: secure_channel
    severity:
      description: V(error) stops the machine when it fails, V(warning) does not.
      type: str
      returned: always
      sample: error
    verdict:
      description: V(pass), V(fail), V(skipped) where it makes no sense, or V(unknown) where it cannot be seen.
      type: str
      returned: always
      sample: pass
    pending:
      description: Whether it fails only because it is not ready yet.
      type: bool
      returned: always
      sample: false
    evidence:
      description: What was seen.
      type: str
      returned: always
      sample: dc1.corp.example verified it
    remedy:
      description: What to do; empty where there is nothing to do.
      type: str
      returned: always
      sample: ""
    windows_errors:
      description: The codes that Windows would show for it.
      type: list
      elements: int
      returned: always
      sample: []
headline:
  description: The first broken cause and its remedy; none where nothing stops the machine.
  returned: always
  type: str
  sample: "its clock is 1 h ahead of that of dc1.corp.example, more than Kerberos accepts; set it (role clock_sync, ..."
pending:
  description: Whether that is only not ready yet, so that it is enough to run again later.
  returned: failure
  type: bool
  sample: false
said:
  description: C(msg), and below it whatever else is not well.
  returned: failure, when the machine was judged
  type: str
  sample: "BER-PC-001: it finds no domain controller of corp.example; ..."
unreached:
  description: Why the machine could not be spoken with, so that nothing is known of it; another login may know more.
  returned: when it cannot be reached or refuses the login
  type: str
  sample: "the login was refused (ntlm: the specified credentials were rejected by the server)"
machine_sid:
  description: The SID that the SIDs of all local accounts start with, to find clones of one image.
  returned: when the machine was looked at
  type: str
  sample: S-1-5-21-1004336348-1177238915-682003330
domain_controller:
  description: The domain controller that the machine found.
  returned: when the machine was looked at, none where it found none
  type: str
  sample: dc1.corp.example
"""
