# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger remembers of a package, for the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..ledger.events import Kind


def completed(machine: Mapping[str, Any], remembered: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of ``machines`` of the module ``audit``; ``remembered`` is the machine's of ``ledger_info``.

    What the entry says goes before what the ledger remembers. A text in ``applied`` is the time of one use.
    """
    times = remembered.get("times") or {}
    told: dict[str, Any] = {
        "serial_number": remembered.get("serial_number"),
        "issued": times.get(Kind.ISSUED),
        "carried": times.get(Kind.CARRIED),
        "applied": [*_uses(remembered)],
    }
    known = {key: machine.get(key) or told.get(key) for key in (*machine, *told)}
    if isinstance(known["applied"], str):
        known["applied"] = [{"time": known["applied"]}]
    return {key: value for key, value in known.items() if value}


def _uses(remembered: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Every time that a machine took the package that was issued last."""
    for event in remembered.get("events") or []:
        if event["kind"] == Kind.APPLIED and event["sha256"] in ("", remembered["package_sha256"]):
            serial_number = {"serial_number": event["serial_number"]} if event["serial_number"] else {}
            yield {"time": event["time"], **serial_number}
