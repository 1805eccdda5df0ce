# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed at any point is finished by running it again: every point is counted, none is left to chance.

$OFFLINE_JOIN_KILL_POINTS=all takes every event of every scenario instead of a sample.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.branch import Branch
from tests.integration.killing import Interrupted, Machine, add_late, duplicates, look, strangers
from tests.lab import Lab

_AT_ONCE = 3  # the domain controller is busy then, and the processors are
_ALL = os.environ.get("OFFLINE_JOIN_KILL_POINTS") == "all"
MakeBranch = Callable[[int], Branch]
ADDRESSES = ("127.0.0.32", "127.0.0.33")


def _step(sample: int) -> int:
    return 1 if _ALL else sample


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


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Runs of one command over the branches that ``make`` makes, each killed at an event of its own.

    ``prepare`` is done before the first run. ``living`` may be one of the branch's machines.
    """

    make: Callable[[], Branch]
    living: Machine
    prepare: Callable[[Branch], None] = _nothing

    def survive(self, step: int) -> None:
        """Every ``step``-th event and the last one; in the end two of the packages are applied."""
        count = self._count()
        numbers = sorted({*range(1, count + 1, step), count})
        points = [Interrupted(self.make(), number) for number in numbers]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            outcomes = [pool.submit(self._survive, point) for point in points]
        failures = [
            f"{point}: {error!r}" for point, done in zip(points, outcomes, strict=True) if (error := done.exception())
        ]
        assert not failures, f"{len(failures)} of {len(points)} points:\n" + "\n".join(failures)
        for point in (points[len(points) // 2], points[-1]):
            _join(point.branch, point.branch.names[0])

    def _count(self) -> int:
        """The number of events of a run that nobody disturbs; they must be those that make accounts and files."""
        point = Interrupted(self.make(), 0)
        self.prepare(point.branch)
        assert not point.run_until_killed()
        seen = point.events
        for name in self._others(point.branch):
            for file in (point.branch.package(name), point.branch.issue_record(name)):
                assert f"renamed {file.name}" in seen, f"{file.name} came without an event"
        writes = [event for event in seen if event.startswith("sent ")]
        assert len(writes) == len(self._others(point.branch)), f"{writes} for {point.branch.names}"
        assert [event for event in seen if event.startswith("answered ")] == [
            write.replace("sent", "answered") for write in writes
        ]
        return len(seen)

    def _survive(self, point: Interrupted) -> None:
        """Kill, look, run again, look, run a third time, look."""
        branch = point.branch
        self.prepare(branch)
        assert point.run_until_killed(), "it came to its end"
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
        assert not strangers(branch, self._others(branch))

    def _others(self, branch: Branch) -> list[str]:
        return [name for name in branch.names if name != self.living.name]


def _join(branch: Branch, name: str) -> None:
    member = branch.member(name)
    applied = member.request_offline_join(branch.package(name))
    assert applied.returncode == 0, applied.stderr
    assert member.secure_channel().returncode == 0


def test_three_new_machines(make_branch: MakeBranch, living: Machine) -> None:
    Scenario(lambda: make_branch(3), living).survive(_step(4))


def test_ten_machines_one_of_which_lives(make_branch: MakeBranch, living: Machine) -> None:
    def make() -> Branch:
        branch = make_branch(9)
        living.put_files(branch)
        return dataclasses.replace(branch, names=(*branch.names[:5], living.name, *branch.names[5:]))

    Scenario(make, living).survive(_step(13))  # 18 events a machine: a step of 13 meets each of them


def test_lost_packages_that_are_issued_again(make_branch: MakeBranch, living: Machine) -> None:
    Scenario(lambda: make_branch(2), living, _lose_packages).survive(_step(4))


def test_add_that_is_done_after_the_second_run_has_looked(make_branch: MakeBranch) -> None:
    """The first run sent its add and was killed; a slow domain controller does it when the second run has its plan."""
    counted = Interrupted(make_branch(1), 0)
    assert not counted.run_until_killed()
    number = counted.events.index("about to be sent addRequest") + 1
    branch = make_branch(1)
    assert Interrupted(branch, number).run_until_killed()
    second = Interrupted(branch, number)
    running = second.run_until_held()
    add_late(branch, branch.names[0])
    second.let_go()
    running.finish()
    second.require_finished(second.run())
    assert not strangers(branch, branch.names)


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[Lab]:
    """A lab of its own, whose domain controller may be stopped."""
    found = Lab(tmp_path / "spare", addresses=ADDRESSES)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.mark.parametrize(("event", "ordinal"), [("answered addRequest", 3), ("sent addRequest", 8)])
def test_domain_controller_stops_among_the_machines(spare: Lab, tmp_path: Path, event: str, ordinal: int) -> None:
    """The client says which machines have no package, and finishes them when it is run again."""

    def make(code: str) -> Branch:
        directory = tmp_path / code
        directory.mkdir()
        return Branch(spare, directory, tuple(f"{code}-{number:02}" for number in range(10)))

    counted = Interrupted(make("COUNT"), 0)
    assert not counted.run_until_killed()
    number = [place for place, seen in enumerate(counted.events, start=1) if seen == event][ordinal - 1]
    branch = make("STOPS")
    point = Interrupted(branch, number)
    running = point.run_until_held()
    spare.stop_controller()
    point.let_go()
    answer = running.finish()
    finished = [name for name in branch.names if "error" not in answer["machines"][name]]
    assert finished == list(branch.names[: ordinal - 1])
    assert answer["failed"]
    for name in branch.names[ordinal - 1 :]:
        assert "run again" in answer["machines"][name]["error"]
    point.require_whole_files()
    spare.start_controller()
    seen = look(branch)
    assert not duplicates(seen)
    assert len(seen) in (ordinal - 1, ordinal)
    accounts = point.require_finished(point.run())
    third = point.run()
    assert not third["changed"]
    assert point.require_finished(third) == accounts
    for name in (branch.names[0], branch.names[ordinal - 1]):
        _join(branch, name)
    assert not strangers(branch, branch.names)
