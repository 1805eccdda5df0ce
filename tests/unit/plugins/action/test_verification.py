# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``verification``, ``promotion`` and ``package_retire`` do with a machine, and what they leave alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action import package_retire, promotion, verification
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.causal_order import IDS
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.subject import POLICY_SUBJECT
from ansible_collections.adops.offline_join.plugins.modules import package_retire as package_retire_documentation
from ansible_collections.adops.offline_join.plugins.modules import promotion as promotion_documentation
from ansible_collections.adops.offline_join.plugins.modules import verification as verification_documentation
from ansible_collections.adops.offline_join.plugins.plugin_utils import _membership
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.verified_machines import (
    ACCOUNT,
    DOMAIN,
    GUID,
    MACHINE,
    STAGING,
)

GIVEN = {"name": "BER-PC-001", "domain": "corp.example", "account": ACCOUNT}


class Machine:
    """In front of an action: a member, whose hands are noted. ``failing`` are hands and their answers."""

    failing: dict[str, dict[str, Any]]
    calls: list[str]
    machine: dict[str, Any]
    domain: dict[str, Any]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        hand = module_name.rpartition(".")[2]
        self.calls.append(hand)
        if module_args.get("restart_follows"):
            self.machine["restart"]["policy_refresh"] = True
        answers = {
            "win_machine_info": self.machine,
            "win_domain_info": self.domain,
            "win_machine_password": {"status": 0},
            "win_policy_refresh": {"exit_code": 0, "purge_status": 0},
            "win_bitlocker_backup": {
                "changed": True,
                "backups": [{"id": one, "status": 0} for one in module_args.get("protectors", ())],
            },
        }
        return copy.deepcopy(answers[hand] | self.failing.get(hand, {}))


class Verification(Machine, verification.ActionModule):
    pass


class Promotion(Machine, promotion.ActionModule):
    pass


class PackageRetire(Machine, package_retire.ActionModule):
    pass


class Off(actions.Off, verification.ActionModule):
    pass


class Refusing(verification.ActionModule):
    def _execute_module(self, **call: Any) -> dict[str, Any]:
        raise AnsibleConnectionFailure("ntlm: the specified credentials were rejected by the server")


def make(kind: type[Any], *, failing: dict[str, Any] | None = None, check_mode: bool = False, **further: Any) -> Any:
    action = actions.make(kind, GIVEN | further, check_mode=check_mode)
    action.calls, action.failing = [], failing or {}
    action.machine, action.domain = copy.deepcopy(MACHINE), copy.deepcopy(DOMAIN)
    return action


@pytest.fixture(autouse=True)
def restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promotion, "restart", lambda action, *_what: action.calls.append("restart"))


def test_documentation_says_what_they_take() -> None:
    for documentation, action in (
        (verification_documentation.DOCUMENTATION, _membership),
        (promotion_documentation.DOCUMENTATION, promotion),
        (package_retire_documentation.DOCUMENTATION, package_retire),
    ):
        documented = actions.options(documentation)
        for option in documented.values():
            option.pop("version_added", None)
            if suboptions := option.pop("suboptions", None):
                option["options"] = {
                    name: {key: value for key, value in suboption.items() if key != "description"}
                    for name, suboption in suboptions.items()
                }
        assert documented == actions.spec(action.ARGUMENT_SPEC)


def test_two_calls_and_all_checks() -> None:
    action = make(Verification)
    found = action.run(None, {})
    assert action.calls == ["win_machine_info", "win_domain_info"]
    assert [one["id"] for one in found["checks"]] == [*IDS]
    assert found["headline"] is None
    assert "failed" not in found
    assert found["machine_sid"] == MACHINE["identity"]["machine_sid"]


def test_failure_and_pending() -> None:
    broken = make(Verification, account={"exists": False}).run(None, {})
    assert broken["failed"]
    assert not broken["pending"]
    assert broken["msg"].startswith("BER-PC-001: the directory has no account BER-PC-001$")
    late = make(Verification, account=ACCOUNT | {"replicas": {"dc1.corp.example": {"exists": False}}}).run(None, {})
    assert late["pending"]
    assert "not yet replicated to DC1" in late["msg"]


