# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set a Windows machine's clock where it is off too far: by the control node's clock, or by its domain's."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import clock, status_codes
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import Change
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, guarded

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "serial_number": {"type": "str"},
    "source": {"type": "str", "choices": ["controller", "domain"], "default": "controller"},
    "domain": {"type": "str"},
    "tolerance": {"type": "float", "default": 60.0},
    "time_zone": {"type": "str"},
}

_LOOKED_AT = ("identity", "membership", "security")
_FAILED = {
    "config": "w32tm /config ended with {}; look whether the service W32Time is disabled",
    "resync": "W32Time follows its domain from now on, but got no time from it: w32tm /resync ended with {}; look at "
    "its way to a domain controller (UDP 123), and for events of Time-Service in its System log",
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(
            ARGUMENT_SPEC, required_if=[("source", "domain", ["domain"])]
        )
        hand = Hand(self, arguments["name"], task_vars)
        machine, reading = hand.machine(_LOOKED_AT)
        from_domain = arguments["source"] == "domain"
        if from_domain and self._task.check_mode and not clock.is_member(machine):
            # The step before this one would have made it a member.
            return {**result, "changed": True, "offset": round(reading.offset, 3)}
        domain = arguments["domain"] if from_domain else None
        if refusal := clock.refusal(machine, arguments["name"], arguments["serial_number"], domain):
            raise AnsibleActionFail(f"{arguments['name']}: {refusal}")
        offset = reading.offset if domain is None else _offset_to_domain(hand, domain)
        change = Change()
        if not clock.is_strange_member(machine, arguments["name"]):
            change = clock.change(
                machine,
                offset,
                arguments["tolerance"],
                arguments["time_zone"],
                from_domain=from_domain,
                uncertainty=0.0 if from_domain else reading.uncertainty,
            )
        if change and not self._task.check_mode:
            _set(hand, change)
        before, after = change.before_and_after(machine, offset)
        return {
            **result,
            "changed": bool(change),
            "offset": round(offset, 3),
            "warnings": _warnings(hand, machine["clock"]["w32time"]) if from_domain else [],
            "diff": {"before": before, "after": after},
        }


def _offset_to_domain(hand: Hand, domain: str) -> float:
    """Seconds that the machine is ahead of its domain controller, as it measured itself."""
    seen = hand.call("win_domain_info", domain=domain, subsets=["locator", "clock"])
    for status in (seen["locator"]["status"], seen["clock"]["status"]):
        if status:
            sentence = status_codes.explain(status).sentence
            raise AnsibleActionFail(f"{hand.machine_name}: the domain's clock cannot be read: {sentence}")
    return -seen["clock"]["offset"] / clock.TICKS


def _set(hand: Hand, change: Change) -> None:
    done = hand.call("win_clock", **change.arguments())
    for act, code in done["exit_codes"].items():
        if code:
            shown = str(code) if code > 0 else f"0x{code & 0xFFFFFFFF:08x}"
            raise AnsibleActionFail(f"{hand.machine_name}: {_FAILED[act].format(shown)}")


def _warnings(hand: Hand, w32time: dict[str, Any]) -> list[str]:
    """What is configured beside a policy does not count, so it is told, and left alone."""
    said = clock.other_source(w32time)
    return [f"{hand.machine_name}: {said}; {clock.POLICY_REMEDY}"] if said and w32time["type_from_policy"] else []
