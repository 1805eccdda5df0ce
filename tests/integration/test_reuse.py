# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts that exist: which get a new password, and which must never lose theirs. Two domain controllers."""

from __future__ import annotations

import base64
import json
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package

from tests.integration.branch import Branch
from tests.lab import Lab


@pytest.fixture
def branch(pair: Lab, tmp_path: Path) -> Branch:
    """Two machines whose packages are issued and known to both domain controllers."""
    code = secrets.token_hex(3).upper()
    made = Branch(pair, tmp_path, (f"R{code}-1", f"R{code}-2"))
    answer = made.issue()
    assert not answer.get("failed"), answer
    pair.replicate()
    return made


# What a logon on the other controller brings along when it is replicated.
REPLICATED = {"lastLogonTimestamp", "uSNChanged", "whenChanged"}


def untouched(branch: Branch) -> dict[str, list[str]]:
    account = branch.accounts()[branch.names[0]]
    return {attribute: values for attribute, values in account.items() if attribute not in REPLICATED}


def refusal(branch: Branch, **options: Any) -> str:
    """Why the first machine is not issued again, after making sure that nothing happened to it."""
    name = branch.names[0]
    before = untouched(branch)
    answer = branch.issue(name, **options)
    assert answer.get("failed"), answer
    assert untouched(branch) == before
    error: str = answer["machines"][name]["error"]
    assert error.startswith(f"{name}: ")
    return error


def versions(branch: Branch) -> dict[str, int]:
    """How often each attribute of the first machine's account was written (MS-DRSR 5.164), decoded by ldbsearch."""
    controller = branch.lab.directory / "dc1"
    database = [f"--configfile={controller}/etc/smb.conf", "-H", f"{controller}/private/sam.ldb"]
    question = ["-b", branch.lab.staging_ou, f"(cn={branch.names[0]})", "replPropertyMetaData"]
    shown = branch.lab.run(["ldbsearch", "--show-binary", *database, *question]).stdout
    pattern = r"attid +: DRSUAPI_ATTID_(\w+) .*?version +: 0x([0-9a-f]+)"
    return {name: int(version, 16) for name, version in re.findall(pattern, shown, re.DOTALL)}


def modify(branch: Branch, *lines: str) -> None:
    dn = f"CN={branch.names[0]},{branch.lab.staging_ou}"
    change = "\n".join([f"dn: {dn}", "changetype: modify", *lines, ""])
    branch.lab.ldap(["ldapmodify"], "administrator", input=change)


def lose_package(branch: Branch) -> None:
    branch.package(branch.names[0]).unlink()


class TestUnusedAccount:
    def test_missing_package_is_issued_again_and_works(self, branch: Branch) -> None:
        name, other = branch.names
        before = branch.accounts()
        lose_package(branch)
        answer = branch.issue()
        assert answer["machines"][name]["act"] == "reissue"
        assert answer["machines"][other]["act"] == "keep"
        after = branch.accounts()
        assert after[name]["pwdLastSet"] > before[name]["pwdLastSet"]
        assert after[name]["objectGUID"] == before[name]["objectGUID"]
        assert after[other] == before[other]
        member = branch.member(name)
        assert member.request_offline_join(branch.package(name)).returncode == 0
        branch.lab.replicate()
        assert member.secure_channel().returncode == 0

    def test_only_what_differs_is_written(self, branch: Branch) -> None:
        """An account that has its names already gets a password and nothing else."""
        lose_package(branch)
        before = versions(branch)
        branch.issue()
        after = versions(branch)
        assert after["unicodePwd"] == before["unicodePwd"] + 1
        for attribute in ("dNSHostName", "servicePrincipalName", "userAccountControl", "sAMAccountName"):
            assert after[attribute] == before[attribute]

    def test_always_issues_again(self, branch: Branch) -> None:
        name = branch.names[0]
        old = branch.package(name).read_bytes()
        assert branch.issue(name, regenerate="always")["machines"][name]["act"] == "reissue"
        assert branch.package(name).read_bytes() != old

    def test_check_mode_predicts(self, branch: Branch) -> None:
        lose_package(branch)
        before = branch.accounts()
        predicted = branch.issue(check=True)
        assert predicted["machines"][branch.names[0]]["act"] == "reissue"
        assert branch.accounts() == before
        assert not branch.package(branch.names[0]).exists()

    def test_dead_package(self, branch: Branch) -> None:
        """Another run issued it again elsewhere and left its record here: the package in dest is dead."""
        name = branch.names[0]
        old = branch.package(name).read_bytes()
        branch.issue(name, regenerate="always")
        branch.package(name).write_bytes(old)
        assert "set regenerate to dead" in refusal(branch, regenerate="missing")
        assert branch.issue(name, regenerate="dead")["machines"][name]["act"] == "reissue"
        assert not branch.issue(name, regenerate="dead")["changed"]

    def test_another_organizational_unit(self, branch: Branch) -> None:
        lose_package(branch)
        assert "it is not in OU=Berlin" in refusal(branch, path=branch.lab.production_ous[0])


