# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans carried out in batches: the domain controller works on one while the files of those beside it are written.

The domain controller is the bottleneck, so it must never wait, neither for a disk nor for us. The caller's thread asks
it and sends all of a batch before it waits for the first answer; another thread writes all files, and every batch goes
from one to the other and back:

    intended records | accounts, written and read back | issue records, then packages | what failed is taken back

A killed run leaves behind at most two batches of accounts that have their intended records and no packages, and one
of intended records without accounts. The next run knows both for its own work. The domain controller works off what it
was sent all the same: a run that begins within that second may meet an account that it did not find before, and looks
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from .._accounts.reuse import Reuse
from .._directory import computer_writing, computers
from .._directory.computers import ComputerAccount
from .._directory.connection import DirectoryConnection
from .._directory.distinguished_name import split
from .._directory.domain import Domain
from .._directory.errors import ConnectionLost, DirectoryError, SearchError
from .._package.errors import PackageError
from .._package.password import Password
from .._rollout.issuing.issue_record import IssueRecord
from .._rollout.issuing.regenerate import Act
from .._rollout.sealing import SealError
from .._storage.package_store import PackageStore
from .package_maker import PackageMaker

BATCH = 10  # machines: more make reading back hardly cheaper, and leave more behind in a killed run

_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Plan:
    """``act`` is CREATE or REISSUE; ``distinguished_name`` is that of the account, made already or not."""

    name: str
    act: Act
    distinguished_name: str


@dataclass
class Issue:
    """How far a plan has come: the package is issued when there is an ``account`` and no ``failure``.

    ``before`` is the issue record that the intended one replaced, ``record`` the one beside the package. ``changed`` is
    whether the directory was, ``account`` what was read back.
    """

    plan: Plan
    before: IssueRecord | None
    password: Password = field(default_factory=Password.generate)
    changed: bool = False
    account: ComputerAccount | None = None
    record: IssueRecord | None = None
    failure: DirectoryError | PackageError | SealError | OSError | None = None


class IssueBatches:
    """What goes wrong with one machine keeps no other from its package; without a connection none is tried."""

    def __init__(
        self, connection: DirectoryConnection, domain: Domain, store: PackageStore, maker: PackageMaker, reuse: Reuse
    ) -> None:
        self._connection = connection
        self._domain = domain
        self._store = store
        self._maker = maker
        self._reuse = reuse
        self._lost: ConnectionLost | None = None

    def carry_out(self, plans: Iterable[Plan]) -> Iterator[Issue]:
        """One issue for each plan, in the same order, as soon as nothing more is done for it."""
        with ThreadPoolExecutor(1, thread_name_prefix="files") as files:
            intended = _ahead(files, self._intend, _batches(plans))
            changed = map(self._change_accounts, intended)
            for batch in _ahead(files, self._write_files, changed):
                for issue in batch:
                    if issue.failure and issue.changed:
                        self._take_back(issue)
                    yield issue

    def _intend(self, plans: list[Plan]) -> list[Issue]:
        """No account is touched that has no intended record."""
        issues = [Issue(plan, self._store.read_record(plan.name)) for plan in plans]
        if not self._lost:
            records = [self._maker.intended(plan.name, plan.distinguished_name) for plan in plans]
            failures = self._store.write_records(records)
            for issue in issues:
                issue.failure = failures.get(issue.plan.name)
        return issues

    def _change_accounts(self, batch: list[Issue]) -> list[Issue]:
        sent: list[tuple[Issue, Callable[[], None]]] = []
        for issue in batch:
            if not issue.failure:
                with self._noting_failure(issue):
                    sent.append((issue, self._start_change(issue.plan, issue.password)))
        for issue, answer in sent:
            with self._noting_failure(issue):
                answer()
                issue.changed = True
        self._read_back([issue for issue in batch if issue.changed])
        return batch

    @contextmanager
    def _noting_failure(self, issue: Issue) -> Iterator[None]:
        try:
            yield
        except ConnectionLost as lost:
            self._lost = issue.failure = lost  # changed or not (RFC 4511, 3.1): its intended record stays
        except DirectoryError as failure:
            issue.failure = failure
            self._restore_record(issue)

    def _start_change(self, plan: Plan, password: Password) -> Callable[[], None]:
        """Send it, and return what waits for the answer."""
        if self._lost:
            raise DirectoryError("not tried", self._lost.cause, self._lost.remedy)
        if plan.act is Act.CREATE:
            container = split(plan.distinguished_name)[1]
            return computer_writing.start_add(self._connection, self._domain, plan.name, container, password.reveal())
        now = self._reuse.entry(plan.name)
        return computer_writing.start_reset(
            self._connection, self._domain, plan.name, plan.distinguished_name, now, password.reveal()
        )

    def _read_back(self, issues: list[Issue]) -> None:
        """All in one search. Whose account cannot be read gets no package."""
        failure: DirectoryError | None = self._lost
        accounts: dict[str, ComputerAccount] = {}
        if not failure:
            try:
                accounts = computers.find(self._connection, self._domain, [issue.plan.name for issue in issues])
            except ConnectionLost as lost:
                self._lost = failure = lost
            except SearchError as refusal:
                failure = refusal
        cause, remedy = (failure.cause, failure.remedy) if failure else ("it is not there any more", "run again")
        for issue in issues:
            issue.account = accounts.get(issue.plan.name.lower())
            if issue.account is None:
                issue.failure = SearchError(f"read {issue.plan.distinguished_name} back", cause, remedy)

    def _write_files(self, batch: list[Issue]) -> list[Issue]:
        issued = []
        for issue in batch:
            if issue.account:
                try:
                    issue.record, content = self._maker.issue(issue.plan.name, issue.account, issue.password)
                    issued.append((issue.record, content))
                except (PackageError, SealError) as failure:
                    issue.failure = failure
        failures = self._store.write(issued)
        for issue in batch:
            issue.failure = issue.failure or failures.get(issue.plan.name)
        return batch

    def _take_back(self, issue: Issue) -> None:
        """A new account does not stay without a package. Where nobody can delete it, its record claims it."""
        if issue.plan.act is not Act.CREATE or self._lost:
            return
        try:
            computer_writing.delete(self._connection, issue.plan.distinguished_name)
        except ConnectionLost as lost:
            self._lost = issue.failure = lost
        except DirectoryError as failure:
            issue.failure = failure
        else:
            self._restore_record(issue)

    def _restore_record(self, issue: Issue) -> None:
        try:
            self._store.restore_record(issue.plan.name, issue.before)
        except OSError as failure:
            issue.failure = failure


def _batches(plans: Iterable[Plan]) -> Iterator[list[Plan]]:
    remaining = iter(plans)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _ahead(worker: Executor, work: Callable[[_T], _U], batches: Iterable[_T]) -> Iterator[_U]:
    """The results in order: while the caller uses one, the worker is at the next."""
    started: Future[_U] | None = None
    for batch in batches:
        ready, started = started, worker.submit(work, batch)
        if ready:
            yield ready.result()
    if started:
        yield started.result()
