#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: labels
short_description: Write labels for the boxes of machines and the packing list of each branch
version_added: 0.3.0
description:
  - Writes one page to be printed on A4 paper, with a packing list for each branch, to be ticked off and signed, and
    then sheets of ten labels with cut marks. A label has the name of its machine, branch, inventory tag and a QR code.
  - The page is a single file without scripts. It needs no network and forbids itself any.
  - It runs on the control node, whatever host the task names.
author:
  - adops.offline_join contributors (@adops)
requirements:
  - segno on the control node, which draws the QR codes and needs nothing else itself
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
    details:
      - The same machines give the same bytes.
options:
  machines:
    description:
      - A list of dictionaries with C(name), or a dictionary of them by name.
      - Optional texts are C(inventory_tag), C(branch), C(type), C(serial_number) and C(responsible). What else
        M(adops.offline_join.acceptance_report) takes may be there and is not shown.
      - Characters that cannot be seen, such as marks that turn the writing, are shown as their codes, and are so in the
        QR code, too.
    type: raw
    required: true
  dest:
    description:
      - The file of the page, on the control node. Its directory must exist.
    type: path
    required: true
  code:
    description:
      - What the QR code says, up to 100 characters. A machine without an inventory tag has its name there.
    type: str
    choices: [inventory_tag, name]
    default: inventory_tag
  title:
    description:
      - The name of the rollout.
    type: str
  language:
    description:
      - The language of the page.
    type: str
    choices: [en, ru]
    default: en
  mode:
    description:
      - The octal mode of the file. It names people and inventory, so others do not read it by default.
    type: str
    default: "0600"
notes:
  - Print at 100 %, without headers and footers of the browser, or the cut marks are not where the labels end.
seealso:
  - module: adops.offline_join.acceptance_report
  - plugin: adops.offline_join.branch
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: Write the labels of all machines of the play
  adops.offline_join.labels:
    machines: "{{ ansible_play_hosts_all | adops.offline_join.rollout_machines(hostvars) }}"
    dest: /srv/rollout/labels.html
    title: Rollout 2026
  run_once: true

- name: Write them in Russian, with the name in the QR code
  adops.offline_join.labels:
    machines:
      - name: BER-PC-001
        branch: BER
        inventory_tag: INV-4711
        responsible: Anna Berger
    dest: /srv/rollout/labels.html
    code: name
    language: ru
  run_once: true
"""

RETURN = r"""
labels:
  description: The page.
  returned: success
  type: str
  sample: /srv/rollout/labels.html
branches:
  description: How many machines each branch has.
  returned: success
  type: dict
  sample: {BER: 20, HAM: 12}
"""
