# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerShell shell of WinRM: a runspace pool and its pipelines (MS-PSRP 3.2), spoken by psrpcore."""

from __future__ import annotations

import base64
import functools
import logging
import re
import uuid
from typing import Any

import psrpcore
from psrpcore.types import HostMethodIdentifier, NETException

from . import execution
from .protocol import UNEXPECTED_SELECTORS, Fault, Machine
from .shells import Outbox, Process

# It logs whole messages, with the secrets in them.
logging.getLogger("psrpcore").setLevel(logging.WARNING)
# Fits into the smallest envelope that clients ask for, also as base64.
_FRAGMENT = 100_000
# The psrp plugin's own addition to a raw command.
_RAW_ENDING = "\nexit $LASTEXITCODE"


class PowerShellShell:
    """A runspace pool for one user; each of its commands is a pipeline."""

    def __init__(self, machine: Machine, user: str, creation: bytes) -> None:
        self._machine, self._user = machine, user
        self._pool = psrpcore.ServerRunspacePool()
        self._outbox = Outbox(whole=True)
        self._processes: dict[str, Process] = {}
        self._pipelines: dict[str, psrpcore.ServerPipeline] = {}
        self.write(None, creation, end=False)

    def run(self, command_id: str, command: str, arguments: list[str]) -> None:
        # A pipeline arrives as fragments in the arguments; the command itself is empty.
        self._processes[command_id] = Process(Outbox(whole=True))
        self._pipelines[command_id] = psrpcore.ServerPipeline(self._pool, uuid.UUID(command_id))
        self.write(command_id, base64.b64decode("".join(arguments)), end=False)

    def write(self, command_id: str | None, data: bytes, *, end: bool) -> None:
        self.outbox(command_id)
        pipeline_id = uuid.UUID(command_id) if command_id else None
        self._pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, pipeline_id))
        while (event := self._pool.next_event()) is not None:
            self._handle(event)
        self._flush()

    def _handle(self, event: psrpcore.PSRPEvent[Any, Any]) -> None:
        if isinstance(event, psrpcore.CreatePipelineEvent):
            command_id, process = self._process_of(event)
            script = "\n".join(command.command_text for command in event.pipeline.commands)
            if event.pipeline.no_input:
                process.input_ended.set()
            process.start(functools.partial(self._execute, command_id, process, script.removesuffix(_RAW_ENDING)))
        elif isinstance(event, psrpcore.PipelineInputEvent):
            _command_id, process = self._process_of(event)
            process.input += str(event.data).encode() + b"\n"
        elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
            self._process_of(event)[1].input_ended.set()

    def _process_of(self, event: psrpcore.PSRPEvent[Any, Any]) -> tuple[str, Process]:
        command_id = str(event.pipeline_id).upper()
        return command_id, self._processes[command_id]

    async def _execute(self, command_id: str, process: Process, script: str) -> None:
        pipeline = self._pipelines[command_id]
        pipeline.start()
        await process.input_ended.wait()
        code, stdout, stderr = await execution.run(self._machine, self._user, script, bytes(process.input))
        process.input.clear()
        for line in re.split("\r?\n", stdout.decode().rstrip("\r\n")):
            pipeline.write_output(line)
        if stderr:
            pipeline.write_error(NETException(Message=stderr.decode()), fully_qualified_error_id="Twin")
        if code:
            pipeline.host_call(HostMethodIdentifier.SetShouldExit, [code])
        pipeline.complete()
        self._flush()
        process.outbox.finish(code)

    def _flush(self) -> None:
        while (message := self._pool.data_to_send(_FRAGMENT)) is not None:
            command_id = str(message.pipeline_id).upper() if message.pipeline_id else None
            if command_id is None or command_id in self._processes:
                self.outbox(command_id).put("stdout", message.data)

    def outbox(self, command_id: str | None) -> Outbox:
        if command_id is None:
            return self._outbox
        if command_id not in self._processes:
            raise Fault(UNEXPECTED_SELECTORS, "InvalidSelectors", f"The shell has no pipeline {command_id}.")
        return self._processes[command_id].outbox

    def stop(self, command_id: str) -> None:
        process = self._processes.pop(command_id, None)
        if process is not None:
            process.kill()
            pipeline = self._pipelines.pop(command_id)
            self._pool.pipeline_table.pop(pipeline.pipeline_id, None)

    def close(self) -> None:
        for command_id in [*self._processes]:
            self.stop(command_id)
