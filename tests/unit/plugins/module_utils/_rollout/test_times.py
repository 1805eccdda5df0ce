# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as texts, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.times import with_offset, written


def test_written_in_utc_and_whole_seconds() -> None:
    berlin = datetime(2026, 11, 21, 4, 23, 26, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert written(berlin) == "2026-11-21T03:23:26Z"
    assert with_offset(written(berlin)) == datetime(2026, 11, 21, 3, 23, 26, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-21", "2026-11-21T03:23:26"])
def test_no_time_without_its_distance_from_utc(text: str) -> None:
    assert with_offset(text) is None
