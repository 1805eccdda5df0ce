# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts moved, grouped, disabled, described and deleted on a real domain controller, and what must not be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.branch import Branch

DISABLED, ENABLED = ["4098"], ["4096"]
# What was judged before somebody else came in between: the plans stand in standard input, the answers on output.
LATE_WRITER = """
import json, sys
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.judging import Machine, Plan
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.writing import AccountWriter
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import ARGUMENT_SPEC, Settings
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import Change, Kind

class Judged:
    def plans(self, machines):
        return [Plan(one.name, accounts[one.name], None, (Change(Kind.GROUP, "", group),)) for one in machines]

settings, accounts, group = json.load(sys.stdin)
options = {option: spec.get("default") for option, spec in ARGUMENT_SPEC.items()} | settings
with connect(Settings.from_options(options)) as connection:
    writer = AccountWriter(connection, Judged(), check_mode=False)
    print(json.dumps({one.name: one.error for one in writer.write(map(Machine, accounts))}))
"""


def write(branch: Branch, account: str, *computers: dict[str, Any], check: bool = False, **options: Any) -> Any:
    branch.account = account
    given = {"machines": list(computers), "dest": str(branch.dest)} | options
    return branch.module("computers", given, check=check)


def errors(answer: dict[str, Any]) -> dict[str, str]:
    assert answer.get("failed"), answer
    return {name: one["error"] for name, one in answer["machines"].items() if "error" in one}


def succeeded(answer: dict[str, Any]) -> dict[str, Any]:
    assert not answer.get("failed"), answer
    return answer


def members(branch: Branch, group: str) -> set[str]:
    [found] = branch.lab.search("(objectClass=group)", ["member"], base=group, scope="base")
    return {dn for dn in found.get("member", []) if any(name in dn for name in branch.names)}


def make_live(branch: Branch, name: str) -> None:
    member = branch.member(name)
    assert member.request_offline_join(branch.package(name)).returncode == 0
    assert member.secure_channel().returncode == 0
    assert member.kerberos().returncode == 0


@pytest.fixture
def issued(branch: Branch) -> Branch:
    """A branch of three machines, all issued into the staging OU, none of them used."""
    succeeded(branch.issue())
    return branch


@pytest.fixture
def groups(branch: Branch) -> Iterator[list[str]]:
    """Two groups of this test alone."""
    made = []
    for word in ("Kiosk", "Lab"):
        name = f"{word} {branch.names[0]}"
        made.append(f"CN={name},OU=Groups,{branch.lab.base_dn}")
        branch.add(made[-1], {"objectClass": ["group"], "sAMAccountName": [name]})
    yield made
    for dn in made:
        branch.delete(dn)


