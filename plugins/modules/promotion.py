#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: promotion
short_description: Bring a Windows machine whose account was moved under the policies of its new place
version_added: 0.2.0
description:
  - Looks at the machine as M(adops.offline_join.verification) does. Where its own domain controller has the account in
    its new place, the machine forgets its Kerberos tickets, refreshes its policy, restarts, and is verified.
  - It restarts a second time where a policy is still missing after the first, because some are only processed at the
    second start after they came.
  - A machine whose domain controller does not have the move yet is C(pending) and left alone; refreshing and restarting
    it would change nothing. A machine that has processed policy for its new place already is verified only, unless the
    run that did so never restarted it. Where the last processing failed, policy is refreshed without a restart.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.windows
  - adops.offline_join._attributes
  - adops.offline_join._verification
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - Where Windows does not tell for which place it processed policy last, O(moved) alone decides.
options:
  moved:
    description:
      - Whether the account was moved in this run, as M(adops.offline_join.computers) returned it.
    type: bool
    required: true
  most_restarts:
    description:
      - How many restarts it may cost. With V(0) the policy is only refreshed.
    type: int
    choices: [0, 1, 2]
    default: 2
  policy_timeout:
    description:
      - Seconds to wait for the policy to be processed.
    type: int
    default: 300
  reboot_timeout:
    description:
      - Seconds to wait for the machine after each restart.
    type: int
    default: 600
notes:
  - Connect with a domain account. The policies of production often deny local accounts the network logon, and LAPS
    changes their passwords.
  - The restart needs the collection C(ansible.windows).
  - "Told by the community only, and not yet proved by us on a real Windows: the registry value that says for which
    account name policy was processed last."
seealso:
  - module: adops.offline_join.computers
  - module: adops.offline_join.verification
"""

EXAMPLES = r"""
- name: Bring the machine under its new policies
  adops.offline_join.promotion:
    name: "{{ inventory_hostname }}"
    domain: corp.example
    account: "{{ accounts.machines[inventory_hostname] }}"
    organizational_units: ["OU=Berlin,OU=Production,DC=corp,DC=example"]
    policies: [Workstation Baseline]
    moved: "{{ move.machines[inventory_hostname].changed }}"
"""

RETURN = r"""
restarts:
  description: How often the machine was restarted.
  returned: success
  type: int
  sample: 1
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
