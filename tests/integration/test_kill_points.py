# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed at any point is finished by running it again: every point is counted, none is left to chance.

With --thorough every event of every scenario is taken instead of a sample.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._issuing.batches import BATCH

from tests.integration.branch import Branch
from tests.integration.killing import (
    NEVER,
    Event,
    Interrupted,
    InterruptedSealing,
    Machine,
    add_late,
    duplicates,
    look,
    strangers,
)
from tests.integration.seals import Seals
from tests.lab import Lab

_AT_ONCE = 3  # the domain controller is busy then, and the processors are
MakeBranch = Callable[[int], Branch]
ADDRESSES = ("127.0.0.32", "127.0.0.33")


@pytest.fixture
def living(make_branch: MakeBranch) -> Machine:
    """A Samba member that has its secure channel."""
    branch = make_branch(1)
    [name] = branch.names
    issued = branch.issue()
    assert "failed" not in issued, issued["msg"]
    member = branch.member(name)
    assert member.request_offline_join(branch.package(name)).returncode == 0
    assert member.secure_channel().returncode == 0
    [account] = branch.accounts().values()
    return Machine(name, account["pwdLastSet"][0], (branch.package(name), branch.issue_record(name)))


def _nothing(_branch: Branch) -> None:
    """There are no accounts yet."""


def _lose_packages(branch: Branch) -> None:
    """Every machine has an account and an issue record, but no package: the next run issues it again."""
    issued = branch.issue()
    assert "failed" not in issued, issued["msg"]
    for name in branch.names:
        branch.package(name).unlink()


