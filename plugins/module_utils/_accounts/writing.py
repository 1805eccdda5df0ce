# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the accounts of a list of machines into the state that is wanted, over one connection.

First everything is judged, then written: the accounts themselves machine by machine, and after that the memberships
group by group, one operation for all machines of a group. Check mode goes the same way and leaves out the writes.
"""

from __future__ import annotations

from collections.abc import Iterable

from .._directory import computer_writing, groups, ownership
from .._directory.connection import DirectoryConnection
from .._directory.errors import DirectoryError
from .._rollout.account_state import YES, Change, Kind
from .._rollout.names.computer_name import doubled
from .answer import AccountAnswer
from .guarded_writes import GuardedWrites
from .judging import AccountJudge, Machine, Plan


class AccountWriter:
    """Every machine gets its own answer; nothing that goes wrong with one stops another."""

    def __init__(self, connection: DirectoryConnection, judge: AccountJudge, *, check_mode: bool) -> None:
        self._judge = judge
        self._writes = GuardedWrites(connection, check_mode=check_mode)

    def write(self, machines: Iterable[Machine]) -> list[AccountAnswer]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist, or how they are used
        """
        machines = list(machines)
        answers = {machine.name: AccountAnswer(machine.name) for machine in machines}
        for name, fault in doubled(machine.name for machine in machines).items():
            answers[name].fail(fault)
        for machine in machines:
            if machine.fault:
                answers[machine.name].fail(machine.fault)
        plans = self._judge.plans([machine for machine in machines if answers[machine.name].error is None])
        for plan in plans:
            self._write_account(plan, answers[plan.name])
        self._write_memberships([(plan, answers[plan.name]) for plan in plans])
        return list(answers.values())

    def _write_account(self, plan: Plan, answer: AccountAnswer) -> None:
        answer.distinguished_name, answer.object_guid = plan.distinguished_name, plan.object_guid
        dn = plan.distinguished_name
        if plan.refusal:
            answer.fail(plan.refusal)
            return
        if dn is None:
            answer.done += plan.changes
            return
        try:
            if security := plan.of_kind(Kind.OWNER, Kind.RIGHTS):
                owner = next((one.after for one in security if one.kind is Kind.OWNER), None)
                stripped = {one.before for one in security if one.kind is Kind.RIGHTS}
                self._writes.carry_out(ownership.hand_over, dn, plan.descriptor, owner, stripped)
                answer.done += security
            if attributes := plan.of_kind(Kind.ENABLED, Kind.DESCRIPTION):
                values = {one.kind: one.after for one in attributes}
                enabled = values[Kind.ENABLED] == YES if Kind.ENABLED in values else None
                description = values.get(Kind.DESCRIPTION)
                self._writes.carry_out(computer_writing.modify, dn, enabled=enabled, description=description)
                answer.done += attributes
            for change in plan.of_kind(Kind.PATH):
                self._writes.carry_out(computer_writing.move, dn, change.after)
                answer.distinguished_name = computer_writing.moved(dn, change.after)
                answer.done.append(change)
            for change in plan.of_kind(Kind.ACCOUNT):
                self._writes.carry_out(computer_writing.delete, dn)
                answer.done.append(change)
        except DirectoryError as failure:
            answer.fail(failure)

    def _write_memberships(self, planned: list[tuple[Plan, AccountAnswer]]) -> None:
        """A machine whose account could not be changed as wanted gets no new memberships, and loses none."""
        by_group: dict[str, list[tuple[AccountAnswer, Change]]] = {}
        for plan, answer in planned:
            for change in plan.of_kind(Kind.GROUP) if answer.error is None else []:
                by_group.setdefault(change.after or change.before, []).append((answer, change))
        for group, wishes in by_group.items():
            try:
                self._change_members(group, wishes)
            except DirectoryError as failure:
                if len(wishes) == 1:
                    wishes[0][0].fail(failure)
                else:
                    self._one_by_one(group, wishes)

    def _one_by_one(self, group: str, wishes: list[tuple[AccountAnswer, Change]]) -> None:
        """One account that somebody has just deleted must not keep the others out."""
        for answer, change in wishes:
            try:
                self._change_members(group, [(answer, change)])
            except DirectoryError as failure:
                answer.fail(failure)

    def _change_members(self, group: str, wishes: list[tuple[AccountAnswer, Change]]) -> None:
        joining = [answer.distinguished_name or "" for answer, change in wishes if change.after]
        leaving = [answer.distinguished_name or "" for answer, change in wishes if change.before]
        self._writes.carry_out(groups.change_members, group, joining, leaving)
        for answer, change in wishes:
            answer.done.append(change)
