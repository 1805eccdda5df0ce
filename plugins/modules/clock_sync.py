#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: clock_sync
short_description: Set the clock of a Windows machine where it is off too far
version_added: 0.2.0
description:
  - Kerberos accepts five minutes between a machine and its domain, and a PC whose battery is empty starts years behind.
    This measures how far the clock is off and sets it only past a tolerance, in UTC, so that neither the time zone nor
    daylight saving time matters.
  - Before the join the control node's clock is the measure; half of the round trip is subtracted. After it, the
    machine asks its own domain controller (SNTP), and from then on W32Time follows the domain. By the control node's
    clock a member of a domain is set only past the five minutes, where Kerberos keeps it from its domain's time.
  - Refused before anything is set are a domain controller, whose clock may be the whole domain's; another serial
    number; a session that is not elevated; with O(source=domain) also a machine that is no member of that domain under
    this name.
  - Where a policy lets W32Time follow something else, nothing is configured, because it would not count. The clock is
    set all the same, and a warning names what the policy says.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.windows
attributes:
  check_mode:
    support: full
    details:
      - With O(source=domain) a machine that is no member yet counts as one that an earlier step would have joined.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - The machine's name as the inventory has it. Before the join it may have another one, because the join may rename
        it; a member with another name is refused.
    type: str
    required: true
  serial_number:
    description:
      - The machine's serial number as the inventory has it. A machine that tells another one is refused.
    type: str
    version_added: 0.6.0
  source:
    description:
      - Whose clock is right. Setting a clock from a control node whose own clock is wrong breaks every machine, so
        synchronise that one first.
    type: str
    choices: [controller, domain]
    default: controller
  domain:
    description:
      - DNS name of the domain, with O(source=domain).
    type: str
  tolerance:
    description:
      - Seconds that the clock may be off.
    type: float
    default: 60
  time_zone:
    description:
      - Id of the time zone, as C(tzutil /l) lists them. By default it stays as it is.
    type: str
notes:
  - Runs as an administrator of the machine, because only those may set a clock.
seealso:
  - module: adops.offline_join.win_clock
  - module: adops.offline_join.join
"""

EXAMPLES = r"""
- name: Set the clock by the control node's, before the join
  adops.offline_join.clock_sync:
    name: "{{ inventory_hostname }}"
    serial_number: "{{ machine_serial_number | default(omit) }}"
    time_zone: W. Europe Standard Time

- name: Follow the domain's clock, once the network is there
  adops.offline_join.clock_sync:
    name: "{{ inventory_hostname }}"
    source: domain
    domain: corp.example
"""

RETURN = r"""
offset:
  description: Seconds that the machine's clock was ahead; negative when it was behind.
  returned: success
  type: float
  sample: -3600.218
pending:
  description: Whether nothing is known to be broken, because the machine cannot be reached.
  returned: failure, where the machine cannot be reached or refuses the login, and the task ignores that
  type: bool
  sample: true
"""
