# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger remembers of a machine's package: an offline join leaves no trace in the directory.

An entry is that of the machine in ``ledger_info``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ledger.events import Kind
from ..ledger.state import State

Entry = Mapping[str, Any]

# The furthest first.
_USED = (Kind.ACCEPTED, Kind.PROMOTED, Kind.RETIRED, Kind.VERIFIED, Kind.APPLIED)
_OVER = (State.NOT_ISSUED, State.REVOKED, State.EXPIRED)


def underway(entry: Entry, *, carried: bool = True) -> str | None:
    """Why its package may be applied; empty where that is known not to be so, None where no package is known.

    Without ``carried``, a package that only left for its site does not count.
    """
    if entry["state"] == State.NOT_ISSUED:
        return None
    if entry["state"] in _OVER:
        return ""
    if furthest := _furthest(entry, (*_USED, Kind.DELIVERED, *([Kind.CARRIED] if carried else []))):
        return f"it was {furthest} on {entry['times'][furthest][:10]} by the ledger and may wait for its network"
    if entry["state"] == State.CONFLICT:
        return f"the ledger has a conflict: {'; '.join(entry['problems'])}"
    return ""


def applied(entry: Entry) -> bool:
    """Whether its package did its work; where events contradict each other, nobody knows whose it did."""
    return entry["state"] not in (*_OVER, State.CONFLICT) and _furthest(entry, _USED) is not None


def holds_its_name(entry: Entry) -> bool:
    """Whether nobody else may have the machine's name: that of a package which was revoked or expired is free."""
    return entry["state"] not in _OVER


def _furthest(entry: Entry, kinds: tuple[Kind, ...]) -> Kind | None:
    return next((kind for kind in kinds if kind in entry["times"]), None)
