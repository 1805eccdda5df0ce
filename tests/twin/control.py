# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a farm: its machines, their WinRM server, and a Unix socket by which tests look and steer.

A question is one line of JSON, ``{"op": ..., "name": ..., "settings": {...}}``; the answer is one too, with
``answer`` or ``error``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import Lab
from tests.lab.view import View

from .addresses import Addresses, make_certificates
from .machine import TwinMachine
from .member import Behind
from .protocol import Certificate
from .server import Server
from .state import WrongSetting, fresh

# Samba's programs are short, and two cores run no more of them at once.
_THREADS = 4
_LONGEST_LINE = 32 * 1024 * 1024


@dataclass(frozen=True)
class Plan:
    """What a farm is to be: ``lab`` is the lab's directory, or None where no domain is to be found."""

    names: list[str]
    password: str
    lab: str | None
    state: dict[str, Any]


class Control:
    """The machines of one farm in ``directory``."""

    def __init__(self, directory: Path, plan: Plan) -> None:
        self._directory = directory
        self._domain = bool(plan.lab)
        view = Lab(plan.lab).view if plan.lab else View(directory / "view")
        self._addresses = Addresses()
        self._machines = {
            name: TwinMachine(name, address, fresh(name, plan.password), Behind(directory / "machines" / name, view))
            for name, address in zip(plan.names, self._addresses.take(len(plan.names)), strict=True)
        }
        for machine in self._machines.values():
            self._set(machine, plan.state)
        self._certificates = make_certificates(self._machines.values(), directory / "tls")
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Serve until somebody says stop."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        server = Server(list(self._machines.values()), lambda machine: self._certificates[machine.name])
        for machine in self._machines.values():
            machine.connect(server)
        await server.start()
        socket = self._directory / "control"
        listener = await asyncio.start_unix_server(self._talk, socket, limit=_LONGEST_LINE)
        async with listener:
            await self._ended.wait()
        await server.stop()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            async for line in reader:
                writer.write(json.dumps(await self._answer(json.loads(line))).encode() + b"\n")
                await writer.drain()

    async def _answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {"answer": await self._do(question)}
        except WrongSetting as error:
            return {"error": str(error)}
        except Exception as error:
            return {"error": f"the twin itself failed: {type(error).__name__}: {error}"}

    async def _do(self, question: Mapping[str, Any]) -> Any:
        op = question["op"]
        if op == "status":
            return {name: self._summary(machine) for name, machine in self._machines.items()}
        if op == "stop":
            return self._ended.set()
        machine = self._machines.get(question["name"])
        if machine is None:
            raise WrongSetting(f"this farm has no machine {question['name']}")
        if op == "set":
            return self._set(machine, question["settings"])
        if op == "join":
            return await machine.join(base64.b64decode(question["package"]))
        if op == "verdict":
            return await asyncio.to_thread(_verdict, machine)
        return await _ON_MACHINE[op](machine)

    def _set(self, machine: TwinMachine, settings: Mapping[str, Any]) -> None:
        wanted = dict(settings)
        if wanted.get("network") and not self._domain:
            raise WrongSetting("this farm was started without a lab, so there is no network to be had")
        waiting = wanted.pop("faults", None)
        machine.state.update(wanted)
        if waiting is not None:
            machine.faults.replace(waiting)

    def _summary(self, machine: TwinMachine) -> dict[str, Any]:
        certificate: Certificate = self._certificates[machine.name]
        return {
            "address": machine.address,
            "certificate": str(certificate.certificate),
            "up": machine.up,
            "computer_name": machine.state.active_name,
            "domain": machine.state.domain,
            "pending": machine.pending is not None,
        }


def _verdict(machine: TwinMachine) -> dict[str, Any] | None:
    """The domain's own opinion of the member, whatever the machine's network and clock are set to."""
    member = machine.member
    if member is None:
        return None
    return {"machine_name": member.name, "domain": member.domain, "status": member.channel_status()}


async def _state(machine: TwinMachine) -> dict[str, Any]:
    return machine.shown()


async def _calls(machine: TwinMachine) -> list[dict[str, Any]]:
    return machine.calls


async def _restart(machine: TwinMachine) -> bool:
    return machine.restart()


_ON_MACHINE = {
    "state": _state,
    "calls": _calls,
    "restart": _restart,
    "switch_off": TwinMachine.switch_off,
    "switch_on": TwinMachine.switch_on,
}


def serve(directory: Path) -> None:
    """Be the farm that ``directory/plan.json`` describes."""
    plan = Plan(**json.loads((directory / "plan.json").read_text()))

    async def run() -> None:
        await Control(directory, plan).run()

    asyncio.run(run())
