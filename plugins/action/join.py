# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join a Windows machine with a package: look, judge here, hand the package over once, restart once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import remains, status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import windows_join
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.windows_join import Step
from ansible_collections.adops.offline_join.plugins.plugin_utils import _offered_package
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._restart import restart

ARGUMENT_SPEC = {
    **_offered_package.ARGUMENT_SPEC,
    "rename": {"type": "str", "choices": ["refuse", "follow_package"], "default": "refuse"},
    "reboot": {"type": "bool", "default": False},
    "reboot_timeout": {"type": "int", "default": 600},
    "remains_paths": {"type": "list", "elements": "path", "default": []},
}
_LOOKED_AT = ("identity", "membership", "edition", "restart", "security", "remains")


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        if self._task.check_mode and not Path(arguments["package"]).exists():
            # The step before this one would have made it.
            unknown = {"package_sha256": None, "serial_number": None}
            return {**result, **unknown, "changed": True, "restart_required": not arguments["reboot"]}
        return {**result, **_Join(self, arguments, task_vars or {}).carry_out()}


class _Join:
    """One machine's join, from the look to the restart."""

    def __init__(self, action: ActionModule, arguments: dict[str, Any], task_vars: dict[str, Any]) -> None:
        self._action = action
        self._arguments = arguments
        self._package, self._offer = _offered_package.read(action, arguments)
        self._task_vars = task_vars
        self._hand = Hand(action, arguments["name"], task_vars)

    def carry_out(self) -> dict[str, Any]:
        check_mode, reboot = self._action._task.check_mode, self._arguments["reboot"]
        machine, reading = self._hand.machine(_LOOKED_AT, remains_paths=self._arguments["remains_paths"])
        # In check mode the step before would have set its clock.
        verdict = windows_join.judge(
            self._offer,
            machine,
            None if check_mode else reading,
            follow_package=self._arguments["rename"] == "follow_package",
        )
        self._refuse(verdict.refusal)
        step, left = verdict.step, remains.packages(machine["remains"]["files"])
        if not check_mode:
            if step is Step.APPLY:
                self._apply()
            # A member needs no package any more, whatever its domain says of it.
            self._wipe(left)
        if step is Step.ASK_DOMAIN:
            asked = windows_join.judge_channel(self._offer, self._domain_info("locator", "channel"))
            if asked.refusal:
                msg = f"{self._offer.machine_name}: {asked.refusal}"
                return {"failed": True, "pending": asked.pending, "changed": bool(left), "msg": msg}
        waits = step in (Step.APPLY, Step.RESTART)
        if waits and reboot and not check_mode:
            self._restart()
        return {
            "changed": step is Step.APPLY or (waits and reboot) or bool(left),
            "restart_required": waits and not reboot,
            "package_sha256": None if step is Step.ASK_DOMAIN else self._offer.package_sha256,
            "serial_number": machine["identity"]["serial_number"],
            "warnings": [*(_warnings(machine) if step is Step.APPLY else []), *self._unread(machine)],
        }

    def _apply(self) -> None:
        offer = self._offer
        done = self._hand.call_secretly(
            "win_join_package",
            {
                "package": self._package.to_base64(),
                "package_sha256": offer.package_sha256,
                "machine_name": offer.package_machine_name,
                "domain": offer.dns_domain,
            },
        )
        if not status_codes.succeeded(done["status"]):
            self._refuse(f"Windows did not take the package: {status_codes.explain(done['status']).sentence}")

    def _unread(self, machine: dict[str, Any]) -> list[str]:
        """A file that a program holds open stops no join, and nobody takes it for wiped."""
        name, remedy = self._offer.machine_name, "look by hand whether a package is left in it"
        return [f"{name}: {path} cannot be read; {remedy}" for path in remains.unreadable(machine["remains"]["files"])]

    def _wipe(self, files: list[str]) -> None:
        """Take away what is left of packages, once this machine needs none."""
        if not files:
            return
        done = self._hand.call("win_package_wipe", files=files)
        if done["left"]:
            self._refuse(f"a package is left in {', '.join(done['left'])}, and cannot be wiped; delete it by hand")

    def _restart(self) -> None:
        restart(self._action, self._offer.machine_name, self._task_vars, self._arguments["reboot_timeout"])
        machine = self._hand.call("win_machine_info", subsets=["identity", "membership"])
        refusal = windows_join.judge_restart(self._offer, machine, [])
        if refusal:
            events = self._domain_info("events")["events"]
            self._refuse(windows_join.judge_restart(self._offer, machine, events))

    def _domain_info(self, *subsets: str) -> dict[str, Any]:
        return self._hand.call("win_domain_info", domain=self._offer.dns_domain, subsets=list(subsets))

    def _refuse(self, refusal: str | None) -> None:
        if refusal:
            raise AnsibleActionFail(f"{self._offer.machine_name}: {refusal}")


def _warnings(machine: dict[str, Any]) -> list[str]:
    pending = machine["restart"]
    if pending["component_servicing"] or pending["windows_update"]:
        return ["Windows also waits for a restart of its own, which may take longer than usual"]
    return []
