# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the acceptance report shows of a machine: what this run said, and what the ledger remembers of earlier ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .machine import INVENTORY, Results

_REMEMBERED = ("branch", "serial_number", "inventory_tag", "organizational_unit")
_ACCEPTED = "accepted"
_POLICY, _ESCROW = "policy", "bitlocker"  # checks of the verification


def line(results: Results, remembered: Mapping[str, Any], *, promote: bool) -> dict[str, Any]:
    """One machine for ``acceptance_report``; ``remembered`` is its entry of ``ledger_info``, empty without a ledger.

    A note is about now and goes before what was once reached; an attempt that a later run made good leaves no trace.
    """
    note, inventory = results.note, results.inventory
    reached = results.accepted(promote=promote) or remembered.get("state") == _ACCEPTED
    state = note.get("state") or (_ACCEPTED if reached else "done")
    found = {key: remembered.get(key) for key in _REMEMBERED} | {
        key: inventory[key] for key in INVENTORY if inventory.get(key)
    }
    sha256 = remembered.get("package_sha256") or results.issued.get("package_sha256")
    shown = {
        "state": _ACCEPTED if state == "done" and reached else state,
        "stage": note.get("stage"),
        "headline": note.get("headline"),
        **found,
        "checks": list(results.checks),
        "events": remembered.get("events") or [],
        "package": {**(remembered.get("times") or {}), **({"sha256": sha256} if sha256 else {})},
        "policy": _evidence(results, _POLICY),
        "escrow": _evidence(results, _ESCROW),
        "restarts": results.promoted.get("restarts"),
    }
    return {key: value for key, value in shown.items() if value not in (None, "", [], {})}


def _evidence(results: Results, check: str) -> str | None:
    return next((str(one["evidence"]) for one in results.checks if one["id"] == check and one["evidence"]), None)
