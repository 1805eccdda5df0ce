# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_clones
short_description: Tell which machines of a rollout are clones of one image
version_added: 0.6.0
description:
  - Reads what the role P(adops.offline_join.membership_verify#role) registered for each host, and tells which machines
    have one machine SID. A machine that something stops has said its SID, too.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._hosts
positional: hostvars
seealso:
  - module: adops.offline_join.verification
"""

EXAMPLES = r"""
- name: Tell which machines are clones of one image
  ansible.builtin.debug:
    msg: "{{ ansible_play_batch | adops.offline_join.rollout_clones(hostvars) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: A sentence for each machine SID that several machines have.
  type: list
  elements: str
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.clones import same_sid

_VERIFIED = "__membership_verify_result"


def rollout_clones(hosts: Iterable[str], hostvars: Mapping[str, Mapping[str, Any]]) -> list[str]:
    said = {host: (hostvars[host].get(_VERIFIED) or {}).get("machine_sid") for host in hosts}
    return same_sid({host: sid for host, sid in said.items() if sid})


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"rollout_clones": rollout_clones}
