# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a machine's clock is off, when that matters, and where it may be set. Times on the wire are FILETIMEs
(MS-DTYP 2.3.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .joining.right_machine import wrong_domain, wrong_machine, wrong_name
from .login import without_rights

KERBEROS_TOLERANCE = 300.0  # seconds; the domain's default for "Maximum tolerance for computer clock synchronization"
POLICY_REMEDY = 'set the type in its "Configure Windows NTP Client" to NT5DS, or leave it so where it is meant'
TICKS = 10_000_000  # FILETIME units in a second
_DOMAIN = "NT5DS"
_FROM_DOMAIN = (_DOMAIN, "AllSync")  # W32Time\Parameters!Type: the domain alone, or it and the peers
_FROM_PEERS = ("NTP", "AllSync")
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
    said = f"{source(w32time)}, not the domain"
    return f"a policy lets W32Time follow {said}" if w32time["type_from_policy"] else f"W32Time follows {said}"


def source(w32time: Mapping[str, Any]) -> str:
    """``NTP (time.windows.com,0x9)``: its type and, where they count, the peers."""
    peers = f" ({w32time['peers']})" if w32time["peers"] and w32time["type"] in _FROM_PEERS else ""
    return f"{w32time['type'] or 'nothing'}{peers}"


def refusal(machine: Mapping[str, Any], name: str, serial_number: str | None, domain: str | None) -> str | None:
    """Why nothing may be set on a machine, as ``win_machine_info`` tells it; ``domain`` where that is the source.

    Before the join it may have any name: the join itself may rename it.
    """
    if said := wrong_machine(machine, serial_number, harm="whose clock is its domain's"):
        return said
    if domain is None:
        return None if is_member(machine) else without_rights(machine)
    if not is_member(machine):
        return f"the machine is no member of {domain}, so it cannot follow its clock; join it first"
    return wrong_domain(machine, domain) or wrong_name(machine, name) or without_rights(machine)


def is_strange_member(machine: Mapping[str, Any], name: str) -> bool:
    """Whether it is in a domain under another name, so perhaps somebody else's: the join says so."""
    return is_member(machine) and wrong_name(machine, name) is not None


def is_member(machine: Mapping[str, Any]) -> bool:
    return bool(machine["membership"]["part_of_domain"])


@dataclass(frozen=True)
class Change:
    """What ``win_clock`` is to do, if anything. ``shift`` is in FILETIME units, to be added to the clock."""

    shift: int = 0
    time_zone: str | None = None
    domain_source: bool = False

    def __bool__(self) -> bool:
        return self != Change()

    def before_and_after(self, machine: Mapping[str, Any], offset: float) -> tuple[str, str]:
        """For a diff; the machine's clock is ``offset`` seconds ahead."""
        time_zone, before = machine["clock"]["time_zone"], source(machine["clock"]["w32time"])
        after = _DOMAIN if self.domain_source else before
        return (
            _told(offset, time_zone, before),
            _told(0.0 if self.shift else offset, self.time_zone or time_zone, after),
        )

    def arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"shift": self.shift} if self.shift else {}
        if self.time_zone:
            arguments["time_zone"] = self.time_zone
        if self.domain_source:
            arguments |= {"source": "domain", "resync": True}
        return arguments


def _told(offset: float, time_zone: str, source: str) -> str:
    return f"clock: {in_words(offset)}\ntime_zone: {time_zone}\nsource: {source}\n"


def change(
    machine: Mapping[str, Any],
    offset: float,
    tolerance: float,
    time_zone: str | None,
    *,
    from_domain: bool,
    uncertainty: float = 0.0,
) -> Change:
    """What is to be set on a machine whose clock is ``offset`` seconds ahead; false where it may stay as it is.

    Nothing is set that may be right within the ``uncertainty``, in seconds.

    Only a member can follow its domain (``from_domain``), and one whose policy says what to follow is left to that. By
    another clock a member is set only where Kerberos keeps it from its domain's.
    """
    if is_member(machine) and not from_domain:
        tolerance, time_zone = max(tolerance, KERBEROS_TOLERANCE), None
    service = machine["clock"]["w32time"]
    return Change(
        shift=round(-offset * TICKS) if abs(offset) - uncertainty > tolerance else 0,
        time_zone=time_zone if time_zone and time_zone != machine["clock"]["time_zone"] else None,
        domain_source=from_domain and other_source(service) is not None and not service["type_from_policy"],
    )
