# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a Windows machine change its own password, once, so that its package is worthless from then on."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import (
    retirement,
    secure_channel,
    status_codes,
)
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._membership import naming_local_accounts

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "account": {"type": "dict", "required": True},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        account, name = arguments["account"], arguments["name"]
        if self._task.check_mode and not account.get("exists") and "error" not in account:
            return {**result, "changed": True, "password_last_set": None}
        refusal = retirement.refusal(name, account)
        if refusal:
            raise AnsibleActionFail(f"{name}: {refusal}")
        before = retirement.password_last_set(account)
        hand = Hand(self, name, task_vars)
        with naming_local_accounts(self, name):
            seen = hand.look(
                "adops.offline_join.win_domain_info", domain=arguments["domain"], subsets=["locator", "channel"]
            )
        cause = retirement.broken_channel(seen)
        if cause is None and retirement.done(account):
            return {**result, "changed": False, "password_last_set": before}
        if cause is None and not self._task.check_mode:
            done = hand.look("adops.offline_join.win_machine_password", domain=arguments["domain"])
            cause = status_codes.explain(done["status"]) if done["status"] else None
        if cause is not None:
            return {
                **result,
                "failed": True,
                "pending": secure_channel.out_of_reach(cause),
                "msg": f"{name}: it cannot change its password: {cause.sentence}",
            }
        return {**result, "changed": True, "password_last_set": before}