class TestPromotion:
    def test_promote_moves_all_that_are_not_there_yet(self, issued: Branch) -> None:
        berlin, lyon = issued.lab.production_ous
        one, two, three = issued.names
        wanted = [{"name": one, "path": berlin}, {"name": two, "path": lyon}]
        before = issued.accounts()
        answer = succeeded(write(issued, "promote", *wanted))
        assert set(answer["machines"]) == {one, two}
        after = issued.accounts()
        for name, ou in ((one, berlin), (two, lyon), (three, issued.lab.staging_ou)):
            assert after[name]["dn"] == [f"CN={name},{ou}"]
            for kept in ("pwdLastSet", "objectGUID", "objectSid", "servicePrincipalName", "userAccountControl"):
                assert after[name][kept] == before[name][kept]
        assert answer["machines"][one] == {
            "changed": True,
            "changes": [{"what": "path", "before": issued.lab.staging_ou, "after": berlin}],
            "distinguished_name": f"CN={one},{berlin}",
            "object_guid": after[one]["objectGUID"][0],
        }
        assert answer["diff"][0] == {
            "before_header": one,
            "after_header": one,
            "before": f"path: {issued.lab.staging_ou}\n",
            "after": f"path: {berlin}\n",
        }

    def test_second_run_changes_nothing(self, issued: Branch) -> None:
        wanted = [{"name": name, "path": issued.lab.production_ous[0]} for name in issued.names]
        assert succeeded(write(issued, "promote", *wanted))["changed"]
        before = issued.accounts()
        again = succeeded(write(issued, "promote", *wanted, dest=None))
        assert not again["changed"]
        assert again["diff"] == []
        assert [one["changes"] for one in again["machines"].values()] == [[], [], []]
        assert issued.accounts() == before

    def test_path_may_be_written_in_another_way(self, issued: Branch) -> None:
        name = issued.names[0]
        spelled = issued.lab.staging_ou.lower().replace(",", ", ")
        assert not succeeded(write(issued, "promote", {"name": name.lower(), "path": spelled}))["changed"]

    def test_check_mode_predicts_and_changes_nothing(self, issued: Branch) -> None:
        one, two, _three = issued.names
        wanted = [
            {"name": one, "path": issued.lab.production_ous[1]},
            {"name": two, "path": "OU=No,DC=corp,DC=example"},
        ]
        before = issued.accounts()
        predicted = write(issued, "promote", *wanted, check=True)
        assert issued.accounts() == before
        done = write(issued, "promote", *wanted)
        assert predicted["changed"]
        for key in ("changed", "machines", "diff", "msg"):
            assert predicted[key] == done[key]

    @pytest.mark.parametrize("check", [False, True])
    def test_issue_may_not_promote(self, issued: Branch, check: bool) -> None:
        name, berlin = issued.names[0], issued.lab.production_ous[0]
        answer = write(issued, "issue", {"name": name, "path": berlin}, check=check)
        assert (
            errors(answer)[name] == f"{name}: move CN={name},{issued.lab.staging_ou} to {berlin}: the login may not "
            f"write its name and cn, and on {berlin} the login may not create computer accounts in it; delegate it "
            "this right, or use the login whose duty this is"
        )
        assert issued.accounts()[name]["dn"] == [f"CN={name},{issued.lab.staging_ou}"]

    def test_another_object_has_the_name(self, issued: Branch) -> None:
        name, free, _rest = issued.names
        berlin = issued.lab.production_ous[0]
        issued.add(f"CN={name},{berlin}", {"objectClass": ["contact"]})
        answer = write(issued, "promote", {"name": name, "path": berlin}, {"name": free, "path": berlin})
        assert set(errors(answer)) == {name}
        assert "there is an object of this name (LDAP result 68)" in errors(answer)[name]
        assert issued.accounts()[free]["dn"] == [f"CN={free},{berlin}"]

    def test_a_login_of_the_whole_domain_is_refused(self, issued: Branch) -> None:
        wanted = {"name": issued.names[0], "path": issued.lab.production_ous[0]}
        refused = write(issued, "administrator", wanted)
        assert "Domain Admins" in refused["msg"]
        assert "allow_tier0" in refused["msg"]
        assert succeeded(write(issued, "administrator", wanted, allow_tier0=True))["changed"]


