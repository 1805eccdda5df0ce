# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines made members of groups on a real directory, and the list of all groups that they are in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.answer import AccountAnswer
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.group_membership import GroupMembership
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.judging import Machine
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._directory.groups import Groups
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import Change, Kind

from tests.integration.branch import Branch
from tests.integration.session import logged_in

IN_CHAIN = "1.2.840.113556.1.4.1941"
PLAY = """
- hosts: all
  gather_facts: false
  roles: [adops.offline_join.directaccess_group]
"""


def join(
    branch: Branch,
    *groups: str,
    login: str = "groups",
    names: tuple[str, ...] | None = None,
    check: bool = False,
    **options: Any,
) -> dict[str, Any]:
    branch.account = login
    machines = [{"name": name, "groups": list(groups)} for name in names or branch.names]
    tier0 = {"allow_tier0": True} if login == "administrator" else {}
    answer = branch.module("group_membership", {"machines": machines, **tier0, **options}, check=check)
    assert "machines" in answer, answer
    assert bool(answer.get("failed")) == bool(errors(answer))
    return answer


def errors(answer: dict[str, Any]) -> dict[str, str]:
    return {name: one["error"] for name, one in answer["machines"].items() if "error" in one}


def members(branch: Branch, group: str) -> set[str]:
    [found] = branch.lab.search("(objectClass=group)", ["member"], base=group, scope="base")
    return {dn for dn in found.get("member", []) if any(name in dn for name in branch.names)}


@pytest.fixture
def issued(branch: Branch) -> Branch:
    answer = branch.issue()
    assert not answer.get("failed"), answer
    return branch


@pytest.fixture
def nest(issued: Branch) -> Iterator[dict[str, str]]:
    """Inner is in Middle, Middle in Outer, and Outer in Inner again; Beside stands alone."""
    words = ("Inner", "Middle", "Outer", "Beside")
    made = {word: f"CN={word} {issued.names[0]},OU=Groups,{issued.lab.base_dn}" for word in words}
    for word, dn in made.items():
        issued.add(dn, {"objectClass": ["group"], "sAMAccountName": [f"{word} {issued.names[0]}"]})
    for group, member in (("Middle", "Inner"), ("Outer", "Middle"), ("Inner", "Outer")):
        change = f"dn: {made[group]}\nchangetype: modify\nadd: member\nmember: {made[member]}\n"
        issued.lab.ldap(["ldapmodify"], "administrator", input=change)
    yield made
    for dn in made.values():
        issued.delete(dn)


def test_joins_once_and_for_all(issued: Branch) -> None:
    group, staging = issued.lab.direct_access_group, issued.lab.staging_ou
    before = issued.accounts()
    predicted = join(issued, group, check=True)
    assert issued.accounts() == before
    done = join(issued, "DirectAccessClients")
    for key in ("changed", "machines", "diff"):
        assert predicted[key] == done[key]
    assert members(issued, group) == {f"CN={name},{staging}" for name in issued.names}
    assert done["machines"][issued.names[0]] == {
        "changed": True,
        "changes": [{"what": "group", "before": "", "after": group}],
        "distinguished_name": f"CN={issued.names[0]},{staging}",
        "object_guid": before[issued.names[0]]["objectGUID"][0],
        "groups": [group],
        "all_groups": [group, f"CN=Domain Computers,CN=Users,{issued.lab.base_dn}"],
    }
    again = join(issued, group.upper(), "CORP\\DirectAccessClients", "Domain Computers")
    assert not again["changed"]
    assert again["diff"] == []
    assert [one["groups"] for one in again["machines"].values()] == [[group]] * 3


def test_all_groups_are_those_that_the_directory_finds(issued: Branch, nest: dict[str, str]) -> None:
    """Also where groups contain each other. What Domain Computers is in counts, too."""
    computers = f"CN=Domain Computers,CN=Users,{issued.lab.base_dn}"
    change = f"dn: {nest['Beside']}\nchangetype: modify\nadd: member\nmember: {computers}\n"
    issued.lab.ldap(["ldapmodify"], "administrator", input=change)
    answer = join(issued, nest["Inner"], issued.lab.direct_access_group, login="administrator")
    dn = f"CN={issued.names[0]},{issued.lab.staging_ou}"
    found = issued.lab.search(f"(|(member:{IN_CHAIN}:={dn})(member:{IN_CHAIN}:={computers}))", ["cn"])
    told = answer["machines"][issued.names[0]]
    assert {*told["all_groups"]} == {one["dn"][0] for one in found} | {computers}
    assert {*nest.values()} < {*told["all_groups"]}
    assert {*told["groups"]} == {nest["Inner"], issued.lab.direct_access_group}


def test_without_groups_it_only_tells(issued: Branch) -> None:
    join(issued, "DirectAccessClients")
    before = issued.accounts()
    for login in ("user", "administrator"):
        answer = issued_by(issued, login)
        assert not answer["changed"]
        assert answer["machines"][issued.names[0]]["groups"] == [issued.lab.direct_access_group]
    assert issued.accounts() == before


def issued_by(branch: Branch, login: str) -> dict[str, Any]:
    branch.account = login
    return branch.module("group_membership", {"machines": [{"name": name} for name in branch.names]})


@pytest.mark.parametrize("check", [False, True])
def test_a_login_without_the_right(issued: Branch, check: bool) -> None:
    group = issued.lab.direct_access_group
    answer = join(issued, group, login="issue", check=check)
    assert set(errors(answer)) == {*issued.names}
    assert f"change the members of {group}: the login may not write its members" in errors(answer)[issued.names[0]]
    assert members(issued, group) == set()


