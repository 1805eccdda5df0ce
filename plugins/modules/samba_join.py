#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: samba_join
short_description: Join a Linux host to its domain with a provisioning package
version_added: 0.1.0
description:
  - Applies a package of M(adops.offline_join.packages) to a Linux host that runs Samba, without any network between
    the host and the domain, as C(net offlinejoin requestodj) does.
  - The package is read on the control node and handed over in memory; it never becomes a file on the host.
  - It is refused where it is for another machine or domain than the inventory and the host's smb.conf say, on a
    domain controller, and on a host that is a member through anything but this package.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._opening
attributes:
  check_mode:
    support: full
    details:
      - A package that is not there yet counts as one that an earlier step would have issued.
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
      - The package file on the control node.
    type: path
    required: true
  serial_number:
    description:
      - The machine's serial number as the inventory has it. A sealed package for another one is refused; the host
        itself is not asked for its own.
    type: str
notes:
  - Needs pipelining, because otherwise Ansible writes module arguments to a file on the host.
  - smb.conf must be there with C(security = ads), realm, workgroup and netbios name.
  - Whether the join works is known only when the host sees its domain; C(net rpc testjoin) tells then, while
    C(net ads testjoin) may say OK for a secret that is dead.
requirements:
  - Samba 4.15 or later and Python 3.8 or later on the host, run as root
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.samba_member_info
"""

EXAMPLES = r"""
- name: Join the branch's Linux hosts
  adops.offline_join.samba_join:
    name: "{{ inventory_hostname }}"
    package: /srv/packages/berlin/{{ inventory_hostname | upper }}.sealed
    recipient_key: /etc/offline_join/berlin.pem
    trusted_issuers: [/etc/offline_join/issuer.crt]
  become: true
  vars:
    ansible_pipelining: true
"""

RETURN = r"""
package_sha256:
  description:
    - Fingerprint of the package that made the host a member, none in check mode where there is no package yet.
  returned: success
  type: str
  sample: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
pending:
  description: Whether nothing is known to be broken, because the host cannot be reached.
  returned: failure, where the host cannot be reached or refuses the login, and the task ignores that
  type: bool
  sample: true
"""
