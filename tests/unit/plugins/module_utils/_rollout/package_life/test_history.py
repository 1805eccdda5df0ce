# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger remembers of a machine that is audited, and what goes before that."""

from __future__ import annotations

from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.history import completed

MACHINE = {"name": "BER-PC-001"}
ISSUED, CARRIED, APPLIED = (f"2026-11-{day}T08:00:00.000000+00:00" for day in (18, 19, 20))


def event(kind: str, sha256: str, serial_number: str = "") -> dict[str, Any]:
    return {"kind": kind, "time": APPLIED, "sha256": sha256, "serial_number": serial_number}


REMEMBERED = {
    "package_sha256": "a1",
    "serial_number": "5CG1",
    "times": {"issued": ISSUED, "carried": CARRIED, "applied": APPLIED},
    "events": [
        event("issued", "a1", "5CG1"),
        event("applied", "b2", "OLD"),
        event("applied", "a1", "5CG1"),
        event("applied", ""),
        event("verified", "a1"),
    ],
}


def test_the_uses_of_the_package_that_was_issued_last() -> None:
    assert completed(MACHINE, REMEMBERED) == {
        "name": "BER-PC-001",
        "serial_number": "5CG1",
        "issued": ISSUED,
        "carried": CARRIED,
        "applied": [{"time": APPLIED, "serial_number": "5CG1"}, {"time": APPLIED}],
    }


def test_what_is_known_otherwise_goes_first() -> None:
    known = {"name": "BER-PC-001", "serial_number": "X", "carried": ISSUED, "applied": [{"time": ISSUED}]}
    assert completed(known, REMEMBERED) == {**known, "issued": ISSUED}
    assert completed({**MACHINE, "serial_number": "", "applied": []}, REMEMBERED) == completed(MACHINE, REMEMBERED)


def test_a_machine_that_the_ledger_does_not_know() -> None:
    nothing = {"package_sha256": "", "serial_number": "", "times": {}, "events": []}
    assert completed(MACHINE, nothing) == completed(MACHINE, {}) == MACHINE


def test_a_text_is_the_time_of_a_use() -> None:
    """Also one that says what cannot be resolved: the module tells its machine, and answers all others."""
    assert completed({**MACHINE, "applied": ISSUED}, REMEMBERED)["applied"] == [{"time": ISSUED}]
