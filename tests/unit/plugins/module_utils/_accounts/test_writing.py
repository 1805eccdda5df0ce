# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine's failure among many, and a domain controller that goes away while accounts are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.answer import AccountAnswer
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.judging import Machine, Plan
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.writing import AccountWriter
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectionLost, MoveError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import Change, Kind

HERE, THERE = "OU=Staging,DC=corp,DC=example", "OU=Berlin,DC=corp,DC=example"
GROUP, OTHER = "CN=DirectAccess,DC=corp,DC=example", "CN=VPN,DC=corp,DC=example"
LOST = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")
UNWILLING = ldap3_exceptions.LDAPUnwillingToPerformResult(result=53, description="unwillingToPerform")


def dn(name: str, container: str = HERE) -> str:
    return f"CN={name},{container}"


def plan(name: str, *changes: Change, **more: Any) -> Plan:
    return Plan(name, dn(name), f"guid of {name}", changes, **more)


JOIN, LEAVE, JOIN_OTHER = (Change(Kind.GROUP, *one) for one in (("", GROUP), (GROUP, ""), ("", OTHER)))
MOVE, DISABLE = Change(Kind.PATH, HERE, THERE), Change(Kind.ENABLED, "yes", "no")


class Directory:
    """Notes every write; one that ``fails`` ends with the exception ``failure``."""

    def __init__(self) -> None:
        self.writes: list[tuple[Any, ...]] = []
        self.failure: Exception = UNWILLING
        self.fails: Callable[[tuple[Any, ...]], bool] = lambda _write: False

    def _write(self, *what: Any) -> None:
        self.writes.append(what)
        if self.fails(what):
            raise self.failure

    def change_values(self, group: str, _attribute: str, joining: list[str], leaving: list[str]) -> None:
        self._write(group, joining, leaving)

    def replace(self, dn: str, changes: dict[str, Any]) -> None:
        self._write(dn, changes)

    def move(self, dn: str, _rdn: str, container: str) -> None:
        self._write(dn, container)


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def write(directory: Directory) -> Callable[..., dict[str, AccountAnswer]]:
    """Carries out these plans, as if they had been judged."""

    class Judged:
        def __init__(self, plans: tuple[Plan, ...]) -> None:
            self._plans = plans

        def plans(self, machines: list[Machine]) -> list[Plan]:
            wanted = {machine.name for machine in machines}
            return [plan for plan in self._plans if plan.name in wanted]

    def run(*plans: Plan, names: tuple[str, ...] = (), check_mode: bool = False) -> dict[str, AccountAnswer]:
        connection: Any = directory
        judge: Any = Judged(plans)
        writer = AccountWriter(connection, judge, check_mode=check_mode)
        machines = [Machine(name) for name in names or tuple(one.name for one in plans)]
        return {answer.name: answer for answer in writer.write(machines)}

    return run


Write = Callable[..., dict[str, AccountAnswer]]


def test_a_group_is_written_once_for_all(write: Write, directory: Directory) -> None:
    answers = write(plan("PC-1", JOIN), plan("PC-2", LEAVE), plan("PC-3", JOIN, JOIN_OTHER))
    assert directory.writes == [(GROUP, [dn("PC-1"), dn("PC-3")], [dn("PC-2")]), (OTHER, [dn("PC-3")], [])]
    assert [answer.done for answer in answers.values()] == [[JOIN], [LEAVE], [JOIN, JOIN_OTHER]]


def test_one_that_a_group_does_not_take_keeps_no_other_out(write: Write, directory: Directory) -> None:
    directory.fails = lambda write: dn("PC-2") in write[1]
    answers = write(plan("PC-1", JOIN), plan("PC-2", JOIN), plan("PC-3", JOIN))
    assert [bool(answer.error) for answer in answers.values()] == [False, True, False]
    assert (answers["PC-2"].error or "").startswith("PC-2: change the members of CN=DirectAccess")
    assert [answer.done for answer in answers.values()] == [[JOIN], [], [JOIN]]
    assert [len(joining) for _group, joining, _leaving in directory.writes] == [3, 1, 1, 1]


def test_a_single_one_is_not_tried_twice(write: Write, directory: Directory) -> None:
    directory.fails = lambda _write: True
    assert write(plan("PC-1", JOIN))["PC-1"].error
    assert len(directory.writes) == 1


def test_a_machine_that_could_not_be_moved_gets_no_groups(write: Write, directory: Directory) -> None:
    directory.fails = lambda write: write == (dn("PC-1"), THERE)
    answers = write(plan("PC-1", DISABLE, MOVE, JOIN), plan("PC-2", MOVE, JOIN))
    assert answers["PC-1"].done == [DISABLE], "what was done is told"
    assert "move CN=PC-1" in (answers["PC-1"].error or "")
    assert answers["PC-1"].distinguished_name == dn("PC-1")
    assert directory.writes[-1] == (GROUP, [dn("PC-2", THERE)], []), "by the name after the move"


def test_a_refusal_is_not_carried_out(write: Write, directory: Directory) -> None:
    refusal = MoveError(f"move {dn('PC-1')}", "the login may not", "delegate it")
    answers = write(plan("PC-1", MOVE, JOIN, refusal=refusal), plan("PC-2", JOIN))
    assert answers["PC-1"].error == f"PC-1: {refusal}"
    assert directory.writes == [(GROUP, [dn("PC-2")], [])]


@pytest.mark.parametrize("doubled", ["PC-1", "pc-1"])
def test_a_name_that_is_given_twice(write: Write, directory: Directory, doubled: str) -> None:
    answers = write(plan("PC-1", MOVE), plan("PC-2", MOVE), names=("PC-1", doubled, "PC-2"))
    assert "in the list 2 times" in (answers["PC-1"].error or "")
    assert directory.writes == [(dn("PC-2"), THERE)]


def test_a_check_writes_nothing_and_tells_all(write: Write, directory: Directory) -> None:
    answers = write(plan("PC-1", DISABLE, MOVE, JOIN), check_mode=True)
    assert answers["PC-1"].done == [DISABLE, MOVE, JOIN]
    assert answers["PC-1"].distinguished_name == dn("PC-1", THERE)
    assert directory.writes == []


class TestLostConnection:
    def test_nothing_more_is_tried(self, write: Write, directory: Directory) -> None:
        directory.failure, directory.fails = LOST, lambda write: write[0] == dn("PC-2")
        answers = write(plan("PC-1", MOVE, JOIN), plan("PC-2", MOVE), plan("PC-3", MOVE))
        assert [one[0] for one in directory.writes] == [dn("PC-1"), dn("PC-2")]
        assert all("stopped answering" in (answer.error or "") for answer in answers.values())
        assert answers["PC-1"].done == [MOVE]

    def test_a_group_is_not_asked_one_by_one(self, write: Write, directory: Directory) -> None:
        directory.failure, directory.fails = LOST, lambda _write: True
        answers = write(plan("PC-1", JOIN), plan("PC-2", JOIN, JOIN_OTHER))
        assert len(directory.writes) == 1
        assert all("stopped answering" in (answer.error or "") for answer in answers.values())
