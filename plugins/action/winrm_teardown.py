# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take back what opened WinRM on a fresh machine, and prove it; never what the connection in use needs."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.plugins.connection import ConnectionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import winrm_bootstrap
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded

ARGUMENT_SPEC = {"name": {"type": "str", "required": True}}
_HAND = "win_winrm_teardown"
_PLAIN_PORT, _TLS_PORT = 5985, 5986


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        name = arguments["name"]
        hand = Hand(self, name, task_vars)
        seen = hand.call(_HAND, remove=False)
        refusal = winrm_bootstrap.refusal(seen, port_of(self._connection))
        if refusal:
            raise AnsibleActionFail(f"{name}: {refusal}")
        there = any(part["before"] for part in seen["parts"])
        if there:
            # In check mode the hand itself only tells what would be left.
            seen = hand.call(_HAND, remove=True)
            if left := winrm_bootstrap.left(seen):
                remedy = "look for a policy that sets it, or remove it by hand, then run again"
                raise AnsibleActionFail(f"{name}: still there after it was removed: {', '.join(left)}; {remedy}")
        return {
            **result,
            "changed": there,
            "removed": [part["name"] for part in seen["parts"] if part["before"]],
            "diff": {
                "before": winrm_bootstrap.in_words(seen["parts"], "before"),
                "after": winrm_bootstrap.in_words(seen["parts"], "after"),
            },
        }


def port_of(connection: ConnectionBase) -> int | None:
    """The port of WinRM that the connection comes in by; None for one of another kind, such as SSH."""
    if connection.transport not in ("winrm", "psrp"):
        return None
    port = connection.get_option("port")
    if port is None:  # psrp then goes by its protocol
        return _PLAIN_PORT if connection.get_option("protocol") == "http" else _TLS_PORT
    return int(port)
