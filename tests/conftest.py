# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: the lab, and how long they may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.lab import Lab


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="every size and kill point, and what is marked thorough")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether there is time for every size and kill point; else a sample has to do."""
    return bool(request.config.getoption("--thorough"))


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A running lab; it is stopped at the end only if it did not run before."""
    # Here, not above: ansible-test loads this file for the unit tests, from a place without the lab.
    from tests.lab import Lab

    found = Lab()
    ours = not found.running
    found.start()
    yield found
    if ours:
        found.stop()
