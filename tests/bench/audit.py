# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module ``audit`` over machines whose packages are issued and not used."""

from __future__ import annotations

import time
from typing import Any

from tests.bench.workplace import BenchError, Workplace

_RUNS = 2


def speed(place: Workplace, machines: int) -> dict[str, Any]:
    """Machines a second, start of Python and login included; of two runs the better, since disturbance only slows."""
    names = place.issued[:machines]
    return {"machines": len(names), "rate": max(len(names) / _audited(place, names) for _number in range(_RUNS))}


def _audited(place: Workplace, names: list[str]) -> float:
    """Seconds for one call."""
    branch = place.branch(names)
    began = time.perf_counter()
    answer = branch.module("audit", {"machines": [{"name": name} for name in names], "dest": str(place.dest)})
    seconds = time.perf_counter() - began
    if answer.get("failed") or answer["numbers"] != {"unused": len(names)}:
        raise BenchError(f"the audit does not tell what was issued: {answer.get('msg') or answer['numbers']}")
    return seconds