class TestRecoveryPasswordThatIsNotInTheDirectory:
    BARE = ACCOUNT | {"recovery_objects": []}
    LOOK = ("win_machine_info", "win_domain_info")

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_its_backup_is_triggered_once(self, check_mode: bool) -> None:
        action = make(Verification, account=self.BARE, check_mode=check_mode)
        found = action.run(None, {})
        assert action.calls == [*self.LOOK, "win_bitlocker_backup"]
        assert found["changed"]
        assert found["pending"]
        assert "the machine was told to back up {8F1F2A6C" in found["msg"]

    def test_a_backup_that_windows_refuses(self) -> None:
        refused = {"changed": False, "backups": [{"id": f"{{{GUID}}}", "status": 1}]}
        found = make(Verification, account=self.BARE, failing={"win_bitlocker_backup": refused}).run(None, {})
        assert not found["changed"]
        assert not found["pending"]
        assert "no policy asks for it (S_FALSE, 1)" in found["msg"]

    def test_a_promoted_machine(self) -> None:
        """After its restart, when the policies of production say where recovery passwords go."""
        action = make(Promotion, account=self.BARE, moved=True)
        assert action.run(None, {})["pending"]
        assert action.calls == [*self.LOOK, "win_policy_refresh", "restart", *self.LOOK, "win_bitlocker_backup"]

    def test_one_that_was_promoted_before(self) -> None:
        action = make(Promotion, account=self.BARE, moved=False)
        found = action.run(None, {})
        assert action.calls == [*self.LOOK, "win_bitlocker_backup"]
        assert found["changed"]
        assert found["restarts"] == 0

    @pytest.mark.parametrize("silenced", [{"bitlocker": "ignore"}, {"tolerate": ["bitlocker"]}])
    def test_nobody_asks_for_it(self, silenced: dict[str, Any]) -> None:
        action = make(Verification, account=self.BARE, **silenced)
        assert "failed" not in action.run(None, {})
        assert action.calls == [*self.LOOK]


def test_a_check_predicts_what_earlier_steps_would_make() -> None:
    action = make(Verification, check_mode=True, account={"exists": False})
    assert action.run(None, {}) == {"changed": False, "checks": [], "headline": None}
    assert action.calls == ["win_machine_info"]
    assert make(Verification, check_mode=True, account={"error": "no way"}).run(None, {})["failed"]


def test_a_machine_that_is_off() -> None:
    with pytest.raises(AnsibleConnectionFailure):
        actions.make(Off, GIVEN).run(None, {})
    assert actions.make(Off, GIVEN, ignore_unreachable=True).run(None, {})["pending"]


@pytest.mark.parametrize(
    ("user", "local"),
    [
        ("Admin", True),
        (r".\Admin", True),
        (r"ber-pc-001\Admin", True),
        (r"CORP\rollout", False),
        ("rollout@CORP.EXAMPLE", False),
    ],
)
def test_a_refused_local_account_is_named(user: str, local: bool) -> None:
    action = actions.make(Refusing, GIVEN)
    action._connection.set_option("remote_user", user)
    with pytest.raises(AnsibleActionFail if local else AnsibleConnectionFailure) as raised:
        action.run(None, {})
    assert ("phase domain" in str(raised.value)) is local


def test_promotion() -> None:
    """Tickets and policy first, one restart, and the verification of what came of it."""
    action = make(Promotion, moved=True)
    found = action.run(None, {})
    assert action.calls == [
        "win_machine_info", "win_domain_info", "win_policy_refresh", "restart", "win_machine_info", "win_domain_info",
    ]  # fmt: skip
    assert (found["changed"], found["restarts"], found.get("failed")) == (True, 1, None)


def test_what_was_promoted_is_left_alone() -> None:
    action = make(Promotion, moved=False)
    found = action.run(None, {})
    assert action.calls == ["win_machine_info", "win_domain_info"]
    assert (found["changed"], found["restarts"]) == (False, 0)


def test_second_restart_only_for_a_policy_that_is_missing() -> None:
    action = make(Promotion, moved=True, policies=["Baseline"])
    found = action.run(None, {})
    assert action.calls.count("restart") == 2
    assert "Baseline not applied" in found["msg"]
    assert found["changed"]
    assert make(Promotion, moved=True, most_restarts=0).run(None, {})["restarts"] == 0


def test_nothing_is_restarted_into_the_wrong_policy() -> None:
    late = ACCOUNT | {"replicas": {"dc1.corp.example": {"exists": False}}}
    for wrong in ({"account": late}, {"organizational_units": [STAGING]}):
        action = make(Promotion, moved=True, **wrong)
        assert action.run(None, {})["failed"]
        assert action.calls == ["win_machine_info", "win_domain_info"]


