# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch of machines in the lab for every test that wants one, with names that no other test uses."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.branch import Branch
from tests.lab import Lab
from tests.twin.farm import TwinFarm


@pytest.fixture(scope="session")
def pair() -> Iterator[Lab]:
    """A lab with two domain controllers, beside the first lab, which a silent controller would disturb.

    They replicate when they are told to. Whoever stops one, or its replication, starts it again.
    """
    lab = Lab(Path("/var/tmp") / f"offline-join-pair-{secrets.token_hex(3)}", addresses=("127.0.0.40", "127.0.0.41"))
    lab.start(second_controller=True)
    yield lab
    lab.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that run the most playbooks, so that no process is left alone with a long one."""
    plays = {path: path.read_text().count(".play(") for path in {item.path for item in items}}
    items.sort(key=lambda item: -plays[item.path])


@pytest.fixture
def make_branch(lab: Lab, tmp_path: Path) -> Iterator[Callable[[int], Branch]]:
    """Makes branches of so many machines; none of them has an account or a member yet."""
    made = []

    def make(size: int) -> Branch:
        code = secrets.token_hex(3).upper()
        names = tuple(f"B{code}-{number:02}" for number in range(1, size + 1))
        directory = tmp_path / code
        directory.mkdir()
        made.append(Branch(lab, directory, names))
        return made[-1]

    yield make
    for branch in made:
        for name in branch.names:
            shutil.rmtree(branch.lab.directory / "members" / name, ignore_errors=True)


@pytest.fixture
def branch(make_branch: Callable[[int], Branch]) -> Branch:
    """A branch of three machines."""
    return make_branch(3)


@pytest.fixture
def farm(lab: Lab) -> Iterator[TwinFarm]:
    """A farm of Windows twins, to be started with the names of a branch."""
    with TwinFarm(lab) as farm:
        yield farm
