# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the directory tells of accounts: read by us, held against Samba's own database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.integration.branch import Branch

ROOT = Path(__file__).parents[2]


def test_everything_that_is_documented(branch: Branch) -> None:
    name, other, missing = branch.names
    branch.issue(name, other)
    branch.account = "groups"
    wanted = {"name": name, "groups": {"add": ["DirectAccessClients"]}}
    branch.module("computers", {"machines": [wanted]})
    branch.account = "issue"
    branch.module("computers", {"machines": [{"name": other, "description": "Flur"}]})
    branch.account = "user"
    answer = branch.module("computer_info", {"names": [name.lower(), other, missing]})
    accounts = branch.accounts()
    assert answer["machines"][missing] == {"exists": False}
    for key, machine in ((name.lower(), name), (other, other)):
        seen, account = answer["machines"][key], accounts[machine]
        created = datetime.fromisoformat(seen.pop("created"))
        assert created.strftime("%Y%m%d%H%M%S.0Z") == account["whenCreated"][0]
        assert seen.pop("key_version") >= 1
        password_last_set = int(account["pwdLastSet"][0])
        assert seen == {
            "exists": True,
            "distinguished_name": account["dn"][0],
            "sid": account["objectSid"][0],
            "object_guid": account["objectGUID"][0],
            "enabled": True,
            "description": account.get("description", [None])[0],
            "groups": account.get("memberOf", []),
            "password_last_set": password_last_set,
            "evidence": {
                "dc1.corp.example": {
                    "password_last_set": password_last_set,
                    "last_logon": 0,
                    "logon_count": 0,
                    "last_logon_timestamp": 0,
                    "operating_system": None,
                }
            },
        }
    assert answer["machines"][name.lower()]["groups"] == [branch.lab.direct_access_group]
    assert answer["machines"][other]["description"] == "Flur"


def test_liveness(branch: Branch) -> None:
    live, unused, strange = branch.names
    branch.issue()
    branch.issue_record(strange).unlink()
    member = branch.member(live)
    assert member.request_offline_join(branch.package(live)).returncode == 0
    assert member.secure_channel().returncode == 0
    assert member.kerberos().returncode == 0
    answer = branch.module("computer_info", {"names": list(branch.names), "dest": str(branch.dest)})
    verdicts = {name: one["liveness"] for name, one in answer["machines"].items()}
    assert verdicts[live] == {"state": "live", "reason": "it logged on on dc1.corp.example"}
    assert verdicts[unused] == {"state": "unused", "reason": ""}
    assert verdicts[strange]["state"] == "live"
    assert "no issue record" in verdicts[strange]["reason"]
    evidence = answer["machines"][live]["evidence"]["dc1.corp.example"]
    [account] = [one for name, one in branch.accounts().items() if name == live]
    assert evidence["logon_count"] == int(account.get("logonCount", ["0"])[0])
    assert evidence["last_logon"] == int(account["lastLogon"][0])


def test_disabled_account(branch: Branch) -> None:
    name = branch.names[0]
    branch.issue(name)
    branch.module("computers", {"machines": [{"name": name, "enabled": False}], "dest": str(branch.dest)})
    assert branch.accounts()[name]["userAccountControl"] == ["4098"]
    assert branch.module("computer_info", {"names": [name]})["machines"][name]["enabled"] is False


def test_looking_leaves_no_trace(branch: Branch) -> None:
    branch.issue()
    before = branch.accounts()
    branch.module("computer_info", {"names": list(branch.names), "dest": str(branch.dest)})
    branch.module("package_info", {"path": str(branch.package(branch.names[0]))})
    assert branch.accounts() == before


def test_no_secret_of_others_is_ever_named() -> None:
    """A request for an attribute names it, so its name would stand in a source file."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "plugins").rglob("*.py")).lower()
    for attribute in ("ms-mcs-admpwd", "mslaps-", "ms-laps", "msfve-", 'msds-managedpassword"', "unixuserpassword"):
        assert attribute not in sources
