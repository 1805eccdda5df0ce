# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: the lab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.lab import Lab


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
