#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: join
short_description: Join a Windows machine to its domain with a provisioning package
version_added: 0.2.0
description:
  - Applies a package of M(adops.offline_join.packages) to a Windows machine, which needs no network to its domain. The
    machine is looked at once, everything is judged on the control node, the package is handed over in memory and never
    becomes a file there, and the machine restarts once.
  - A machine that is a member under this name is left as it is where this very package made it one, or where its
    secure channel is verified. What Windows' answer files still hold of packages is wiped there in any case.
  - Refused before anything is sent are a package for another machine or domain; another serial number; a domain
    controller; a member of another domain, or of this one under another name or with a dead secret; an edition that
    cannot join, or that has no DirectAccess when the package brings its policies; a machine joined to Entra ID; a
    session that is not elevated; a clock further off than Kerberos accepts; a machine that waits for a restart; a
    sealed package that has expired, but only where it is yet to be applied.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._opening
  - adops.offline_join._attributes.windows
attributes:
  check_mode:
    support: full
    details:
      - A package that is not there yet counts as one that an earlier step would have issued, and a clock that is off
        as one that it would have set.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description:
      - The machine's name as the inventory has it; the package must be for it.
    type: str
    required: true
  package:
    description:
      - The package file on the control node, sealed or not. Key files encrypted with ansible-vault are decrypted.
    type: path
    required: true
  serial_number:
    description:
      - The machine's serial number as the inventory has it. A machine that tells another one is refused.
    type: str
  rename:
    description:
      - What happens where the machine has another name than the package. The join itself renames it with
        V(follow_package).
    type: str
    choices: [refuse, follow_package]
    default: refuse
  reboot:
    description:
      - Restart the machine, wait for it, and look whether the join took. Without a restart nothing is joined yet.
    type: bool
    default: false
  reboot_timeout:
    description:
      - Seconds to wait for the machine after the restart.
    type: int
    default: 600
  remains_paths:
    description:
      - Where else on the machine a package may have been left behind. Wildcards are allowed in the last component.
        Windows' answer files are always looked at.
    type: list
    elements: path
    default: []
notes:
  - A package is as secret as a password, so the connection must be encrypted. Over plain HTTP with Basic
    authentication it is refused.
  - The restart needs the collection C(ansible.windows).
  - Proved on a stand-in for Windows with a real Samba member behind it; see the documentation for the procedure on a
    real machine and for what is still inferred.
requirements:
  - Windows 10, Windows Server 2016 or later, with Windows PowerShell 5.1
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.clock_sync
  - module: adops.offline_join.samba_join
"""

EXAMPLES = r"""
- name: Join the branch's PCs and restart them
  adops.offline_join.join:
    name: "{{ inventory_hostname }}"
    package: /srv/packages/berlin/{{ inventory_hostname | upper }}.sealed
    recipient_key: /etc/offline_join/berlin.pem
    trusted_issuers: [/etc/offline_join/issuer.crt]
    serial_number: "{{ machine_serial_number | default(omit) }}"
    rename: follow_package
    reboot: true
"""

RETURN = r"""
restart_required:
  description: Whether a package was applied and waits for the restart.
  returned: success
  type: bool
  sample: false
package_sha256:
  description:
    - Fingerprint of the package that made the machine a member, or will at its restart. None where it was a member by
      another way, and in check mode where there is no package yet.
  returned: success
  type: str
  sample: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
serial_number:
  description: What the machine's firmware says, none where it says nothing.
  returned: success
  type: str
  sample: 5CG1234XYZ
pending:
  description:
    - Whether nothing is known to be broken, because the machine cannot be reached, or because it is a member already by
      another way, such as an answer file, and sees no domain controller that could say whether it works.
  returned: failure of such a member, and where the machine cannot be reached or refuses the login, and the task ignores
    that
  type: bool
  sample: true
"""
