# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What joining a Windows machine costs a control node, beside the smallest thing that Ansible does on one."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.bench.workplace import BenchError, Workplace
from tests.twin.farm import TwinFarm

_FORKS = 20
_INVALID_PARAMETER = 87
_PACKAGE = {"name": "{{ inventory_hostname }}", "package": "{{ offline_join_dest }}/{{ inventory_hostname }}.djoin"}
_TASKS: dict[str, list[dict[str, Any]]] = {
    "nothing": [{"ansible.builtin.meta": "noop"}],
    "win_ping": [{"ansible.windows.win_ping": {}}],
    # Its name still is the one that its setup made up, so a look is all that it gets.
    "look": [{"adops.offline_join.join": _PACKAGE | {"rename": "refuse"}}],
    "join": [{"adops.offline_join.join": _PACKAGE | {"rename": "follow_package"}}],
}
_REFUSED = ("look", "join")


def join(place: Workplace, machines: int) -> dict[str, Any]:
    """Seconds of a play of each kind over this many twins, and what join takes as parts of win_ping: all of it, and as
    far as it goes on a machine that needs no package.

    The start of Ansible is taken out of both. Each machine is looked at and gets its package, and then says no (status
    87): what Samba needs behind a twin to apply it is no cost of the control node, and many times larger.
    """
    names = place.fresh(machines)
    place.issue(names)
    with TwinFarm(place.lab) as farm:
        farm.start(names)
        branch = place.branch(names)
        branch.twins(farm)
        branch.extra_environment["ANSIBLE_FORKS"] = str(_FORKS)
        for name in names:
            farm.set(name, faults=[{"kind": "status", "status": _INVALID_PARAMETER}])
        seconds = {kind: _play(branch, kind, expected=2 if kind in _REFUSED else 0) for kind in _TASKS}
        given = sum(bool(farm.calls(name, "win_join_package")) for name in names)
    if given != machines:
        raise BenchError(f"only {given} of {machines} machines got their packages")
    return {
        "machines": machines,
        "seconds": seconds,
        "of_win_ping": {
            kind: (seconds[kind] - seconds["nothing"]) / (seconds["win_ping"] - seconds["nothing"]) for kind in _REFUSED
        },
    }


def _play(branch: Any, kind: str, expected: int) -> float:
    playbook = branch.directory / f"{kind}.json"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": _TASKS[kind]}]))
    began = time.perf_counter()
    done = branch.play(str(playbook))
    seconds = time.perf_counter() - began
    if done.returncode != expected:
        raise BenchError(f"the play {kind} failed: {done.stdout[-2000:]}{done.stderr[-500:]}")
    return seconds
