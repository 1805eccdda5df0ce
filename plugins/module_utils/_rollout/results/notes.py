# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a machine stands at the end of a run: its note, or that nothing is left to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .machine import Results


def note(results: Results, recorded: Mapping[str, Any]) -> dict[str, Any]:
    """``recorded`` is the result of ``ledger_entry``, empty without a ledger.

    What is not in the ledger is not done: the next run records it. Why a machine failed goes before that.
    """
    unrecorded = _unrecorded(recorded, results.name)
    if unrecorded and results.note.get("state") != "failed":
        return {"stage": "record", "state": "failed", "headline": unrecorded}
    return {**results.note} or {"state": "done"}


def _unrecorded(recorded: Mapping[str, Any], name: str) -> str:
    if "machines" not in recorded:
        return str(recorded.get("msg") or "")
    return str((recorded["machines"].get(name) or {}).get("error") or "")