class TestLiveMachine:
    def live(self, branch: Branch, controller: str) -> None:
        """Let the machine log on at one of the domain controllers only."""
        name = branch.names[0]
        password = Package.read(branch.package(name).read_bytes()).join.machine_password
        assert password is not None
        login = ["-H", f"ldaps://{controller}", "-x", "-D", f"{name}$@corp.example", "-y", "/dev/stdin"]
        done = branch.lab.run(
            ["ldapsearch", *login, "-b", "", "-s", "base", "dnsHostName"],
            input=password.reveal(),
            env={"LDAPTLS_CACERT": str(branch.lab.ca_cert), "PATH": "/usr/bin:/bin"},
        )
        assert controller.partition(".")[0] in done.stdout.lower()

    def test_that_logged_on_at_the_other_controller_only(self, branch: Branch) -> None:
        self.live(branch, branch.lab.second_server)
        lose_package(branch)
        error = refusal(branch)
        assert "the machine is treated as live" in error
        assert branch.lab.second_server in error
        assert "always" not in error
        assert branch.lab.second_server in refusal(branch, regenerate="always")

    def test_may_lose_its_membership_when_it_is_named(self, branch: Branch) -> None:
        name = branch.names[0]
        self.live(branch, branch.lab.second_server)
        answer = branch.issue(name, regenerate="always", live_machines=[name.lower()])
        assert answer["machines"][name]["act"] == "reissue"

    def test_whose_password_was_set_since(self, branch: Branch) -> None:
        branch.lab.reset_password(branch.names[0])
        lose_package(branch)
        assert "its password was set after the package was issued" in refusal(branch)

    def test_without_issue_record(self, branch: Branch) -> None:
        lose_package(branch)
        branch.issue_record(branch.names[0]).unlink()
        assert "there is no issue record" in refusal(branch)

    @pytest.mark.parametrize("attribute", ["operatingSystem: Windows 11 Enterprise"])
    def test_that_wrote_its_operating_system(self, branch: Branch, attribute: str) -> None:
        lose_package(branch)
        modify(branch, f"replace: {attribute.partition(':')[0]}", attribute)
        assert "it wrote its operating system" in refusal(branch)

    def test_silent_controller_makes_it_unknown(self, branch: Branch) -> None:
        lose_package(branch)
        branch.lab.stop_second_controller()
        try:
            error = refusal(branch)
        finally:
            branch.lab.start(second_controller=True)
        assert f"{branch.lab.second_server} did not answer" in error


class TestForeignAccount:
    @pytest.fixture
    def planted(self, branch: Branch) -> Callable[[str], None]:
        """Makes an account of the first machine's name anew, as one of the lab's accounts."""

        def plant(account: str) -> None:
            name = branch.names[0]
            dn = f"CN={name},{branch.lab.staging_ou}"
            branch.delete(dn)
            quoted = base64.b64encode(f'"{secrets.token_urlsafe(40)}"'.encode("utf-16-le")).decode()
            entry = [f"dn: {dn}", "objectClass: computer", f"sAMAccountName: {name}$", "userAccountControl: 4096"]
            branch.lab.ldap(["ldapadd"], account, input="\n".join([*entry, f"unicodePwd:: {quoted}", ""]))
            branch.lab.replicate()
            lose_package(branch)

        return plant

    def test_owned_by_somebody_else(self, branch: Branch, planted: Callable[[str], None]) -> None:
        planted("issue")
        name = branch.names[0]
        branch.account = "reissue"
        owner = branch.lab.accounts["issue"].name
        error = refusal(branch, live_machines=[name])
        assert "owner" in error
        assert "trusted_owners" in error
        answer = branch.issue(name, live_machines=[name], trusted_owners=[owner])
        assert answer["machines"][name]["act"] == "reissue"

    def test_owned_by_administrators(self, branch: Branch, planted: Callable[[str], None]) -> None:
        planted("administrator")
        name = branch.names[0]
        branch.account = "reissue"
        assert branch.issue(name, live_machines=[name])["machines"][name]["act"] == "reissue"

    def test_without_the_right_to_reset(self, branch: Branch, planted: Callable[[str], None]) -> None:
        planted("administrator")
        error = refusal(branch, live_machines=[branch.names[0]])
        assert "the login may not reset its password" in error


