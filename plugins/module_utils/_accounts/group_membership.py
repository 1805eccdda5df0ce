# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the accounts of a list of machines into groups, and list all groups that they are in.

What is written, and what speaks against it, is ``AccountWriter``'s; here it is held against what the same domain
controller says afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .._directory import memberships
from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._directory.errors import DirectoryError
from .._directory.groups import Groups
from .._directory.memberships import Membership, NestedGroups
from .._rollout.account_state import Change, Kind
from .._rollout.names.computer_name import doubled
from .answer import AccountAnswer
from .judging import Machine
from .writing import AccountWriter


@dataclass(frozen=True)
class Answer:
    """What became of one machine; groups are DNs, None where nothing is known of its account."""

    written: AccountAnswer
    groups: tuple[str, ...] | None = None
    all_groups: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return self.written.name

    @property
    def changed(self) -> bool:
        return self.written.changed

    @property
    def error(self) -> str | None:
        return self.written.error

    def before_and_after(self) -> tuple[str, str]:
        return self.written.before_and_after()

    def to_result(self) -> dict[str, Any]:
        listed = {"groups": self.groups, "all_groups": self.all_groups}
        return self.written.to_result() | {key: list(dns) for key, dns in listed.items() if dns is not None}


class GroupMembership:
    """``assume_issued``: in check mode an account that is not there counts as one that an earlier step would make."""

    def __init__(
        self,
        connection: DirectoryConnection,
        domain: Domain,
        groups: Groups,
        writer: AccountWriter,
        *,
        check_mode: bool,
        assume_issued: bool,
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._groups = groups
        self._writer = writer
        self._check_mode = check_mode
        self._assume_issued = assume_issued and check_mode
        self._nested = NestedGroups(connection)

    def ensure(self, machines: Sequence[Machine]) -> list[Answer]:
        """
        :raises DirectoryError: the directory cannot be asked which accounts exist
        """
        to_come = self._to_come(machines)
        written = {one.name: one for one in self._writer.write(one for one in machines if one.name not in to_come)}
        try:
            known = memberships.find(self._connection, self._domain, written)
        except DirectoryError as failure:
            known = {}
            for answer in written.values():
                answer.fail(_unread(failure))
        answers = {
            machine.name: self._predicted(machine)
            if machine.name in to_come
            else self._answer(machine, written[machine.name], known.get(machine.name.lower()))
            for machine in machines
        }
        return list(answers.values())

    def _to_come(self, machines: Sequence[Machine]) -> set[str]:
        if not self._assume_issued:
            return set()
        names = [machine.name for machine in machines]
        there = memberships.find(self._connection, self._domain, names)
        return {name for name in names if name.lower() not in there} - {*doubled(names)}

    def _predicted(self, machine: Machine) -> Answer:
        """Of an account that is not there yet: whether the groups are, and whether the login may write them."""
        answer = AccountAnswer(machine.name)
        try:
            joining = self._wanted(machine)
            for group in map(self._groups.find, joining):
                group.require_writable()
            all_groups = self._nested.all_of([*joining, *self._primary_group()])
        except DirectoryError as refused:
            answer.fail(refused)
            return Answer(answer)
        answer.done = [Change(Kind.GROUP, "", dn) for dn in joining]
        return Answer(answer, tuple(joining), all_groups)

    def _primary_group(self) -> list[str]:
        return [self._groups.find(f"<SID={self._domain.computers_group_sid}>").dn]

    def _answer(self, machine: Machine, written: AccountAnswer, known: Membership | None) -> Answer:
        if known is None:
            return Answer(written)
        joined = [one.after for one in written.done if self._check_mode]
        direct = tuple(sorted({*known.direct, *joined}, key=str.lower))
        try:
            if written.error is None:
                self._compare(machine, written, direct)
            return Answer(written, direct, self._nested.all_of([*direct, *([known.primary] if known.primary else [])]))
        except DirectoryError as failure:
            written.fail(_unread(failure))
            return Answer(written, direct)

    def _compare(self, machine: Machine, written: AccountAnswer, direct: Iterable[str]) -> None:
        there = {dn.lower() for dn in direct}
        if lost := [dn for dn in self._wanted(machine) if dn.lower() not in there]:
            written.fail(
                f"read the groups of {written.distinguished_name} back: it is not a member of {' or '.join(lost)}; "
                "find out who else writes their members, and run again"
            )

    def _wanted(self, machine: Machine) -> list[str]:
        """Without the primary group, which lists nobody."""
        groups = map(self._groups.find, machine.add_groups)
        return list(dict.fromkeys(group.dn for group in groups if group.sid != self._domain.computers_group_sid))


def _unread(failure: DirectoryError) -> str:
    return f"read its groups back: {failure}"
