# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``package_retire`` on a Linux member; what it does with Windows, ``test_verification.py`` tells."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.adops.offline_join.plugins.action import package_retire
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.verified_machines import ACCOUNT

NAME, DOMAIN = "BER-LX-001", "corp.example"
GIVEN = {"name": NAME, "domain": DOMAIN, "account": ACCOUNT}
STANDS = {"return_code": 0, "output": f"Join to '{DOMAIN}' is OK"}
CHANGED = {"return_code": 0, "output": "Password change for principal ber-lx-001$@CORP.EXAMPLE succeeded."}
RECORD = {"issue_record": {"password_last_set": ACCOUNT["password_last_set"]}}
RETIRED = {"issue_record": {"password_last_set": ACCOUNT["password_last_set"] - 1}}
NO_MEMBER = f"Join to domain '{DOMAIN}' is not valid: NT_STATUS_CANT_ACCESS_DOMAIN_INFO"


class Member(package_retire.ActionModule):
    """In front of the action: a Linux member whose hand answers ``said``; its calls are noted."""

    said: dict[str, Any]
    calls: list[tuple[str, dict[str, Any]]]

    def _execute_module(self, module_name: str, module_args: dict[str, Any], **_call: Any) -> dict[str, Any]:
        self.calls.append((module_name, dict(module_args)))
        return copy.deepcopy(self.said)


def make(
    channel: dict[str, Any] | None = None,
    changetrustpw: dict[str, Any] | None = None,
    *,
    check_mode: bool = False,
    **more: Any,
) -> Any:
    action = actions.make(Member, GIVEN | more, check_mode=check_mode)
    action._connection = connection_loader.get("ssh", PlayContext())
    action.calls, action.said = [], {"channel": channel or STANDS, "changetrustpw": changetrustpw}
    return action


def refused(output: str) -> dict[str, Any]:
    return {"return_code": 255, "output": output}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("record", [RECORD, {}], ids=["issued", "without a record"])
def test_one_call_that_changes(check_mode: bool, record: dict[str, Any]) -> None:
    action = make(changetrustpw=None if check_mode else CHANGED, check_mode=check_mode, account=ACCOUNT | record)
    found = action.run(None, {})
    assert found["changed"]
    assert found["platform"] == "linux"
    assert "failed" not in found
    assert found["password_last_set"] == ACCOUNT["password_last_set"]
    assert action.calls == [("adops.offline_join.samba_member_password", {"domain": DOMAIN, "change": True})]


def test_two_calls_where_that_is_wanted() -> None:
    call = ("adops.offline_join.samba_member_password", {"domain": DOMAIN, "change": True})
    action = make(changetrustpw=CHANGED, twice=True)
    assert action.run(None, {})["changed"]
    assert action.calls == [call, call]
    predicted = make(check_mode=True, twice=True)
    assert predicted.run(None, {})["changed"]
    assert predicted.calls == [call]
    retired = make(account=ACCOUNT | RETIRED, twice=True)
    assert not retired.run(None, {})["changed"]
    assert len(retired.calls) == 1


def test_the_first_change_that_fails_is_the_last() -> None:
    action = make(changetrustpw=refused("Password change failed"), twice=True)
    assert action.run(None, {})["failed"]
    assert len(action.calls) == 1


def test_retired_already() -> None:
    """The password stays, and the secure channel is proved all the same."""
    action = make(account=ACCOUNT | RETIRED)
    assert not action.run(None, {})["changed"]
    assert action.calls == [("adops.offline_join.samba_member_password", {"domain": DOMAIN, "change": False})]
    broken = make(refused("NT_STATUS_ACCESS_DENIED"), account=ACCOUNT | RETIRED).run(None, {})
    assert broken["failed"]


def test_change_that_fails() -> None:
    found = make(changetrustpw=refused("Password change failed:\n  Preauthentication failed")).run(None, {})
    assert found["failed"]
    assert not found["pending"]
    said = "net ads changetrustpw: Password change failed: Preauthentication failed; "
    assert found["msg"].startswith(f"{NAME}: it cannot change its password: {said}")


@pytest.mark.parametrize(("output", "pending"), [("", True), ("Error was : NT_STATUS_ACCESS_DENIED.", False)])
def test_broken_channel(output: str, pending: bool) -> None:
    found = make(refused(output)).run(None, {})
    assert found["failed"]
    assert found["pending"] is pending
    assert found["msg"].startswith(f"{NAME}: it cannot change its password: ")


def test_no_member_yet() -> None:
    """In check mode an earlier step would have made it one."""
    assert make(refused(NO_MEMBER), check_mode=True).run(None, {})["changed"]
    found = make(refused(NO_MEMBER)).run(None, {})
    assert found["failed"]
    assert "the host is no member" in found["msg"]


def test_without_an_account() -> None:
    action = make(account={"exists": False}, check_mode=True)
    assert action.run(None, {})["changed"]
    assert not action.calls
