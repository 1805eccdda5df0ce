# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an action plugin uses a hand: a module that runs on the machine, looks or acts, and judges nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._failure import unexpected

Run = Callable[..., dict[str, Any]]


class Hand:
    """The hands on one machine, on behalf of one action plugin."""

    def __init__(self, action: ActionBase, machine_name: str, task_vars: dict[str, Any] | None) -> None:
        self.machine_name = machine_name
        self._action = action
        self._task_vars = task_vars or {}

    def look(self, module: str) -> dict[str, Any]:
        """
        :raises AnsibleActionFail: the module failed
        """
        return self._call(module, {})

    def act(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call a module with a secret among its arguments: nothing of the call is logged or written to a file.

        :raises AnsibleActionFail: the module failed, or Ansible would write its arguments to a file
        """
        if not self._action._connection.is_pipelining_enabled():
            raise AnsibleActionFail(
                f"{self.machine_name}: pipelining is off, so the package would become a temporary file on the host; "
                "set ansible_pipelining to true and unset ANSIBLE_KEEP_REMOTE_FILES"
            )
        task = self._action._task
        before, task.no_log = task.no_log, True
        try:
            return self._call(module, arguments)
        finally:
            task.no_log = before

    def _call(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._action._execute_module(
            module_name=module, module_args=arguments, task_vars=self._task_vars
        )
        if answer.get("failed"):
            # A crashed module's output may quote its arguments, so only a message that it chose is passed on.
            words = answer.get("msg", "") if "module_stdout" not in answer else "its Python did not run the module"
            raise AnsibleActionFail(f"{self.machine_name}: {module}: {words}")
        return answer


def guarded(run: Run) -> Run:
    """Turn any exception of an action's ``run`` into a failure without its text, which may quote a secret."""

    @functools.wraps(run)
    def wrapped(self: ActionBase, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            return run(self, tmp, task_vars)
        except (AnsibleActionFail, AnsibleConnectionFailure):
            raise
        except Exception as error:
            raise AnsibleActionFail(unexpected(error)) from None

    return wrapped
