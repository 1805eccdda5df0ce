# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a machine whose account was moved under the policies of its new place: refresh, restart, verify."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import promotion
from ansible_collections.adops.offline_join.plugins.plugin_utils import _membership
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._membership import Look
from ansible_collections.adops.offline_join.plugins.plugin_utils._restart import restart

ARGUMENT_SPEC = {
    **_membership.ARGUMENT_SPEC,
    "moved": {"type": "bool", "required": True},
    "most_restarts": {"type": "int", "choices": [0, 1, 2], "default": 2},
    "policy_timeout": {"type": "int", "default": 300},
    "reboot_timeout": {"type": "int", "default": 600},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        look = Look(self, arguments, task_vars)
        if self._task.check_mode and arguments["moved"]:
            # The account is still where it was, so there is nothing to verify.
            return {**result, **look.result(None), "changed": True, "restarts": 0}
        outcome = look.outcome()
        if outcome is None or look.subject is None:
            return {**result, **look.result(None), "restarts": 0}
        if not promotion.needs_policy(outcome, look.subject, moved=arguments["moved"]):
            return {**result, **look.result(look.escrowed(outcome)), "restarts": 0}
        if self._task.check_mode:
            return {**result, **look.result(None), "changed": True, "restarts": 0}
        # A machine that lives in production is not restarted because its policy failed meanwhile.
        needed = promotion.needs_restart(look.subject, moved=arguments["moved"])
        most_restarts = arguments["most_restarts"] if needed else 0
        self._refresh(look, arguments["policy_timeout"], restart_follows=most_restarts > 0)
        restarts = 0
        while restarts < most_restarts:
            restart(self, arguments["name"], task_vars or {}, arguments["reboot_timeout"])
            restarts += 1
            outcome = look.outcome()
            if outcome is None or not promotion.waits_for_start(outcome):
                break
        if not restarts:
            outcome = look.outcome()
        return {**result, **look.result(look.escrowed(outcome)), "changed": True, "restarts": restarts}

    def _refresh(self, look: Look, seconds: int, *, restart_follows: bool) -> None:
        done = look.hand.call(
            "win_policy_refresh",
            purge_machine_tickets=True,
            force=True,
            restart_follows=restart_follows,
            timeout=seconds,
        )
        for program, code in (("klist", done["purge_status"]), ("gpupdate", done["exit_code"])):
            if code:
                raise AnsibleActionFail(
                    f"{look.hand.machine_name}: its account is in its new place, but {program} ended with {code}; look "
                    "at the events of GroupPolicy on the machine, then run again"
                )
