# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restart a Windows machine from an action plugin."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.plugin_utils._other_action import run_action


def restart(action: ActionBase, machine_name: str, task_vars: dict[str, Any], seconds: int) -> None:
    """
    :raises AnsibleActionFail: it did not come back in ``seconds``
    """
    arguments = {
        "reboot_timeout": seconds,
        # A look while the machine still goes down would only be answered by a longer wait.
        "post_reboot_delay": 1,
        "msg": "Restart for the domain membership of this machine",
    }
    answer = run_action(action, "ansible.windows.win_reboot", arguments, task_vars)
    if answer.get("failed"):
        raise AnsibleActionFail(
            f"{machine_name}: the restart failed: {answer.get('msg', 'no reason given')}; run again when it is on"
        )