class TestGroups:
    def test_groups_adds_and_removes(self, issued: Branch) -> None:
        group, names = issued.lab.direct_access_group, issued.names
        wanted = [{"name": name, "groups": {"add": ["DirectAccessClients"]}} for name in names]
        answer = succeeded(write(issued, "groups", *wanted))
        assert members(issued, group) == {f"CN={name},{issued.lab.staging_ou}" for name in names}
        for name in names:
            assert answer["machines"][name]["changes"] == [{"what": "group", "before": "", "after": group}]
        by_dn = [{"name": name, "groups": {"add": [group.upper(), "CORP\\DirectAccessClients"]}} for name in names]
        assert not succeeded(write(issued, "groups", *by_dn))["changed"]
        leaving = {"name": names[0], "groups": {"remove": [group]}}
        assert succeeded(write(issued, "groups", leaving))["diff"][0]["before"] == f"group: {group}\n"
        assert members(issued, group) == {f"CN={name},{issued.lab.staging_ou}" for name in names[1:]}

    def test_set_is_the_whole_list_without_the_primary_group(self, issued: Branch, groups: list[str]) -> None:
        name = issued.names[0]
        kiosk, lab = groups
        directaccess = issued.lab.direct_access_group
        administrator = {"allow_tier0": True}
        start = {"name": name, "groups": {"add": [kiosk, directaccess]}}
        succeeded(write(issued, "administrator", start, **administrator))
        wanted = {"name": name, "groups": {"set": [lab, directaccess, "Domain Computers"]}}
        answer = succeeded(write(issued, "administrator", wanted, **administrator))
        assert set(issued.accounts()[name]["memberOf"]) == {lab, directaccess}
        assert {(one["before"], one["after"]) for one in answer["machines"][name]["changes"]} == {
            ("", lab),
            (kiosk, ""),
        }
        assert not succeeded(write(issued, "administrator", wanted, **administrator))["changed"]
        succeeded(write(issued, "administrator", {"name": name, "groups": {"set": []}}, **administrator))
        assert "memberOf" not in issued.accounts()[name]
        assert issued.accounts()[name]["primaryGroupID"] == ["515"]

    def test_members_of_a_member_group_are_left_alone(self, issued: Branch, groups: list[str]) -> None:
        """Nested membership is none of the account's own: adding makes it direct, removing finds nothing."""
        name = issued.names[0]
        outer, inner = groups
        issued.lab.ldap(
            ["ldapmodify"], "administrator", input=f"dn: {outer}\nchangetype: modify\nadd: member\nmember: {inner}\n"
        )
        both = {"allow_tier0": True}
        succeeded(write(issued, "administrator", {"name": name, "groups": {"add": [inner]}}, **both))
        assert not succeeded(write(issued, "administrator", {"name": name, "groups": {"remove": [outer]}}, **both))[
            "changed"
        ]
        assert members(issued, inner) == {f"CN={name},{issued.lab.staging_ou}"}

    def test_no_such_group(self, issued: Branch) -> None:
        one, two, three = issued.names
        answer = write(
            issued,
            "groups",
            {"name": one, "groups": {"add": ["No Such Group"]}},
            {"name": two, "groups": {"add": [issued.lab.accounts["issue"].dn]}},
            {"name": three, "groups": {"add": [issued.lab.direct_access_group]}},
        )
        assert set(errors(answer)) == {one, two}
        assert "look up the group No Such Group: there is no such group" in errors(answer)[one]
        assert "it is not a group" in errors(answer)[two]
        assert members(issued, issued.lab.direct_access_group) == {f"CN={three},{issued.lab.staging_ou}"}

    def test_who_came_in_between_keeps_nobody_out(self, issued: Branch) -> None:
        """One was added and one was deleted since the look; the third one joins with them in one operation."""
        added, deleted, third = issued.names
        group, staging = issued.lab.direct_access_group, issued.lab.staging_ou
        succeeded(write(issued, "groups", {"name": added, "groups": {"add": [group]}}))
        issued.delete(f"CN={deleted},{staging}")
        settings = {**issued.connection(), "password": issued.lab.accounts["groups"].password}
        accounts = {name: f"CN={name},{staging}" for name in issued.names}
        late = issued.lab.run([sys.executable, "-c", LATE_WRITER], input=json.dumps([settings, accounts, group]))
        answers = json.loads(late.stdout)
        assert (answers[added], answers[third]) == (None, None)
        assert f"{deleted}: change the members of {group}: the directory refused" in answers[deleted]
        assert members(issued, group) == {f"CN={name},{staging}" for name in (added, third)}

    @pytest.mark.parametrize("check", [False, True])
    def test_promote_may_not_change_members(self, issued: Branch, check: bool) -> None:
        name, group = issued.names[0], issued.lab.direct_access_group
        answer = write(issued, "promote", {"name": name, "groups": {"add": [group]}}, check=check)
        assert f"change the members of {group}: the login may not write its members" in errors(answer)[name]
        assert members(issued, group) == set()

    def test_contradictions(self, issued: Branch) -> None:
        (name, foreign, sound), group = issued.names, issued.lab.direct_access_group
        both = {"name": name, "groups": {"set": [group], "add": [group]}}
        unknown = {"name": foreign, "owner": "nobody"}
        answer = write(issued, "groups", both, unknown, {"name": sound, "groups": {"set": [group]}})
        wrong = errors(answer)
        assert wrong.keys() == {name, foreign}
        assert wrong[name].startswith(f"{name}: groups.set is the whole list")
        assert wrong[foreign].startswith(f"{foreign}: look up nobody: there is no such account or group")
        assert members(issued, group) == {f"CN={sound},{issued.lab.staging_ou}"}
        succeeded(write(issued, "groups", {"name": sound, "groups": {"set": []}}))
        in_and_out = write(issued, "groups", {"name": name, "groups": {"add": [group], "remove": [group]}})
        assert "is to be joined and left" in errors(in_and_out)[name]
        primary = write(issued, "groups", {"name": name, "groups": {"remove": ["Domain Computers"]}})
        assert "it is the primary group of every computer" in errors(primary)[name]
        assert members(issued, group) == set()


