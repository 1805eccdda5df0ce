# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: password_set_after
short_description: Tell whether the directory has a newer password of a machine
version_added: 0.6.0
description:
  - A machine that changed its password says so before anybody else knows; only what a domain controller shows proves
    it. From then on the machine's package opens nothing.
author:
  - adops.offline_join contributors (@adops)
positional: before
options:
  _input:
    description:
      - The machine's entry of C(machines) as M(adops.offline_join.computer_info) returned it; one with an error has no
        newer password.
    type: dict
    required: true
  before:
    description:
      - When the password was set before, a FILETIME, such as C(password_last_set) of
        M(adops.offline_join.package_retire).
    type: int
    required: true
seealso:
  - module: adops.offline_join.package_retire
  - module: adops.offline_join.computer_info
"""

EXAMPLES = r"""
- name: See that the package is worthless
  ansible.builtin.assert:
    that: seen.machines['BER-PC-001'] | adops.offline_join.password_set_after(retired.password_last_set)
"""

RETURN = r"""
_value:
  description: Whether any domain controller that answered has a password that was set later.
  type: bool
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.retirement import arrived


def password_set_after(account: Mapping[str, Any], before: int) -> bool:
    return arrived(account, before)


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"password_set_after": password_set_after}
