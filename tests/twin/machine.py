# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine of the twin: what the wire asks it, its starts, and what becomes active at a start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, Protocol

from . import commands, faults, hands
from .faults import Faults
from .hands.domain import refresh_policy
from .member import Behind, TwinMember
from .protocol import BUSY, Drop, Fault, ModuleCall
from .state import State, to_filetime

_COMPLETED, _FAILED = 4098, 4099
_PERSONAL_SKU = 2698
# Core, and Core for one country or one language.
_HOME_EDITIONS = (98, 99, 100, 101)
_MEMBER_SERVER, _MEMBER_WORKSTATION, _SERVER = 3, 1, 3
_SECRET = "********"


class Power(Protocol):
    """What opens and closes a machine's ports (``tests.twin.server.Server``)."""

    def up(self, machine: Any) -> Awaitable[None]: ...

    def down(self, machine: Any) -> Awaitable[None]: ...


class TwinMachine:
    """A Windows machine as ``tests.twin.protocol.Machine`` wants it.

    ``member`` is the domain member that it is, ``pending`` the one that it becomes at its next start. ``calls``
    has what arrived: name, check mode, parameters without secrets, SHA-256 of the module's source.
    """

    def __init__(self, name: str, address: str, state: State, behind: Behind) -> None:
        self.name, self.address = name, address
        self.state, self.behind = state, behind
        self.faults = Faults()
        self.boots = 1
        self.up = True
        self.member: TwinMember | None = None
        self.pending: TwinMember | None = None
        self.calls: list[dict[str, Any]] = []
        self._booted = time.time()
        self._power: Power | None = None
        self._shutdown: asyncio.Task[None] | None = None
        self._one_module = asyncio.Lock()

    def connect(self, power: Power) -> None:
        """From here on a restart closes and opens the ports."""
        self._power = power

    @property
    def last_boot(self) -> int:
        """FILETIME of the last start: the uptime counted back from the clock, so it moves when the clock is set."""
        return to_filetime(self._booted + self.state.clock_offset)

    def authenticate(self, user: str) -> str | None:
        if self.faults.take(faults.REFUSE):
            return None
        name = user.rpartition("\\")[2].partition("@")[0].casefold()
        return next((password for one, password in self.state.users.items() if one.casefold() == name), None)

    async def before_request(self) -> None:
        if self.faults.take(faults.BUSY):
            raise Fault(BUSY, "InternalError", "The requested resource is in use.")

    async def module(self, call: ModuleCall) -> dict[str, Any]:
        self._note(call)
        if self.faults.take(faults.DROP, call.name, faults.BEFORE):
            raise Drop
        late = self.faults.take(faults.LATE, call.name)
        try:
            async with self._one_module:
                result = await hands.run(self, call)
        except hands.PowerLoss:
            # A task of its own, because this one ends with the shells of the machine.
            self._shutdown = asyncio.create_task(self._restart(0))
            raise Drop from None
        if late is not None:
            await asyncio.sleep(late.seconds)
        if self.faults.take(faults.DROP, call.name, faults.AFTER):
            raise Drop
        return result

    async def command(self, text: str, user: str) -> tuple[int, str, str]:
        self.calls.append({"kind": "command", "name": text, "user": user, "boot": self.boots})
        return commands.run(self, text)

    async def join(self, package: bytes) -> int:
        """Somebody on site applies a binary package and restarts the machine: Win32 status of the first."""
        applied = await asyncio.to_thread(self.behind.apply, package)
        if applied.member is not None:
            self.pending = applied.member
            await self._restart(0)
        return applied.status

    def restart(self) -> bool:
        """Restart soon, as ``shutdown /r`` does; False when that is under way already."""
        if self._shutdown is not None and not self._shutdown.done():
            return False
        self._shutdown = asyncio.create_task(self._restart(self.state.shutdown_seconds))
        return True

    def abort_shutdown(self) -> bool:
        """Stop a restart whose time has not come; False when there is none."""
        if self._shutdown is None or self._shutdown.done() or not self.up:
            return False
        return self._shutdown.cancel()

    async def switch_off(self) -> None:
        """Cut the power; a restart that is under way ends there."""
        if self._shutdown is not None:
            self._shutdown.cancel()
        await self._go_down()

    async def switch_on(self) -> None:
        """Start a machine that is off."""
        if not self.up:
            await self._boot()

    def shown(self) -> dict[str, Any]:
        """All of it as JSON, without a secret."""
        joined = None if self.member is None else {"machine_name": self.member.name, "domain": self.member.domain}
        pending = None if self.pending is None else {"machine_name": self.pending.name, "domain": self.pending.domain}
        about = {"address": self.address, "up": self.up, "boots": self.boots, "last_boot": self.last_boot}
        return {**self.state.shown(), **about, "member": joined, "pending": pending, "faults": self.faults.shown()}

    def _note(self, call: ModuleCall) -> None:
        parameters = {
            name: _SECRET if name in call.secret_options and value is not None else value
            for name, value in call.parameters.items()
        }
        self.calls.append(
            {
                "kind": "module",
                "name": call.name,
                "check_mode": call.check_mode,
                "no_log": call.no_log,
                "parameters": parameters,
                "source_sha256": call.source_sha256,
                "user": call.user,
                "boot": self.boots,
            }
        )

    async def _restart(self, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._go_down()
        if self.faults.take(faults.RESTART_NEVER):
            return
        late = self.faults.take(faults.RESTART_LATE)
        await asyncio.sleep(self.state.boot_seconds + (late.seconds if late else 0))
        await self._boot()

    async def _go_down(self) -> None:
        self.up = False
        if self._power is not None:
            await self._power.down(self)

    async def _boot(self) -> None:
        self.boots += 1
        self._booted = time.time()
        reasons = ("component_servicing", "windows_update", "file_renames", "policy_refresh")
        self.state.update(dict.fromkeys(reasons, False))
        self.state.active_name = self.state.pending_name
        self._complete_join()
        try:
            if self.member is not None and self.state.network:
                await asyncio.to_thread(refresh_policy, self)
        finally:
            self.up = True
            if self._power is not None:
                await self._power.up(self)

    def _complete_join(self) -> None:
        """What Windows does with an offline join while it starts; the name is set even when the join fails."""
        if self.pending is None:
            return
        state, joining, self.pending = self.state, self.pending, None
        status = self._status_at_boot()
        state.active_name = state.pending_name = joining.name
        event = {"id": _COMPLETED if status is None else _FAILED, "time": state.now(), "status": status}
        state.events.insert(0, event)
        if status is not None:
            return
        self.member = joining
        state.part_of_domain, state.domain = True, joining.domain
        state.domain_role = _MEMBER_SERVER if state.product_type == _SERVER else _MEMBER_WORKSTATION
        state.w32time = state.w32time | {"running": True, "type": "NT5DS"}

    def _status_at_boot(self) -> int | None:
        fault = self.faults.take(faults.JOIN_AT_BOOT)
        if fault is not None:
            return fault.status
        return _PERSONAL_SKU if self.state.sku in _HOME_EDITIONS else None
