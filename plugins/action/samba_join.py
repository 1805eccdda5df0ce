# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join a Linux host with a package: look, judge here, hand the package over once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.samba_join import judge
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.status_codes import NEW_PACKAGE
from ansible_collections.adops.offline_join.plugins.plugin_utils import _offered_package
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(_offered_package.ARGUMENT_SPEC)
        hand = Hand(self, arguments["name"], task_vars)
        if self._task.check_mode and not Path(arguments["package"]).exists():
            # The step before this one would have made it.
            return {**result, "changed": True, "package_sha256": None}
        package, offer = _offered_package.read(self, arguments)
        member = hand.call("samba_member_info")
        verdict = judge(offer, member)
        if verdict.refusal:
            raise AnsibleActionFail(f"{arguments['name']}: {verdict.refusal}")
        if verdict.apply and not self._task.check_mode:
            _apply(hand, package)
        return {**result, "changed": verdict.apply, "package_sha256": package.sha256}


def _apply(hand: Hand, package: Package) -> None:
    arguments = {"package": package.to_base64(), "package_sha256": package.sha256}
    done = hand.call_secretly("samba_join_package", arguments)
    if done["return_code"] != 0:
        output = " ".join(done["output"].split())
        raise AnsibleActionFail(f"{hand.machine_name}: Samba did not take the package: {output}; {NEW_PACKAGE}")
