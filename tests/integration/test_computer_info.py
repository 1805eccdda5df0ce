# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the directory tells of accounts: read by us, held against Samba's own database."""

from __future__ import annotations

import re
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
    branch.module("package_info", {"package": str(branch.package(branch.names[0]))})
    assert branch.accounts() == before


def test_no_secret_of_others_is_ever_named() -> None:
    """A request for an attribute names it, so its name would stand in a source file."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "plugins").rglob("*.py")).lower()
    # When a password expires, and that a recovery object is there, is no secret.
    sources = re.sub(
        r"ms-mcs-admpwdexpirationtime|mslaps-passwordexpirationtime|msfve-recoveryinformation", "", sources
    )
    for attribute in ("ms-mcs-admpwd", "mslaps-", "ms-laps", "msfve-", 'msds-managedpassword"', "unixuserpassword"):
        assert attribute not in sources


GUID = "8F1F2A6C-0D9C-4C56-9E0E-5A0F2E7B1C11"
SUBSETS = ["all_groups", "doubles", "laps", "recovery_objects", "replicas"]


def test_subsets(branch: Branch) -> None:
    """Nested groups, names that somebody else has, recovery objects without their secret, and every replica."""
    name, other, missing = branch.names
    branch.issue(name, other)
    outer = f"CN=Outer {name},OU=Groups,{branch.lab.base_dn}"
    branch.add(outer, {"objectClass": ["group"], "sAMAccountName": [f"Outer {name}"],
                       "member": [branch.lab.direct_access_group]})  # fmt: skip
    branch.account = "groups"
    branch.module("computers", {"machines": [{"name": name, "groups": {"add": ["DirectAccessClients"]}}]})
    accounts = branch.accounts()
    recovery = f"2026-11-21T04:23:31-00:00{{{GUID}}}"
    branch.add(
        f"CN={recovery},{accounts[name]['dn'][0]}",
        {"objectClass": ["msFVE-RecoveryInformation"], "msFVE-RecoveryPassword": ["111111-222222"],
         "msFVE-RecoveryGuid": ["0123456789abcdef"]},
    )  # fmt: skip
    double = f"CN=Double {name},CN=Computers,{branch.lab.base_dn}"
    host = f"{name.lower()}.{branch.lab.domain}"
    branch.add(double, {"objectClass": ["computer"], "sAMAccountName": [f"D-{name[:10]}$"], "dNSHostName": [host]})
    branch.account = "administrator"
    answer = branch.module("computer_info", {"names": list(branch.names), "subsets": SUBSETS, "dest": str(branch.dest)})
    branch.delete(outer)
    branch.delete(double)
    assert "111111-222222" not in str(answer)
    seen = answer["machines"][name]
    primary = f"CN=Domain Computers,CN=Users,{branch.lab.base_dn}"
    assert {branch.lab.direct_access_group, outer, primary} <= {*seen["all_groups"]}
    assert seen["groups"] == [branch.lab.direct_access_group]
    assert seen["doubles"] == [double]
    assert answer["machines"][other]["doubles"] == []
    assert seen["recovery_objects"] == [recovery]
    assert seen["laps_expiration"] is None
    password_last_set = int(accounts[name]["pwdLastSet"][0])
    assert seen["issue_record"]["password_last_set"] == password_last_set
    assert seen["replicas"] == {
        "dc1.corp.example": {
            "exists": True,
            "distinguished_name": accounts[name]["dn"][0],
            "object_guid": accounts[name]["objectGUID"][0],
            "password_last_set": password_last_set,
            "groups": [branch.lab.direct_access_group],
        }
    }
    assert answer["machines"][missing] == {"exists": False}
    branch.account = "user"
    blind = branch.module("computer_info", {"names": [name], "subsets": ["recovery_objects"]})
    assert blind["machines"][name]["recovery_objects"] == []
