# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look at one machine for a verification: two calls of hands, held against its account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Check
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.login import is_local, without_rights
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import causal_order, escrow
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.causal_order import Outcome
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.subject import Expected, Subject
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand, login_refused

_VALUE = {
    "key": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "data": {"type": "raw"},
}
_CERTIFICATE = {"issuer": {"type": "str"}, "key_usage": {"type": "str"}, "template": {"type": "str"}}
ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "account": {"type": "dict", "required": True},
    "serial_number": {"type": "str"},
    "dns_servers": {"type": "list", "elements": "str", "default": []},
    "organizational_units": {"type": "list", "elements": "str", "default": []},
    "groups": {"type": "list", "elements": "str", "default": []},
    "policies": {"type": "list", "elements": "str", "default": []},
    "policy_values": {"type": "list", "elements": "dict", "options": _VALUE, "default": []},
    "certificates": {"type": "list", "elements": "dict", "options": _CERTIFICATE, "default": []},
    "directaccess": {"type": "list", "elements": "int", "default": []},
    "laps": {"type": "bool", "default": False},
    "laps_age_days": {"type": "int", "default": 30},
    "bitlocker": {"type": "str", "choices": ["ignore", "escrowed", "required"], "default": "escrowed"},
    "administrators": {"type": "list", "elements": "str"},
    "without_bootstrap": {"type": "bool", "default": False},
    "remains_paths": {"type": "list", "elements": "path", "default": []},
    "tolerate": {"type": "list", "elements": "str", "choices": list(causal_order.IDS), "default": []},
}
_MACHINE = ["identity", "membership", "restart", "security", "network", "remains"]
_DOMAIN = ["locator", "channel", "clock", "policy", "certificates", "directaccess", "events"]


class Look:
    """Looks at one machine, as often as it is asked to. ``arguments`` are those of ``ARGUMENT_SPEC``."""

    def __init__(self, action: ActionBase, arguments: dict[str, Any], task_vars: dict[str, Any] | None) -> None:
        self._action = action
        self._arguments = arguments
        self.hand = Hand(action, arguments["name"], task_vars)
        self.expected = _expected(arguments)
        self.subject: Subject | None = None
        self._backed_up = False

    def outcome(self) -> Outcome | None:
        """The judgement; None in check mode where an earlier step would first have made the machine a member.

        :raises AnsibleActionFail: the machine cannot be looked at
        """
        with naming_local_accounts(self._action, self.expected.name):
            machine, reading = self.hand.machine(_MACHINE, remains_paths=self._arguments["remains_paths"])
        if refusal := without_rights(machine):
            # Netlogon refuses such a session, and policies, TPM and volumes hide from it.
            raise AnsibleActionFail(f"{self.expected.name}: {refusal}")
        account = self._arguments["account"]
        joined = machine["membership"]["part_of_domain"] and account.get("exists")
        if self._action._task.check_mode and not joined and "error" not in account:
            return None
        domain = self._look(
            "win_domain_info",
            domain=self.expected.domain,
            subsets=_DOMAIN,
            policy_values=self.expected.registry_values(),
        )
        self.subject = Subject(machine, domain, account, reading)
        return causal_order.verify(self.expected, self.subject, self._arguments["tolerate"])

    def escrowed(self, outcome: Outcome | None) -> Outcome | None:
        """The judgement, once the machine was told to back up the recovery passwords that the directory lacks."""
        if outcome is None or self.subject is None:
            return outcome
        wanted = escrow.to_back_up(outcome.headline, self.subject)
        if not wanted:
            return outcome
        done = self._look("win_bitlocker_backup", protectors=wanted)
        self._backed_up = done["changed"]
        return outcome.instead(escrow.judge(wanted, done["backups"]))

    def result(self, outcome: Outcome | None) -> dict[str, Any]:
        """The result of the action; it fails where something stops the machine."""
        if outcome is None or self.subject is None:
            return {"changed": False, "checks": [], "headline": None}
        headline = outcome.headline
        result = {
            "changed": self._backed_up,
            "checks": [_finding(one) for one in outcome.findings],
            "headline": None if headline is None else str(headline),
            "machine_sid": self.subject.machine["identity"]["machine_sid"],
            "domain_controller": self.subject.domain["locator"]["domain_controller"],
            "warnings": [f"{self.expected.name}: {said}" for said in outcome.warnings()],
        }
        if headline is not None:
            name = self.expected.name
            result |= {"msg": f"{name}: {headline}", "said": f"{name}: {outcome.said()}"}
            result |= {"failed": True, "pending": outcome.pending}
        return result

    def _look(self, hand: str, **arguments: Any) -> dict[str, Any]:
        with naming_local_accounts(self._action, self.expected.name):
            return self.hand.call(hand, **arguments)


@contextmanager
def naming_local_accounts(action: ActionBase, machine_name: str) -> Iterator[None]:
    """Say what it is when a member refuses one of its own accounts: a policy of the domain did that.

    :raises AnsibleActionFail: the login is a local account, and was refused
    """
    try:
        yield
    except AnsibleConnectionFailure as error:
        user = str(action._connection.get_option("remote_user") or "")
        if login_refused(error) and is_local(user, machine_name):
            unreached = (
                f"the machine refuses the local account {user}: policies deny local accounts the network logon, or "
                "LAPS or a policy changed its password or name"
            )
            raise AnsibleActionFail(
                f"{machine_name}: {unreached}; let the phase domain log in with an account of the domain",
                result={"pending": False, "unreached": unreached},
            ) from None
        raise


def _expected(arguments: dict[str, Any]) -> Expected:
    administrators = arguments["administrators"]
    return Expected(
        name=arguments["name"],
        domain=arguments["domain"],
        serial_number=arguments["serial_number"],
        dns_servers=tuple(arguments["dns_servers"]),
        organizational_units=tuple(arguments["organizational_units"]),
        groups=tuple(arguments["groups"]),
        policies=tuple(arguments["policies"]),
        policy_values=tuple(arguments["policy_values"]),
        certificates=tuple(arguments["certificates"]),
        directaccess=tuple(arguments["directaccess"]),
        laps=arguments["laps"],
        laps_age_days=arguments["laps_age_days"],
        bitlocker=arguments["bitlocker"],
        administrators=None if administrators is None else tuple(administrators),
        without_bootstrap=arguments["without_bootstrap"],
    )


def _finding(check: Check) -> dict[str, Any]:
    return {"pending": False, **check.to_result()}