def _middle(branch: Branch) -> str:
    return branch.names[len(branch.names) // 2]


@dataclasses.dataclass(frozen=True)
class Obstacle:
    """What keeps the machine in the middle from its package; it makes so many ``more_writes`` to the directory."""

    put: Callable[[Branch], None]
    remove: Callable[[Branch], None]
    more_writes: int


def _unwritable(kind: str, more_writes: int) -> Obstacle:
    """A link where a file is written to until it is whole; it is not followed, so the write fails."""

    def link(branch: Branch) -> Path:
        return branch.dest / f".{_middle(branch)}.{kind}.unfinished"

    def put(branch: Branch) -> None:
        branch.dest.mkdir(mode=0o700)
        link(branch).symlink_to("elsewhere")

    return Obstacle(put, lambda branch: link(branch).unlink(), more_writes)


def _contact(branch: Branch) -> str:
    return f"CN={_middle(branch)},{branch.lab.staging_ou}"


OBSTACLES = {
    "the account is not tried": _unwritable("issue.json", -1),
    "the account is deleted again": _unwritable("djoin", 1),
    "the account is refused": Obstacle(
        lambda branch: branch.add(_contact(branch), {"objectClass": ["contact"]}),
        lambda branch: branch.delete(_contact(branch)),
        0,
    ),
}


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Runs of one command over the branches that ``make`` makes, each killed at an event of its own.

    ``prepare`` is done before the first run. ``living`` may be one of the branch's machines. An ``obstacle`` is in the
    way of the first run only.
    """

    make: Callable[[], Branch]
    living: Machine
    prepare: Callable[[Branch], None] = _nothing
    obstacle: Obstacle | None = None
    interrupted: Callable[[Branch, Event], Interrupted] = Interrupted

    def survive(self, step: int) -> None:
        """Every ``step``-th event and the last one; in the end two of the packages are applied."""
        events = self._events()
        points = [self.interrupted(self.make(), event) for event in dict.fromkeys([*events[::step], events[-1]])]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = [pool.submit(self._survive, point) for point in points]
        failures = [
            f"{point}: {error!r}" for point, done in zip(points, outcomes, strict=True) if (error := done.exception())
        ]
        assert not failures, f"{len(failures)} of {len(points)} points:\n" + "\n".join(failures)
        for point in (points[len(points) // 2], points[-1]):
            _join(point, point.branch.names[0])

    def _events(self) -> list[Event]:
        """The events of a run that nobody kills; they must be those that make accounts and files."""
        point = self.interrupted(self.make(), NEVER)
        branch = point.branch
        self._prepare(branch)
        assert not point.run_until_killed()
        seen = [event.what for event in point.events]
        for name in self._others(branch):
            issued = not (self.obstacle and name == _middle(branch))
            files = (point.package(name), branch.issue_record(name))
            assert [file.exists() for file in files] == [issued, issued]
            assert not issued or all(f"renamed {file.name}" in seen for file in files), f"{name} came without an event"
        writes = [what for what in seen if what.startswith("sent ")]
        more = self.obstacle.more_writes if self.obstacle else 0
        assert len(writes) == len(self._others(branch)) + more, f"{writes} for {branch.names}"
        before = itertools.takewhile(lambda what: not what.startswith("answered "), seen)
        outstanding = [what for what in before if what.startswith("sent ")]
        assert len(outstanding) == min(BATCH, len(self._others(branch)) + min(more, 0)), "all of a batch at once"
        assert [what for what in seen if what.startswith("answered ")] == [
            write.replace("sent", "answered") for write in writes
        ]
        return point.events

    def _prepare(self, branch: Branch) -> None:
        self.prepare(branch)
        if self.obstacle:
            self.obstacle.put(branch)

    def _survive(self, point: Interrupted) -> None:
        """Kill, look, run again, look, run a third time, look."""
        branch = point.branch
        self._prepare(branch)
        assert point.run_until_killed(), "it came to its end"
        if self.obstacle:
            self.obstacle.remove(branch)
        point.require_whole_files()
        seen = look(dataclasses.replace(branch, names=(*branch.names, self.living.name)))
        assert not duplicates(seen)
        [living] = [entry for entry in seen.values() if entry["sAMAccountName"] == [f"{self.living.name}$"]]
        assert living["pwdLastSet"] == [self.living.password_last_set], "the machine that lives lost its password"
        accounts = point.require_finished(point.run())
        files = point.contents()
        third = point.run()
        assert not third["changed"], third["machines"]
        assert point.require_finished(third) == accounts
        assert point.contents() == files
        assert not strangers(point, self._others(branch))

    def _others(self, branch: Branch) -> list[str]:
        return [name for name in branch.names if name != self.living.name]


def _join(point: Interrupted, name: str) -> None:
    member = point.branch.member(name)
    package = point.branch.directory / "to join.djoin"
    package.write_bytes(point.read(point.package(name)).to_djoin_file())
    applied = member.request_offline_join(package)
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0


def test_three_new_machines(make_branch: MakeBranch, living: Machine, thorough: bool) -> None:
    Scenario(lambda: make_branch(3), living).survive(1 if thorough else 4)


@pytest.mark.thorough
def test_two_batches_with_a_machine_that_lives(make_branch: MakeBranch, living: Machine) -> None:
    def make() -> Branch:
        branch = make_branch(BATCH + 2)
        living.put_files(branch)
        return dataclasses.replace(branch, names=(*branch.names[:5], living.name, *branch.names[5:]))

    Scenario(make, living).survive(1)


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES)
def test_failure_in_the_middle(make_branch: MakeBranch, living: Machine, obstacle: Obstacle, thorough: bool) -> None:
    Scenario(lambda: make_branch(3), living, obstacle=obstacle).survive(1 if thorough else 11)


def test_lost_packages_that_are_issued_again(make_branch: MakeBranch, living: Machine, thorough: bool) -> None:
    Scenario(lambda: make_branch(2), living, _lose_packages).survive(1 if thorough else 7)


def test_two_new_machines_with_sealed_packages(
    make_branch: MakeBranch, living: Machine, tmp_path: Path, thorough: bool
) -> None:
    seals = Seals(tmp_path)
    interrupted = functools.partial(InterruptedSealing, seals=seals)
    Scenario(lambda: make_branch(2), living, interrupted=interrupted).survive(1 if thorough else 7)


def test_add_that_is_done_after_the_second_run_has_looked(make_branch: MakeBranch) -> None:
    """The first run sent its add and was killed; a slow domain controller does it when the second run has its plan."""
    counted = Interrupted(make_branch(1), NEVER)
    assert not counted.run_until_killed()
    event = counted.nth("about to be sent addRequest")
    branch = make_branch(1)
    assert Interrupted(branch, event).run_until_killed()
    second = Interrupted(branch, event)
    running = second.run_until_held()
    add_late(branch, branch.names[0])
    second.let_go()
    second.require_finished(running.finish())
    assert not strangers(second, branch.names)


def test_account_that_somebody_makes_meanwhile(make_branch: MakeBranch) -> None:
    """Nothing of ours claims it, so it is judged like any account that is there, and keeps its password."""
    counted = Interrupted(make_branch(1), NEVER)
    assert not counted.run_until_killed()
    branch = make_branch(1)
    [name] = branch.names
    point = Interrupted(branch, counted.nth("about to be sent addRequest"))
    running = point.run_until_held()
    add_late(branch, name)
    [account] = branch.accounts().values()
    point.let_go()
    answer = running.finish()
    assert f"{name}: issue a package again for CN={name}" in answer["machines"][name]["error"]
    assert "is treated as live" in answer["machines"][name]["error"]
    assert branch.accounts() == {name: account}
    assert not list(branch.dest.iterdir())


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[Lab]:
    """A lab of its own, whose domain controller may be stopped."""
    found = Lab(tmp_path / "spare", addresses=ADDRESSES)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.mark.parametrize(
    ("what", "ordinal"),
    [("answered addRequest", 2), pytest.param("sent addRequest", 3, marks=pytest.mark.thorough)],
)
def test_domain_controller_stops_in_the_second_batch(spare: Lab, tmp_path: Path, what: str, ordinal: int) -> None:
    """The client says which machines have no package, and finishes them when it is run again.

    Of the second batch more may have been sent than was answered; the third is not tried.
    """
    answered = ordinal if what.startswith("answered") else 0

    def make(code: str) -> Branch:
        directory = tmp_path / code
        directory.mkdir()
        return Branch(spare, directory, tuple(f"{code}-{number:02}" for number in range(2 * BATCH + 2)))

    ordinal += BATCH
    counted = Interrupted(make("COUNT"), NEVER)
    assert not counted.run_until_killed()
    branch = make("STOPS")
    point = Interrupted(branch, counted.nth(what, ordinal))
    running = point.run_until_held()
    spare.stop_controller()
    point.let_go()
    answer = running.finish()
    finished = [name for name in branch.names if "error" not in answer["machines"][name]]
    assert finished == list(branch.names[:BATCH])
    assert answer["failed"]
    for name in branch.names[BATCH:]:
        assert "run again" in answer["machines"][name]["error"]
    not_tried = [name for name in branch.names if "not tried" in answer["machines"][name].get("error", "")]
    tried = [name for name in branch.names if name not in not_tried]
    assert not_tried[-2:] == [*branch.names[2 * BATCH :]]
    assert tried == [name for name in branch.names if branch.issue_record(name).exists()]
    point.require_whole_files()
    spare.start_controller()
    seen = look(branch)
    assert not duplicates(seen)
    assert BATCH + answered <= len(seen) <= len(tried)
    accounts = point.require_finished(point.run())
    third = point.run()
    assert not third["changed"]
    assert point.require_finished(third) == accounts
    for name in (branch.names[0], branch.names[BATCH], branch.names[ordinal - 1]):
        _join(point, name)
    assert not strangers(point, branch.names)