class TestAttributes:
    def test_disabled_enabled_described(self, issued: Branch) -> None:
        """The login that issued them may do so, as their creator."""
        one, two, three = issued.names
        text = "Empfang, Erdgeschoß: links"
        wanted = [{"name": one, "enabled": False, "description": text}, {"name": two, "enabled": True}]
        answer = succeeded(write(issued, "issue", *wanted))
        accounts = issued.accounts()
        assert accounts[one]["userAccountControl"] == DISABLED
        assert accounts[one]["description"][0].decode() == text, "ldbsearch shows no letter beyond ASCII as text"
        assert accounts[two]["userAccountControl"] == accounts[three]["userAccountControl"] == ENABLED
        assert not answer["machines"][two]["changed"]
        assert answer["diff"][0]["before"] == "enabled: yes\n"
        assert answer["diff"][0]["after"] == f"enabled: no\ndescription: {text}\n"
        assert not succeeded(write(issued, "issue", *wanted))["changed"]
        back = {"name": one, "enabled": True, "description": ""}
        assert succeeded(write(issued, "issue", back))["changed"]
        assert issued.accounts()[one]["userAccountControl"] == ENABLED
        assert "description" not in issued.accounts()[one]

    def test_groups_may_not_disable(self, issued: Branch) -> None:
        name = issued.names[0]
        wanted = {"name": name, "enabled": False, "groups": {"add": ["DirectAccessClients"]}}
        assert "the login may not write its userAccountControl" in errors(write(issued, "groups", wanted))[name]
        described = {"name": name, "description": "x"}
        assert "the login may not write its description" in errors(write(issued, "groups", described))[name]
        assert members(issued, issued.lab.direct_access_group) == set()
        assert issued.accounts()[name]["userAccountControl"] == ENABLED


class TestAbsence:
    def test_absent(self, issued: Branch) -> None:
        one, two, three = issued.names
        wanted = [{"name": one, "state": "absent"}, {"name": two, "state": "absent", "path": "OU=Ignored"}]
        predicted = succeeded(write(issued, "promote", *wanted, check=True))
        assert set(issued.accounts()) == {one, two, three}
        done = succeeded(write(issued, "promote", *wanted))
        assert predicted["machines"] == done["machines"]
        assert predicted["diff"] == done["diff"]
        assert set(issued.accounts()) == {three}
        assert done["diff"][0]["before"] == f"account: CN={one},{issued.lab.staging_ou}\n"
        again = succeeded(write(issued, "promote", *wanted))
        assert not again["changed"]
        assert again["machines"][one] == {"changed": False, "changes": []}

    def test_no_right_to_delete(self, issued: Branch) -> None:
        name = issued.names[0]
        error = errors(write(issued, "groups", {"name": name, "state": "absent"}))[name]
        assert f"delete CN={name},{issued.lab.staging_ou}: the login may not delete it" in error
        assert name in issued.accounts()

    @pytest.mark.parametrize("check", [False, True])
    def test_what_lies_below_is_not_deleted(self, issued: Branch, check: bool) -> None:
        name = issued.names[0]
        below = f"CN=Recovery,CN={name},{issued.lab.staging_ou}"
        issued.add(below, {"objectClass": ["serviceConnectionPoint"]})
        answer = write(issued, "promote", {"name": name, "state": "absent"}, check=check)
        assert f"there are objects below it, {below} for one" in errors(answer)[name]
        assert name in issued.accounts()

    def test_this_module_never_creates(self, issued: Branch) -> None:
        one = issued.names[0]
        issued.delete(f"CN={one},{issued.lab.staging_ou}")
        answer = write(issued, "promote", *({"name": name, "enabled": True} for name in issued.names))
        assert set(errors(answer)) == {one}
        assert f"{one}: look up {one}$: there is no such account; issue its package" in errors(answer)[one]
        assert "module packages" in errors(answer)[one]
        assert one not in issued.accounts()

    def test_doubled_names(self, issued: Branch) -> None:
        one, two, _three = issued.names
        berlin = issued.lab.production_ous[0]
        answer = write(issued, "promote", *({"name": name, "path": berlin} for name in (one, one.lower(), two)))
        assert set(errors(answer)) == {one, one.lower()}
        assert issued.accounts()[one]["dn"] == [f"CN={one},{issued.lab.staging_ou}"]
        assert issued.accounts()[two]["dn"] == [f"CN={two},{berlin}"]

    def test_no_such_organizational_unit(self, issued: Branch) -> None:
        one, two, _three = issued.names
        nowhere = "OU=Nowhere,DC=corp,DC=example"
        answer = write(issued, "promote", {"name": one, "path": nowhere}, {"name": two, "path": "Berlin"})
        assert f"look at the organizational unit {nowhere}: it is not there" in errors(answer)[one]
        assert "look at the organizational unit Berlin: this is no distinguished name" in errors(answer)[two]


