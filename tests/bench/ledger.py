# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger by itself, in a SQLite file: events recorded, chains verified and states derived."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Entry, Kind, now
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.ledger.samples import verified

from tests.bench.workplace import BenchError

# The road of every machine, a call for each step, as the playbooks record it.
_ROAD = (
    *(Kind.PLANNED, Kind.ISSUED, Kind.SEALED, Kind.CARRIED, Kind.APPLIED),
    *(Kind.VERIFIED, Kind.RETIRED, Kind.PROMOTED, Kind.ACCEPTED),
)


def speed(machines: int, directory: Path) -> dict[str, Any]:
    """``directory`` is on the disk that is measured: every call waits for it.

    Rates are events a second; of the calls the slowest counts, since the ledger grows from each to the next. A call
    again records nothing and has to find that out.
    """
    with tempfile.TemporaryDirectory(dir=directory.resolve()) as place:
        ledger = Ledger.open(str(Path(place) / "ledger.db"), create=True)
        rates = [machines / _recorded(ledger, machines, kind, expected=machines) for kind in _ROAD]
        again = machines / _recorded(ledger, machines, _ROAD[-1], expected=0)
        began = time.perf_counter()
        verification = verified(ledger)
        verifying = time.perf_counter() - began
        if not verification.valid or verification.events != machines * len(_ROAD):
            raise BenchError("the ledger does not hold what was recorded")
        began = time.perf_counter()
        states = ledger.states()
        deriving = time.perf_counter() - began
        if {state.state for state in states.values()} != {"accepted"}:
            raise BenchError("the ledger does not tell how far the machines came")
        return {
            "machines": machines,
            "events": verification.events,
            "append_rate": min(rates),
            "append_rates": rates,
            "again_rate": again,
            "verify_seconds": verifying,
            "states_seconds": deriving,
            "mib": sum(file.stat().st_size for file in Path(place).iterdir()) / 2**20,
        }


def _recorded(ledger: Ledger, machines: int, kind: Kind, *, expected: int) -> float:
    """Seconds for one call."""
    sha256 = "" if kind is Kind.PLANNED else "8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a"
    began = time.perf_counter()
    at = now()
    entries = [
        Entry(
            kind=kind,
            machine=f"BER-PC-{number:05}",
            time=at,
            who="issue@corp.example",
            why="rollout of november",
            branch="berlin",
            inventory_tag=f"INV-{number}",
            serial_number=f"5CG{number:07}",
            organizational_unit="OU=Berlin,OU=Staging,DC=corp,DC=example",
            sha256=sha256,
        )
        for number in range(machines)
    ]
    appended = ledger.append(entries, writer="bench")
    seconds = time.perf_counter() - began
    if sum(link is not None for link in appended.links) != expected:
        raise BenchError("the ledger did not record what it should")
    return seconds
