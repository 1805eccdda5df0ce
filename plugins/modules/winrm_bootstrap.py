#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: winrm_bootstrap
short_description: Write the script that opens WinRM on fresh Windows machines
version_added: 0.3.0
description:
  - A fresh Windows client lets nobody in over the network. The script that this writes on the control node is run once
    on the machine as an administrator, from a USB stick, from C(SetupComplete.cmd) or by an answer file.
  - On the machine it makes a temporary administrator C(offline-join), an HTTPS listener with a new self-signed
    certificate, a firewall rule for the control nodes alone, and a task that takes all of it back after some hours.
  - Beside itself it leaves a receipt, C(NAME-SERIAL.winrm.json), with the machine's certificate and its SHA-256. Who
    brings the stick back brings the fingerprints, so that the control node can pin each machine.
  - From a stick it can be run again. On the disk of Windows, where an image has it, it removes itself in the end, for
    it holds a password; the receipt stays.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - In words; the password is never shown.
  idempotent:
    support: full
options:
  dest:
    description:
      - The script, on the control node, with mode 0600. Its directory must be closed to others (mode 0700), and is made
        where it is not there.
    type: path
    required: true
  control_nodes:
    description:
      - The addresses of the control nodes, as the machines see them. Nobody else comes through the firewall rule.
    type: list
    elements: str
    required: true
  password_file:
    description:
      - The file with the password of the temporary administrator, on the control node. Where it is not there it is made
        with a random one. Each kit should have its own.
    type: path
    required: true
  hours:
    description:
      - After how many hours the machine takes everything back by itself, 1 to 336. Only hours count in which it runs,
        because the clock of a fresh machine may be set meanwhile.
    type: int
    default: 12
notes:
  - B(The script holds the password) of an administrator of every machine that it is run on, and of no other. It is as
    secret as that until the hours are over.
  - The machine refuses it as a member of a domain, and where WinRM listens with HTTPS already.
  - "Documented by Microsoft and not yet proved by us on a real Windows: every act of the script."
seealso:
  - module: adops.offline_join.winrm_teardown
"""

EXAMPLES = r"""
- name: Write the script for the kit of this branch
  adops.offline_join.winrm_bootstrap:
    dest: /srv/kits/berlin/open_winrm.ps1
    password_file: /srv/kits/berlin/winrm.password
    control_nodes:
      - 192.0.2.10
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
dest:
  description: The script.
  returned: success
  type: str
  sample: /srv/kits/berlin/open_winrm.ps1
account:
  description: The temporary administrator.
  returned: success
  type: str
  sample: offline-join
"""