def test_promotion_in_check_mode() -> None:
    action = make(Promotion, check_mode=True, moved=True)
    assert action.run(None, {})["changed"]
    assert not action.calls
    assert not make(Promotion, check_mode=True, moved=False).run(None, {})["changed"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_machine_that_an_earlier_run_moved_and_left(check_mode: bool) -> None:
    """Its account is where it shall be, and its policy still that of the place before."""
    action = make(Promotion, check_mode=check_mode, moved=False)
    before = {**POLICY_SUBJECT, "data": "CN=BER-PC-001,OU=Elsewhere,DC=corp,DC=example"}
    action.domain["policy"]["registry_values"].append(before)
    found = action.run(None, {})
    assert (found["changed"], found["restarts"]) == (True, 0 if check_mode else 1)
    assert ("win_policy_refresh" in action.calls) is not check_mode


def test_a_restart_that_never_came() -> None:
    """The run was killed after the policy was processed, which Windows noted for the new place."""
    action = make(Promotion, moved=True, failing={"win_policy_refresh": {"exit_code": 1}})
    with pytest.raises(AnsibleActionFail):
        action.run(None, {})
    again = make(Promotion, moved=False)
    again.machine = action.machine
    assert again.run(None, {})["restarts"] == 1


def test_policy_that_failed_is_no_cause_to_restart() -> None:
    action = make(Promotion, moved=False)
    action.domain["policy"]["core"] = {"status": 1355}
    found = action.run(None, {})
    assert (found["changed"], found["restarts"]) == (True, 0)
    assert action.calls == [
        "win_machine_info", "win_domain_info", "win_policy_refresh", "win_machine_info", "win_domain_info",
    ]  # fmt: skip
    assert not action.machine["restart"]["policy_refresh"]


def test_a_check_of_a_machine_that_would_be_joined_first() -> None:
    action = make(Promotion, check_mode=True, moved=False, account={"exists": False})
    found = action.run(None, {})
    assert (found["changed"], found["restarts"], found["headline"]) == (False, 0, None)
    assert action.calls == ["win_machine_info"]


@pytest.mark.parametrize(("key", "program"), [("exit_code", "gpupdate"), ("purge_status", "klist")])
def test_policy_that_cannot_be_refreshed(key: str, program: str) -> None:
    action = make(Promotion, moved=True, failing={"win_policy_refresh": {key: 1}})
    with pytest.raises(AnsibleActionFail, match=f"its account is in its new place, but {program} ended with 1"):
        action.run(None, {})
    assert "restart" not in action.calls


MOVED: dict[type[Any], dict[str, bool]] = {Verification: {}, Promotion: {"moved": True}}
RECORD = {"issue_record": {"password_last_set": ACCOUNT["password_last_set"]}}


@pytest.mark.parametrize("check_mode", [True, False])
def test_retirement(check_mode: bool) -> None:
    action = make(PackageRetire, check_mode=check_mode, account=ACCOUNT | RECORD)
    found = action.run(None, {})
    assert found["changed"]
    assert found["password_last_set"] == ACCOUNT["password_last_set"]
    assert action.calls == ["win_domain_info"] if check_mode else ["win_domain_info", "win_machine_password"]


def test_retired_already() -> None:
    action = make(PackageRetire, account=ACCOUNT | {"issue_record": {"password_last_set": 1}})
    assert not action.run(None, {})["changed"]
    assert action.calls == ["win_domain_info"]


@pytest.mark.parametrize("kind", [Verification, Promotion])
def test_a_session_without_rights_says_nothing_of_the_machine(kind: type[Any]) -> None:
    action = make(kind, failing={"win_machine_info": {"security": {"elevated": False}}}, **MOVED[kind])
    with pytest.raises(AnsibleActionFail, match=r"^BER-PC-001: the session is not elevated \(ERROR_ELEVATION"):
        action.run(None, {})
    assert action.calls == ["win_machine_info"]


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        ({"verify_status": 5}, "the session is not elevated (ERROR_ELEVATION_REQUIRED, 740); log in with"),
        ({"connection_status": 5}, "the domain refuses the machine's secret (ERROR_ACCESS_DENIED, 5); repair the"),
        ({"channel_status": 5}, "the domain refuses the machine's secret (ERROR_ACCESS_DENIED, 5); repair the"),
    ],
)
def test_whose_refusal_it_is(answered: dict[str, int], words: str) -> None:
    """The machine's own Netlogon refuses a login without rights with the number of a dead secret."""
    action = make(PackageRetire, failing={"win_domain_info": {"channel": DOMAIN["channel"] | answered}})
    found = action.run(None, {})
    assert not found["pending"]
    assert found["msg"].startswith(f"BER-PC-001: it cannot change its password: {words}")


@pytest.mark.parametrize(("status", "pending"), [(5, False), (1311, True)])
def test_password_that_stays(status: int, pending: bool) -> None:
    refused = make(PackageRetire, failing={"win_machine_password": {"status": status}}).run(None, {})
    assert refused["failed"]
    assert refused["pending"] is pending
    channel = {"channel": DOMAIN["channel"] | {"verify_status": status}}
    action = make(PackageRetire, failing={"win_domain_info": channel})
    assert action.run(None, {})["pending"] is pending
    assert action.calls == ["win_domain_info"]


def test_retirement_without_an_account() -> None:
    with pytest.raises(AnsibleActionFail, match="no account BER-PC-001"):
        make(PackageRetire, account={"exists": False}).run(None, {})
    assert make(PackageRetire, check_mode=True, account={"exists": False}).run(None, {})["changed"]
