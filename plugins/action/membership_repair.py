# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repair the membership of a Windows machine: a new password while the domain is in reach, else leave and join anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import secure_channel, status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import membership_repair, windows_join
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.membership_repair import (
    Decision,
    Means,
    Way,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.secure_channel import Fault
from ansible_collections.adops.offline_join.plugins.plugin_utils import _offered_package
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._other_action import run_action
from ansible_collections.adops.offline_join.plugins.plugin_utils._restart import restart

_LOOKED_AT = ("identity", "membership", "edition", "restart", "security")
_PASSWORD = "OFFLINE_JOIN_DIRECTORY_PASSWORD"
ARGUMENT_SPEC = {
    **_offered_package.ARGUMENT_SPEC,
    "domain": {"type": "str", "required": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    # Only one of the ways out needs a package.
    "package": {"type": "path"},
    "reboot_timeout": {"type": "int", "default": 600},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        task_vars = task_vars or {}
        hand = Hand(self, arguments["name"], task_vars)
        means = Means(login=arguments["username"] is not None, package=arguments["package"] is not None)
        fault = _channel(hand, arguments["domain"])
        if fault is None:
            return {**result, "changed": False, "way": Way.NONE.name.lower()}
        machine, reading = hand.machine(_LOOKED_AT)
        decision = membership_repair.decide(fault, machine, arguments["domain"], means, arguments["serial_number"])
        if decision.way is Way.REJOIN:
            decision = self._judge_package(arguments, fault, machine, reading)
        if decision.refusal:
            refused = {"failed": True, "pending": decision.pending, "msg": f"{hand.machine_name}: {decision.refusal}"}
            return {**result, **refused, "changed": False}
        if not self._task.check_mode:
            if decision.way is Way.RESET:
                _reset(hand, arguments)
            else:
                self._rejoin(hand, arguments, task_vars)
        return {**result, "changed": True, "way": decision.way.name.lower()}

    def _judge_package(
        self, arguments: dict[str, Any], fault: Fault, machine: dict[str, Any], reading: Reading
    ) -> Decision:
        """Whether the package may cost the machine its domain."""
        offer = None
        # The step before this one would have made it.
        if not (self._task.check_mode and not Path(arguments["package"]).exists()):
            _package, offer = _offered_package.read(self, arguments)
            misfit = membership_repair.misfit(offer, arguments["domain"])
            if refusal := misfit or windows_join.judge_rejoin(offer, machine, reading):
                return Decision(refusal=refusal)
        user = self._connection.get_option("remote_user") or ""
        return membership_repair.judge_package(offer, fault, machine["membership"], arguments["name"], user)

    def _rejoin(self, hand: Hand, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        left = hand.call("win_domain_leave")
        if left["status"] not in (status_codes.SUCCESS, status_codes.NOT_JOINED):
            raise AnsibleActionFail(
                f"{hand.machine_name}: it cannot leave: {status_codes.explain(left['status']).sentence}"
            )
        restart(self, hand.machine_name, task_vars, arguments["reboot_timeout"])
        join = {key: arguments[key] for key in (*_offered_package.ARGUMENT_SPEC, "reboot_timeout")}
        answer = run_action(
            self, "adops.offline_join.join", {**join, "reboot": True, "rename": "follow_package"}, task_vars
        )
        if answer.get("failed"):
            raise AnsibleActionFail(answer["msg"])


def _channel(hand: Hand, domain: str) -> Fault | None:
    return secure_channel.fault(hand.call("win_domain_info", domain=domain, subsets=["locator", "channel"]))


def _reset(hand: Hand, arguments: dict[str, Any]) -> None:
    login = {
        "domain": arguments["domain"],
        "username": arguments["username"],
        "password": arguments["password"] or os.environ.get(_PASSWORD, ""),
    }
    done = hand.call_secretly("win_machine_password", login)
    if done["status"]:
        raise AnsibleActionFail(
            f"{hand.machine_name}: its password was not reset: {status_codes.explain(done['status']).sentence}"
        )
    fault = _channel(hand, arguments["domain"])
    if fault:
        raise AnsibleActionFail(f"{hand.machine_name}: its password was reset, and still {fault.cause.sentence}")
