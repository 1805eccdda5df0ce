# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines of one wave with places of their own, and without: each gets its own, there and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.branch import Branch
from tests.twin.farm import TwinFarm

DNS = {"interface_index": 7, "addresses": ["192.0.2.25"], "dns_servers": ["192.0.2.10"]}


def places(branch: Branch) -> dict[str, str]:
    return {name: account["dn"][0].partition(",")[2] for name, account in branch.accounts().items()}


@pytest.mark.thorough
def test_the_first_machine_speaks_for_itself_only(make_branch: Callable[[int], Branch], farm: TwinFarm) -> None:
    branch = make_branch(2)
    lab = branch.lab
    first, second = branch.names
    ordinary, own = lab.production_ous[:2]
    farm.start(branch.names, adapters=[DNS], network=True)
    branch.twins(farm)
    branch.account = "administrator"
    branch.variables |= {
        "offline_join_rename": "follow_package",
        "offline_join_dns_servers": ["192.0.2.10"],
        "offline_join_allow_tier0": True,
        "offline_join_production_ou": ordinary,
    }
    branch.host_variables[first]["machine_production_ou"] = own
    done = branch.play("rollout")
    assert done.returncode == 0, done.stdout
    assert places(branch) == {first: own, second: ordinary}

    back = branch.play("accept", "-e", "computer_promote_back=true")
    assert back.returncode == 0, back.stdout
    assert places(branch) == dict.fromkeys(branch.names, lab.staging_ou)
