# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripted misfortune: what a machine of the twin shall do wrong, how often and at which call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from .state import WrongSetting

DROP = "drop"
LATE = "late"
BUSY = "busy"
REFUSE = "refuse"
POWER_LOSS = "power_loss"
STATUS = "status"
HOLLOW = "hollow"
JOIN_AT_BOOT = "join_at_boot"
RESTART_LATE = "restart_late"
RESTART_NEVER = "restart_never"

KINDS = (DROP, LATE, BUSY, REFUSE, POWER_LOSS, STATUS, HOLLOW, JOIN_AT_BOOT, RESTART_LATE, RESTART_NEVER)
BEFORE, AFTER = "before", "after"


@dataclass
class Fault:
    """One misfortune; it happens ``times`` times (None: always), after ``skip`` occasions that go well.

    ==============  =====================================================================================
    drop            the connection breaks in a module, ``when`` before or after its effect
    late            a module answers ``seconds`` late
    busy            a request is answered with the WS-Management fault 170; Windows does that to a Send, which is
                    the third request of a task: so ``skip`` is 2 unless given
    refuse          credentials are refused
    power_loss      while win_join_package runs, ``when`` before or after the effect of the API: the
                    connection breaks and the machine starts again
    status          win_join_package's API returns ``status``; without effect, unless that is a success
    hollow          win_join_package's API says that all went well, and does nothing
    join_at_boot    the pending join fails at the next start with ``status`` (event 4099)
    restart_late    the next start takes ``seconds`` longer
    restart_never   the machine goes down and stays down
    ==============  =====================================================================================

    ``module`` limits drop and late to one module, by its full or its short name.
    """

    kind: str
    module: str | None = None
    when: str = BEFORE
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 0


class Faults:
    """The misfortunes that wait for a machine."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def replace(self, wanted: Iterable[Mapping[str, Any]]) -> None:
        """Forget all and take these. Raises WrongSetting."""
        self._waiting = [_fault(one) for one in wanted]

    def take(self, kind: str, module: str = "", when: str | None = None) -> Fault | None:
        """The misfortune of this kind that happens on this occasion, or None."""
        for fault in self._waiting:
            if fault.kind == kind and _concerns(fault, module, when):
                return self._use(fault)
        return None

    def shown(self) -> list[dict[str, Any]]:
        """What still waits."""
        return [asdict(one) for one in self._waiting]

    def _use(self, fault: Fault) -> Fault | None:
        if fault.skip > 0:
            fault.skip -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
        return fault


def _concerns(fault: Fault, module: str, when: str | None) -> bool:
    named = fault.module is None or module == fault.module or module.rpartition(".")[2] == fault.module
    return named and (when is None or fault.when == when)


def _fault(wanted: Mapping[str, Any]) -> Fault:
    unknown = set(wanted) - {one.name for one in fields(Fault)}
    if unknown or wanted.get("kind") not in KINDS:
        raise WrongSetting(f"a fault has a kind ({', '.join(KINDS)}) and no {', '.join(sorted(unknown)) or 'other'}")
    if wanted.get("when", BEFORE) not in (BEFORE, AFTER):
        raise WrongSetting("a fault happens when: before or after")
    return Fault(**{"skip": 2 if wanted["kind"] == BUSY else 0, **wanted})
