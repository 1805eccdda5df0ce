# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a machine change its own password, so that its package is worthless from then on."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import secure_channel, status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import liveness
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life import retirement, samba_channel
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.retirement import Obstacle
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._membership import naming_local_accounts

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "account": {"type": "dict", "required": True},
    "twice": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        account, name = arguments["account"], arguments["name"]
        windows = getattr(self._connection._shell, "_IS_WINDOWS", False)
        result["platform"] = "windows" if windows else "linux"
        if self._task.check_mode and not account.get("exists") and "error" not in account:
            return {**result, "changed": True, "password_last_set": None}
        refusal = retirement.refusal(name, account)
        if refusal:
            raise AnsibleActionFail(f"{name}: {refusal}")
        before = liveness.password_last_set(account)
        change = not retirement.done(account)
        ask = self._ask_windows if windows else self._ask_samba
        hand = Hand(self, name, task_vars)
        obstacle = ask(hand, arguments["domain"], change)
        if obstacle is None and change and arguments["twice"] and not self._task.check_mode:
            obstacle = ask(hand, arguments["domain"], change)
        if obstacle is not None:
            return {
                **result,
                "failed": True,
                "pending": obstacle.out_of_reach,
                "msg": f"{name}: it cannot change its password: {obstacle.sentence}",
            }
        return {**result, "changed": change, "password_last_set": before}

    def _ask_windows(self, hand: Hand, domain: str, change: bool) -> Obstacle | None:
        with naming_local_accounts(self, hand.machine_name):
            seen = hand.call("win_domain_info", domain=domain, subsets=["locator", "channel"])
        fault = secure_channel.fault(seen)
        if fault is not None:
            return retirement.obstacle(fault.cause)
        if not change or self._task.check_mode:
            return None
        done = hand.call("win_machine_password", domain=domain)
        return retirement.obstacle(status_codes.explain(done["status"])) if done["status"] else None

    def _ask_samba(self, hand: Hand, domain: str, change: bool) -> Obstacle | None:
        said = hand.call("samba_member_password", domain=domain, change=change)
        if self._task.check_mode and not samba_channel.joined(said):
            # The step before this one would have made it a member.
            return None
        return samba_channel.obstacle(domain, said)