def test_one_that_fails_stops_no_other(issued: Branch) -> None:
    one, two, three = issued.names
    issued.delete(f"CN={two},{issued.lab.staging_ou}")
    issued.account = "groups"
    machines = [
        {"name": one, "groups": ["DirectAccessClients"]},
        {"name": two, "groups": ["DirectAccessClients"]},
        {"name": three, "groups": ["DirectAccessClients", "No Such Group"]},
        {"name": "DC1", "groups": ["DirectAccessClients"]},
    ]
    answer = issued.module("group_membership", {"machines": machines})
    told = errors(answer)
    assert set(told) == {two, three, "DC1"}
    assert f"{two}: look up {two}$: there is no such account; issue its package" in told[two]
    assert "look up the group No Such Group: there is no such group" in told[three]
    assert "is a domain controller" in told["DC1"]
    assert members(issued, issued.lab.direct_access_group) == {f"CN={one},{issued.lab.staging_ou}"}


def test_the_whole_domain_is_refused_unless_that_is_wanted(issued: Branch) -> None:
    issued.account = "administrator"
    wanted = {"machines": [{"name": issued.names[0], "groups": ["DirectAccessClients"]}]}
    refused = issued.module("group_membership", wanted)
    assert refused["failed"]
    assert "allow_tier0" in refused["msg"]


class Pretender:
    """Says that it wrote the membership, which somebody took away at once."""

    def __init__(self, group: str) -> None:
        self._group = group

    def write(self, machines: Iterable[Machine]) -> list[AccountAnswer]:
        return [
            AccountAnswer(one.name, f"CN={one.name}", done=[Change(Kind.GROUP, "", self._group)]) for one in machines
        ]


def test_what_is_not_there_afterwards_is_an_error(issued: Branch) -> None:
    lab, group, name = issued.lab, issued.lab.direct_access_group, issued.names[0]
    join(issued, group, names=issued.names[1:])
    with logged_in(lab, "groups") as connection:
        domain = Domain.read(connection)
        groups = Groups(connection, domain, Caller.read(connection).sids)
        membership = GroupMembership(
            connection, domain, groups, Pretender(group), check_mode=False, assume_issued=False
        )
        wanted = [Machine(one, add_groups=("DirectAccessClients",)) for one in issued.names]
        found = {one.name: one.error for one in membership.ensure(wanted)}
    lost = f"{name}: read the groups of CN={name} back: it is not a member of {group}; find out"
    assert (found[name] or "").startswith(lost)
    assert [found[one] for one in issued.names[1:]] == [None, None]


class TestBeforeTheAccountsAreThere:
    def test_check_mode_accepts_what_an_earlier_step_would_make(self, branch: Branch) -> None:
        predicted = join(branch, "DirectAccessClients", check=True, assume_issued=True)
        assert errors(predicted) == {}
        assert predicted["changed"]
        branch.account = "issue"
        assert not branch.issue().get("failed")
        done = join(branch, "DirectAccessClients")
        for name in branch.names:
            for key in ("changes", "groups", "all_groups"):
                assert predicted["machines"][name][key] == done["machines"][name][key]
        assert predicted["diff"] == done["diff"]

    @pytest.mark.parametrize(
        ("group", "login", "words"),
        [
            ("No Such Group", "groups", "there is no such group"),
            ("DirectAccessClients", "issue", "the login may not write its members"),
        ],
    )
    def test_what_would_fail_is_predicted(self, branch: Branch, group: str, login: str, words: str) -> None:
        predicted = join(branch, group, login=login, check=True, assume_issued=True)
        assert set(errors(predicted)) == {*branch.names}
        assert words in errors(predicted)[branch.names[0]]

    @pytest.mark.parametrize(("check", "assume"), [(True, False), (False, True)])
    def test_otherwise_they_must_be_there(self, branch: Branch, check: bool, assume: bool) -> None:
        answer = join(branch, "DirectAccessClients", check=check, assume_issued=assume)
        assert set(errors(answer)) == {*branch.names}
        assert "there is no such account" in errors(answer)[branch.names[0]]


def test_role(make_branch: Callable[[int], Branch]) -> None:
    branch = make_branch(3)
    missing = branch.names[2]
    branch.account = "issue"
    assert not branch.issue(*branch.names[:2]).get("failed")
    branch.account = "groups"
    branch.variables = {"directaccess_group_groups": ["DirectAccessClients"]}
    connection = {"server": branch.lab.server, "ca_cert": str(branch.lab.ca_cert), "username": "groups@corp.example"}
    branch.extra_environment = {f"OFFLINE_JOIN_DIRECTORY_{key.upper()}": value for key, value in connection.items()}
    playbook = branch.directory / "groups.yml"
    playbook.write_text(PLAY)

    predicted = branch.play(str(playbook), "--check")
    assert predicted.returncode == 0, predicted.stdout
    assert len(re.findall(r"changed=1 ", predicted.stdout)) == 3
    assert members(branch, branch.lab.direct_access_group) == set()

    done = branch.play(str(playbook))
    assert done.returncode == 2
    assert re.search(rf"{missing} .*failed=1", done.stdout)
    assert f"{missing}: look up {missing}$: there is no such account" in done.stdout
    assert len(re.findall(r"changed=1 .*failed=0", done.stdout)) == 2
    assert len(members(branch, branch.lab.direct_access_group)) == 2

    again = branch.play(str(playbook), "--limit", f"!{missing}")
    assert again.returncode == 0, again.stdout
    assert "changed=1" not in again.stdout