class TestPreparedAccount:
    @pytest.mark.parametrize(
        ("change", "cleaning", "named"),
        [
            (
                ["add: servicePrincipalName", "servicePrincipalName: MSSQLSvc/elsewhere.corp.example"],
                "delete",
                "MSSQLSvc",
            ),
            (
                ["replace: msDS-AllowedToDelegateTo", "msDS-AllowedToDelegateTo: cifs/dc1.corp.example"],
                "delete",
                "cifs/dc1",
            ),
        ],
        ids=["foreign SPN", "constrained delegation"],
    )
    def test_is_refused_until_it_is_cleaned(self, branch: Branch, change: list[str], cleaning: str, named: str) -> None:
        lose_package(branch)
        modify(branch, *change)
        assert named in refusal(branch)
        attribute, _colon, value = change[1].partition(": ")
        modify(branch, f"{cleaning}: {attribute}", f"{attribute}: {value}")
        assert branch.issue()["machines"][branch.names[0]]["act"] == "reissue"

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            (["replace: userAccountControl", "userAccountControl: 4098"], "somebody disabled the account"),
            (["replace: userAccountControl", f"userAccountControl: {0x81000}"], "is trusted for delegation"),
            (["replace: userAccountControl", f"userAccountControl: {0x1020}"], "PASSWD_NOTREQD"),
            (["replace: adminCount", "adminCount: 1"], "adminCount"),
        ],
        ids=["disabled", "delegation", "no password", "adminCount"],
    )
    def test_special_account_is_never_written(self, branch: Branch, change: list[str], named: str) -> None:
        lose_package(branch)
        modify(branch, *change)
        assert named in refusal(branch, regenerate="always", live_machines=list(branch.names))


class TestOtherComputers:
    def test_domain_controller(self, branch: Branch) -> None:
        before = branch.lab.search("(sAMAccountName=DC2$)", ["pwdLastSet"])
        answer = branch.issue(
            "DC2", regenerate="always", live_machines=["DC2"], path="OU=Domain Controllers,DC=corp,DC=example"
        )
        assert "is a domain controller" in answer["machines"]["DC2"]["error"]
        assert branch.lab.search("(sAMAccountName=DC2$)", ["pwdLastSet"]) == before

    def test_single_sign_on_account(self, branch: Branch) -> None:
        branch.add(
            "CN=AZUREADSSOACC,CN=Computers,DC=corp,DC=example",
            {"objectClass": ["computer"], "sAMAccountName": ["AZUREADSSOACC$"]},
        )
        answer = branch.issue("AZUREADSSOACC", regenerate="always", live_machines=["AZUREADSSOACC"])
        assert "single sign-on" in answer["machines"]["AZUREADSSOACC"]["error"]

    def test_managed_service_account(self, branch: Branch) -> None:
        name = f"G{secrets.token_hex(3).upper()}"
        branch.add(
            f"CN={name},CN=Managed Service Accounts,DC=corp,DC=example",
            {"objectClass": ["msDS-ManagedServiceAccount"], "sAMAccountName": [f"{name}$"]},
        )
        answer = branch.issue(name, regenerate="always", live_machines=[name])
        assert "is of class msDS-ManagedServiceAccount" in answer["machines"][name]["error"]


def test_login_of_tier_0(branch: Branch) -> None:
    branch.account = "administrator"
    lose_package(branch)
    answer = branch.issue()
    assert "commands the whole domain (Domain Admins" in answer["msg"]
    assert "allow_tier0" in answer["msg"]
    again = branch.issue(allow_tier0=True, trusted_owners=[branch.lab.accounts["issue"].name])
    assert again["machines"][branch.names[0]]["act"] == "reissue"


def test_record_keeps_the_traces_of_every_controller(branch: Branch) -> None:
    lose_package(branch)
    branch.issue()
    record = json.loads(branch.issue_record(branch.names[0]).read_text())
    assert set(record["evidence"]) == {branch.lab.server, branch.lab.second_server}
    assert record["login"] == branch.lab.accounts[branch.account].name


def test_every_controller_is_asked_over_sealed_kerberos(branch: Branch) -> None:
    """Those that the module is not connected to log in side by side, each in a thread of its own."""
    branch.extra_environment = {"PYTHONPATH": str(Path(sys.prefix) / "kerberos")}
    asked = {"names": [branch.names[0]], "subsets": ["replicas"], "auth_protocol": "kerberos"}
    account = branch.module("computer_info", asked)["machines"][branch.names[0]]
    both = {branch.lab.server, branch.lab.second_server}
    assert set(account["evidence"]) == set(account["replicas"]) == both
    assert all(one["exists"] for one in account["replicas"].values())
