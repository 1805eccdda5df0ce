# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_winrm_teardown: what opened WinRM on a machine, seen and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..protocol import ModuleCall
from ..state import State

if TYPE_CHECKING:
    from ..machine import TwinMachine

ACCOUNT = "offline-join"
TLS_PORT = 5986
_SERVICE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Service"
_POLICIES = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_VALUES = {
    "token_filter": (_POLICIES, "LocalAccountTokenFilterPolicy"),
    "unencrypted": (_SERVICE, "allow_unencrypted"),
    "basic": (_SERVICE, "auth_basic"),
}
PARTS = (
    *("firewall_rule", "listener", "certificate", "profile", "account", "token_filter", "unencrypted", "basic"),
    *("script", "task", "record"),
)


def win_winrm_teardown(machine: TwinMachine, call: ModuleCall) -> dict[str, Any]:
    """Every part before and after; the listener's port, and the accounts that count."""
    state = machine.state
    remove, there = call.parameters["remove"], {part: _is_there(state, part) for part in PARTS}
    answer = {
        "account_sid": _sid(state, ACCOUNT) if there["account"] else None,
        "caller_sid": _sid(state, call.user.rpartition("\\")[2]),
        "listener_port": TLS_PORT if there["listener"] else None,
        "other_listeners": state.other_listeners,
        "changed": remove and any(there.values()),
    }
    if remove and not call.check_mode:
        _remove(state)
    after = {part: _is_there(state, part) and not (remove and call.check_mode) for part in PARTS}
    return answer | {"parts": [{"name": part, "before": there[part], "after": after[part]} for part in PARTS]}


def _is_there(state: State, part: str) -> bool:
    if part in _VALUES:
        return bool(state.registry.get(_VALUES[part], (None, 0))[1])
    return part in state.bootstrap


def _remove(state: State) -> None:
    """Everything but the values that a policy of the domain writes again and again."""
    state.bootstrap = []
    for place in _VALUES.values():
        if place not in state.policy_registry:
            state.registry.pop(place, None)


def _sid(state: State, user: str) -> str:
    return f"{state.machine_sid}-{1002 if user.casefold() == ACCOUNT else 500}"
