# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cmd shell of WinRM: commands, their input and their output (MS-WSMV 3.1.4.11 to 3.1.4.14)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, Protocol

from . import execution
from .payload import is_bootstrap
from .protocol import OPERATION_TIMED_OUT, UNEXPECTED_SELECTORS, Drop, Fault, Machine
from .soap import Output


class Shell(Protocol):
    """What the service asks of a shell, of either kind."""

    def run(self, command_id: str, command: str, arguments: list[str]) -> None:
        """Start a command."""

    def write(self, command_id: str | None, data: bytes, *, end: bool) -> None:
        """Give a command input."""

    def outbox(self, command_id: str | None) -> Outbox:
        """Where a command's output waits."""

    def stop(self, command_id: str) -> None:
        """End a command; one that is not there has ended."""

    def close(self) -> None:
        """End all."""


class Received(NamedTuple):
    """What one Receive gets; the exit code comes with the last of the output."""

    output: list[Output]
    exit_code: int | None


class Outbox:
    """Output that waits for a Receive. ``whole``: pieces must not be cut, as with PSRP fragments."""

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole
        self._output: list[Output] = []
        self._exit_code: int | None = None
        self._dropped = False
        self._news = asyncio.Event()

    def put(self, stream: str, data: bytes) -> None:
        """Add output."""
        if data:
            self._output.append(Output(stream, data))
            self._news.set()

    def finish(self, exit_code: int) -> None:
        """No more output follows."""
        self._exit_code = exit_code
        self._news.set()

    def drop(self) -> None:
        """Whoever receives from now on loses the connection."""
        self._dropped = True
        self._news.set()

    async def take(self, seconds: float, room: int) -> Received:
        """Wait for output and take at most ``room`` bytes. Raises Fault when it takes too long, and Drop."""
        while not (self._output or self._dropped or self._exit_code is not None):
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                raise Fault(OPERATION_TIMED_OUT, "TimedOut", "The operation timed out.") from None
        if self._dropped:
            raise Drop
        taken: list[Output] = []
        while self._output and room > 0:
            stream, data = self._output.pop(0)
            if len(data) > room and not self._whole:
                self._output.insert(0, Output(stream, data[room:]))
                data = data[:room]
            taken.append(Output(stream, data))
            room -= len(data)
        return Received(taken, None if self._output else self._exit_code)


class Process:
    """A command with its input so far, its output and the task that runs it."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.input = bytearray()
        self.input_ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``body``; a connection that breaks in it breaks for whoever receives."""
        self._task = asyncio.create_task(self._guard(body))

    async def _guard(self, body: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await body()
        except Drop:
            self.outbox.drop()

    def kill(self) -> None:
        """End it, unless it is what asks for that: a command may take its own machine down."""
        if self._task is not None and self._task is not _current_task():
            self._task.cancel()


def _current_task() -> asyncio.Task[Any] | None:
    with contextlib.suppress(RuntimeError):
        return asyncio.current_task()
    return None


class CommandShell:
    """A shell of cmd.exe for one user."""

    def __init__(self, machine: Machine, user: str) -> None:
        self._machine, self._user = machine, user
        self._processes: dict[str, Process] = {}

    def run(self, command_id: str, command: str, arguments: list[str]) -> None:
        process = self._processes[command_id] = Process(Outbox())
        script = execution.script_of(" ".join([command, *arguments]))
        process.start(lambda: self._execute(process, script))

    async def _execute(self, process: Process, script: str) -> None:
        if is_bootstrap(script):
            await process.input_ended.wait()
        code, stdout, stderr = await execution.run(self._machine, self._user, script, bytes(process.input))
        process.input.clear()
        process.outbox.put("stdout", stdout)
        process.outbox.put("stderr", stderr)
        process.outbox.finish(code)

    def write(self, command_id: str | None, data: bytes, *, end: bool) -> None:
        process = self._find(command_id)
        process.input += data
        if end:
            process.input_ended.set()

    def outbox(self, command_id: str | None) -> Outbox:
        return self._find(command_id).outbox

    def _find(self, command_id: str | None) -> Process:
        if command_id not in self._processes:
            raise Fault(UNEXPECTED_SELECTORS, "InvalidSelectors", f"The shell has no command {command_id}.")
        return self._processes[command_id]

    def stop(self, command_id: str) -> None:
        process = self._processes.pop(command_id, None)
        if process is not None:
            process.kill()

    def close(self) -> None:
        for command_id in [*self._processes]:
            self.stop(command_id)
