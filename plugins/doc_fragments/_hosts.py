# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of filters that look at what is known of all hosts."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _input:
    description:
      - The hosts, such as C(ansible_play_hosts_all) or C(ansible_play_batch).
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of all hosts.
    type: dict
    required: true
"""

    PROMOTE = r"""
options:
  promote:
    description:
      - Whether a machine is accepted only once it was promoted.
    type: bool
    default: true
"""
