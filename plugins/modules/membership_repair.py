#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: membership_repair
short_description: Repair the domain membership of a Windows machine
version_added: 0.2.0
description:
  - Leaves a machine alone whose secure channel the domain controller verifies.
  - Where a domain controller refuses the machine's secret, or the machine has lost it, machine and account get a new
    password together (O(username)), or the machine leaves its domain, restarts, and joins with a new package
    (O(package)).
  - Anything else is no reason to replace the secret, and is told with its own remedy - a Netlogon service that does not
    run, a clock that is wrong, an account that is disabled, a session without full rights.
  - While no domain controller answers, nothing is known to be broken, and it fails as C(pending). A machine that was
    joined with a package of this collection leaves its domain then only for a package that was issued since, because
    issuing it has replaced the password of the account. The issue record beside the package tells that, or the claims
    of a sealed one.
  - The package that the machine was joined with, and any that was issued before, is refused - the machine may have
    changed its password since, and the package would not join it any more. When it was joined is known only where this
    collection or its field kit did it.
  - A run that was interrupted there is finished by the next one. Domain controllers and members of other domains are
    refused.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._opening
  - adops.offline_join._attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
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
  username:
    description:
      - Login that may reset the password of the computer account. The machine itself uses it, so a machine that is not
        trusted must not get it.
    type: str
  password:
    description:
      - Its password. Better given by the environment variable C(OFFLINE_JOIN_DIRECTORY_PASSWORD) of the control node,
        because callback plugins see the arguments of a task.
    type: str
  package:
    description:
      - A new package for this machine on the control node, issued since it was joined.
    type: path
  serial_number:
    description:
      - The machine's serial number as the inventory has it. A machine that tells another one is refused.
    type: str
  reboot_timeout:
    description:
      - Seconds to wait for the machine after each restart.
    type: int
    default: 600
notes:
  - Leaving the domain ends every login with a domain account, so that way is refused where Ansible itself uses one.
    Accounts of the machine are C(name), C(.\name) and C(MACHINE\name) with the name that O(name) has.
  - The restart needs the collection C(ansible.windows).
seealso:
  - module: adops.offline_join.join
  - module: adops.offline_join.packages
"""

EXAMPLES = r"""
- name: Reset the machine's password together with its account's
  adops.offline_join.membership_repair:
    name: "{{ inventory_hostname }}"
    domain: corp.example
    username: reissue@corp.example

- name: Join anew with a package that was issued since, also without seeing the domain
  adops.offline_join.membership_repair:
    name: "{{ inventory_hostname }}"
    domain: corp.example
    package: /srv/packages/berlin/{{ inventory_hostname | upper }}.sealed
    recipient_key: /etc/offline_join/berlin.pem
    trusted_issuers: [/etc/offline_join/issuer.crt]
"""

RETURN = r"""
way:
  description: What was done, or would be.
  returned: success
  type: str
  choices: [none, reset, rejoin]
  sample: none
pending:
  description: Whether nothing is known to be broken, because no domain controller answers or the machine is off.
  returned: when it is refused, or cannot be reached and the task ignores that
  type: bool
  sample: false
"""
