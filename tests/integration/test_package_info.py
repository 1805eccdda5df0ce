# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What package_info says of a package with the directory's help: current, dead, tried."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.branch import Branch


def look(branch: Branch, name: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
    return branch.module("package_info", {"package": str(branch.package(name)), **options}, check=check)


def traces(branch: Branch, name: str) -> dict[str, list[str] | None]:
    account = branch.accounts()[name]
    return {one: account.get(one) for one in ("lastLogon", "lastLogonTimestamp", "logonCount", "pwdLastSet")}


def test_current_package(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    before = branch.accounts()
    answer = look(branch, name)
    assert answer["package"]["machine_name"] == name
    assert answer["current"] is True
    assert "are those of its issue record" in answer["current_reason"]
    assert not {"authenticated", "authenticated_reason", "warnings"} & set(answer)
    assert branch.accounts() == before


def test_without_a_server_nobody_is_asked(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    branch.extra_environment = {"OFFLINE_JOIN_DIRECTORY_USERNAME": "nobody"}
    answer = look(branch, name, server=None)
    assert answer["package"]["machine_name"] == name
    assert not {"current", "authenticated"} & set(answer)
    refused = look(branch, name, server=None, authenticate=True)
    assert refused["msg"] == "authenticate needs a domain controller; name it in server"


def test_dead_package(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    branch.lab.reset_password(name)
    answer = look(branch, name)
    assert answer["current"] is False
    assert answer["current_reason"] == "the account's password was changed after the package was issued"


def test_package_of_an_earlier_issue(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    old = branch.package(name).read_bytes()
    again = branch.issue(name, regenerate="always")
    assert not again.get("failed"), again
    assert look(branch, name)["current"] is True
    branch.package(name).write_bytes(old)
    answer = look(branch, name)
    assert answer["current"] is False
    assert answer["current_reason"] == "another package was issued after it, as its issue record says"


def test_unknown_without_a_record_or_an_answer(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    silent = look(branch, name, server="127.0.0.99")
    assert silent["current"] is None
    assert "connect to 127.0.0.99 port 636: " in silent["current_reason"]
    branch.issue_record(name).unlink()
    answer = look(branch, name)
    assert answer["current"] is None
    assert answer["current_reason"] == "there is no issue record beside it"


def test_account_is_gone_or_another(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    package, record = branch.package(name).read_bytes(), branch.issue_record(name).read_bytes()
    branch.delete(f"CN={name},{branch.lab.staging_ou}")
    gone = look(branch, name)
    assert (gone["current"], gone["current_reason"]) == (False, "there is no account of this machine")
    branch.issue(name)
    branch.package(name).write_bytes(package)
    branch.issue_record(name).write_bytes(record)
    answer = look(branch, name)
    assert answer["current"] is False
    assert "another SID" in answer["current_reason"]


def test_a_login_that_is_refused_fails(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    branch.extra_environment = {"OFFLINE_JOIN_DIRECTORY_PASSWORD": "Wrong-0-password-of-nobody-at-all"}
    answer = look(branch, name)
    assert answer["failed"]
    assert "user name or password is wrong" in answer["msg"]


@pytest.mark.parametrize("tls_mode", ["ldaps", "start_tls"])
def test_authenticate_tries_the_password_and_leaves_traces(branch: Branch, tls_mode: str) -> None:
    name = branch.names[0]
    branch.issue(name)
    before = traces(branch, name)
    answer = look(branch, name, authenticate=True, tls_mode=tls_mode)
    assert (answer["current"], answer["authenticated"]) == (True, True)
    assert answer["authenticated_reason"] == f"{branch.lab.server} accepts its password"
    assert "looks used from now on" in str(answer["warnings"])
    after = traces(branch, name)
    assert after["pwdLastSet"] == before["pwdLastSet"]
    assert after != before, "as documented, the account looks used"
    life = branch.module("computer_info", {"names": [name], "dest": str(branch.dest)})["machines"][name]["liveness"]
    assert life["state"] == "live"


def test_check_mode_does_not_authenticate(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    before = branch.accounts()
    answer = look(branch, name, authenticate=True, check=True)
    assert (answer["current"], answer["authenticated"]) == (True, None)
    assert "leaves traces" in answer["authenticated_reason"]
    assert branch.accounts() == before


def test_two_resets_later_the_password_is_refused(branch: Branch) -> None:
    """One reset may leave the previous password good for a simple bind; what is current knows better."""
    name = branch.names[0]
    branch.issue(name)
    branch.lab.reset_password(name)
    assert look(branch, name)["current"] is False
    branch.lab.reset_password(name)
    answer = look(branch, name, authenticate=True)
    assert (answer["current"], answer["authenticated"]) == (False, False)
    assert "user name or password is wrong" in answer["authenticated_reason"]


def test_disabled_account_is_told(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    branch.module("computers", {"machines": [{"name": name, "enabled": False}], "dest": str(branch.dest)})
    answer = look(branch, name, authenticate=True)
    assert (answer["current"], answer["authenticated"]) == (True, False)
    assert "the account is disabled" in answer["authenticated_reason"]
