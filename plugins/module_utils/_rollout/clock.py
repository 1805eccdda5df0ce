# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a machine's clock is off, and when that matters. Times on the wire are FILETIMEs (MS-DTYP 2.3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KERBEROS_TOLERANCE = 300.0  # seconds; the domain's default for "Maximum tolerance for computer clock synchronization"
POLICY_REMEDY = 'set the type in its "Configure Windows NTP Client" to NT5DS, or leave it so where it is meant'
TICKS = 10_000_000  # FILETIME units in a second
_FROM_DOMAIN = ("NT5DS", "AllSync")  # W32Time\Parameters!Type: the domain alone, or it and the peers
_UNIX_EPOCH = 116_444_736_000_000_000  # 1970 as a FILETIME


def unix_time(filetime: int) -> float:
    """Seconds since 1970."""
    return (filetime - _UNIX_EPOCH) / TICKS


@dataclass(frozen=True)
class Reading:
    """One look at a machine's clock: its FILETIME, and our own clock (seconds since 1970) before and after the look."""

    utc: int
    before: float
    after: float

    @property
    def uncertainty(self) -> float:
        """Seconds that the offset may be wrong by: the machine read its clock somewhere between the two of ours."""
        return (self.after - self.before) / 2

    @property
    def offset(self) -> float:
        """Seconds that the machine is ahead of us, the round trip compensated."""
        return unix_time(self.utc) - (self.before + self.after) / 2

    def beyond(self, tolerance: float) -> bool:
        """Whether the clock is off by more than ``tolerance`` seconds for certain, whatever the round trip hides."""
        return abs(self.offset) - self.uncertainty > tolerance


def in_words(offset: float) -> str:
    """``3 min 20 s ahead``, for people."""
    seconds = round(abs(offset))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (left, "s"))
    said = [f"{number} {unit}" for number, unit in units if number][:2]
    return f"{' '.join(said) or '0 s'} {'ahead' if offset >= 0 else 'behind'}"


def other_source(w32time: Mapping[str, Any]) -> str | None:
    """What the time service, as ``win_machine_info`` tells it, follows; None where that is the domain."""
    if w32time["type"] in _FROM_DOMAIN:
        return None
    peers = f" ({w32time['peers']})" if w32time["peers"] else ""
    said = f"{w32time['type'] or 'nothing'}{peers}, not the domain"
    return f"a policy lets W32Time follow {said}" if w32time["type_from_policy"] else f"W32Time follows {said}"


@dataclass(frozen=True)
class Change:
    """What ``win_clock`` is to do. ``shift`` is in FILETIME units, to be added to the clock."""

    shift: int = 0
    time_zone: str | None = None
    domain_source: bool = False

    def arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"shift": self.shift} if self.shift else {}
        if self.time_zone:
            arguments["time_zone"] = self.time_zone
        if self.domain_source:
            arguments |= {"source": "domain", "resync": True}
        return arguments


def change(
    machine: Mapping[str, Any],
    offset: float,
    tolerance: float,
    time_zone: str | None,
    *,
    from_domain: bool,
    uncertainty: float = 0.0,
) -> Change | None:
    """What is to be set on a machine whose clock is ``offset`` seconds ahead; None where it may stay as it is.

    Nothing is set that may be right within the ``uncertainty``, in seconds.

    ``machine`` is the subset clock of ``win_machine_info``. Only a member can follow its domain (``from_domain``), and
    one whose policy says what to follow is left to that.
    """
    service = machine["w32time"]
    wanted = Change(
        shift=round(-offset * TICKS) if abs(offset) - uncertainty > tolerance else 0,
        time_zone=time_zone if time_zone and time_zone != machine["time_zone"] else None,
        domain_source=from_domain and other_source(service) is not None and not service["type_from_policy"],
    )
    return None if wanted == Change() else wanted
