# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one action plugin from within another one, for the same task, host and connection."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase


def run_action(action: ActionBase, name: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
    """
    :raises AnsibleActionFail: the collection that has this action is not installed
    """
    task = action._task.copy()
    task.args = arguments
    other = action._shared_loader_obj.action_loader.get(
        name,
        task=task,
        connection=action._connection,
        play_context=action._play_context,
        loader=action._loader,
        templar=action._templar,
        shared_loader_obj=action._shared_loader_obj,
    )
    if other is None:
        collection = name.rpartition(".")[0]
        raise AnsibleActionFail(f"{name} is not there; install the collection {collection} on the control node")
    answer: dict[str, Any] = other.run(task_vars=task_vars)
    return answer
