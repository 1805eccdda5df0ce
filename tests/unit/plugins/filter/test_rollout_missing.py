# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter of the stage complete, over hosts one of which cannot even be named."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.filter.rollout_missing import FilterModule, rollout_missing
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import host_variables as known
from jinja2 import StrictUndefined

HOSTS = {
    known.NAME: known.WHOLE_ROAD,
    "broken": {"machine_name": StrictUndefined(name="asset_tag")},
    "noted": {"machine_name": StrictUndefined(name="asset_tag"), **known.noted("prepare")},
    "till-7": {"machine_name": known.NAME, **known.RETIRED},
}


def test_missing() -> None:
    assert FilterModule().filters() == {"rollout_missing": rollout_missing}
    assert rollout_missing(list(HOSTS), HOSTS, "accept") == ["broken", "till-7"]
    assert rollout_missing(list(HOSTS), HOSTS, "accept", promote=False) == ["broken"]
    assert rollout_missing([known.NAME], HOSTS, "accept") == []
