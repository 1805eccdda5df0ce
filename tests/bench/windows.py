# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What joining a Windows machine costs a control node, beside the smallest thing that Ansible does on one."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from tests.bench.workplace import BenchError, Workplace
from tests.integration.branch import Branch
from tests.twin.farm import TwinFarm

_FORKS = 20
_ROUNDS = 3
_PACKAGE = {"name": "{{ inventory_hostname }}", "package": "{{ offline_join_dest }}/{{ inventory_hostname }}.djoin"}
_JOIN = [{"adops.offline_join.join": _PACKAGE | {"rename": "follow_package"}}]
_TASKS: dict[str, list[dict[str, Any]]] = {
    "nothing": [{"ansible.builtin.meta": "noop"}],
    "win_ping": [{"ansible.windows.win_ping": {}}],
    "join": _JOIN,
    # Its package waits for a restart by now, so a look is all that it gets.
    "look": _JOIN,
}


def join(place: Workplace, machines: int) -> dict[str, Any]:
    """Seconds of a play of each kind over this many twins, and what join takes as parts of win_ping: all of it, and as
    far as it goes on a machine that needs no package.

    The start of Ansible is taken out of both. No twin applies its package: what Samba needs for that is no cost of the
    control node, and many times larger.
    """
    names = place.fresh(machines)
    place.issue(names)
    with TwinFarm(place.lab) as farm:
        farm.start(names)
        branch = place.branch(names)
        branch.twins(farm)
        branch.extra_environment["ANSIBLE_FORKS"] = str(_FORKS)
        rounds = [_round(farm, branch) for _number in range(_ROUNDS)]
        given = [len(farm.calls(name, "win_join_package")) for name in names]
    if given != [_ROUNDS] * machines:
        raise BenchError(f"so often the machines got their packages: {given}")
    seconds = {kind: statistics.median(one[kind] for one in rounds) for kind in _TASKS}
    return {
        "machines": machines,
        "seconds": seconds,
        "of_win_ping": {
            kind: (seconds[kind] - seconds["nothing"]) / (seconds["win_ping"] - seconds["nothing"])
            for kind in ("look", "join")
        },
    }


def _round(farm: TwinFarm, branch: Branch) -> dict[str, float]:
    for name in branch.names:
        farm.set(name, marker=None, faults=[{"kind": "hollow"}])
    return {kind: _play(branch, kind) for kind in _TASKS}


def _play(branch: Branch, kind: str) -> float:
    playbook = branch.directory / f"{kind}.json"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": _TASKS[kind]}]))
    began = time.perf_counter()
    done = branch.play(str(playbook))
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise BenchError(f"the play {kind} failed: {done.stdout[-2000:]}{done.stderr[-500:]}")
    return seconds