class TestLiveMachines:
    @pytest.mark.parametrize(
        ("account", "wanted", "act"),
        [
            ("promote", {"path": "OU=Berlin,OU=Production,DC=corp,DC=example"}, "move"),
            ("promote", {"state": "absent"}, "delete"),
            ("issue", {"enabled": False}, "disable"),
        ],
    )
    def test_a_live_machine_is_left_alone_unless_named(
        self, issued: Branch, account: str, wanted: dict[str, Any], act: str
    ) -> None:
        live, named, unused = issued.names
        make_live(issued, live)
        make_live(issued, named)
        before = issued.accounts()
        computers = [{"name": name, **wanted} for name in issued.names]
        for check in (True, False):
            answer = write(issued, account, *computers, live_machines=[named.lower()], check=check)
            assert set(errors(answer)) == {live}
            error = errors(answer)[live]
            assert (
                f"{act} CN={live},{issued.lab.staging_ou}: the machine is treated as live, because it logged on"
                in error
            )
            assert "name it in live_machines" in error
            assert [answer["machines"][name]["changed"] for name in (named, unused)] == [True, True]
        after = issued.accounts()
        assert after[live] == before[live]
        assert all(after.get(name) != before[name] for name in (named, unused))

    def test_groups_and_description_of_a_live_machine(self, issued: Branch) -> None:
        name = issued.names[0]
        make_live(issued, name)
        assert succeeded(write(issued, "groups", {"name": name, "groups": {"add": ["DirectAccessClients"]}}))["changed"]
        assert succeeded(write(issued, "issue", {"name": name, "description": "front desk"}))["changed"]
        account = issued.accounts()[name]
        assert account["description"] == ["front desk"]
        assert account["memberOf"] == [issued.lab.direct_access_group]

    def test_a_moved_member_still_belongs_to_the_domain(self, issued: Branch) -> None:
        name = issued.names[0]
        make_live(issued, name)
        wanted = {"name": name, "path": issued.lab.production_ous[0]}
        assert succeeded(write(issued, "promote", wanted, live_machines=[name]))["changed"]
        assert issued.member(name).secure_channel().returncode == 0

    def test_without_a_record_every_machine_lives(self, issued: Branch) -> None:
        name, other, _third = issued.names
        wanted = {"name": name, "path": issued.lab.production_ous[0]}
        assert "there is no issue record" in errors(write(issued, "promote", wanted, dest=None))[name]
        issued.issue_record(name).write_bytes(issued.issue_record(other).read_bytes())
        assert "there is no issue record" in errors(write(issued, "promote", wanted))[name], "of another account"


class TestProtection:
    @pytest.mark.parametrize("check", [False, True])
    def test_what_is_no_workstation_is_never_written(self, issued: Branch, check: bool) -> None:
        name, service, third = issued.names
        dn = f"CN={service},{issued.lab.staging_ou}"
        issued.delete(dn)
        issued.add(
            dn,
            {
                "objectClass": ["msDS-GroupManagedServiceAccount"],
                "sAMAccountName": [f"{service}$"],
                "msDS-ManagedPasswordInterval": ["30"],
                "userAccountControl": ["4096"],
            },
        )
        both = f"(|(sAMAccountName=DC1$)(sAMAccountName={service}$))"
        before = issued.lab.search(both)
        for wanted in ({"description": "x"}, {"enabled": False}, {"state": "absent"}):
            computers = [{"name": one, **wanted} for one in ("DC1", service)]
            named = {"live_machines": ["DC1", service], "allow_tier0": True}
            failed = errors(write(issued, "administrator", *computers, **named, check=check))
            assert "is a domain controller; choose another name; no option allows to write it" in failed["DC1"]
            assert "is of class msDS-GroupManagedServiceAccount" in failed[service]
        grouped = {"name": service, "groups": {"add": ["DirectAccessClients"]}}
        assert "is of class" in errors(write(issued, "groups", grouped, {"name": third}, check=check))[service]
        assert issued.lab.search(both) == before
        assert name in issued.accounts()
