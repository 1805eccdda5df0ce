# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Management service of one machine: its shells, and each request taken to the shell that it names."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from . import soap
from .protocol import UNEXPECTED_SELECTORS, Fault, Machine
from .psrp import PowerShellShell
from .shells import CommandShell, Shell
from .soap import Request

# winerror.h
_ERROR_NOT_SUPPORTED = 50
# what a reply needs besides base64 output
_ENVELOPE_OVERHEAD = 4096


@dataclass(frozen=True)
class _Opened:
    shell: Shell
    boot: int
    user: str


class Service:
    """The shells of one machine live here, each within one boot."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._shells: dict[str, _Opened] = {}

    def kill_shells(self) -> None:
        """End every shell, as a shutdown does."""
        opened, self._shells = self._shells, {}
        for one in opened.values():
            one.shell.close()

    async def answer(self, envelope: bytes, user: str) -> tuple[int, bytes]:
        """HTTP status and envelope that answer one request. Raises Drop."""
        request = None
        try:
            request = soap.parse(envelope)
            await self._machine.before_request()
            return 200, await self._answer(request, user)
        except Fault as error:
            return 500, soap.fault(request, error)

    async def _answer(self, request: Request, user: str) -> bytes:
        if request.action == soap.CREATE:
            return self._create(request, user)
        shell = self._find(request, user)
        if request.action == soap.COMMAND:
            return self._command(request, shell)
        if request.action == soap.SEND:
            for stream in request.all("rsp:Send/rsp:Stream"):
                shell.write(_command_id(stream), _decoded(stream), end=(stream.get("End") or "").lower() == "true")
            return soap.answer(request, "<rsp:SendResponse/>")
        if request.action == soap.RECEIVE:
            return await self._receive(request, shell)
        if request.action == soap.SIGNAL:
            shell.stop(_command_id(request.require("rsp:Signal")) or "")
            return soap.answer(request, "<rsp:SignalResponse/>")
        if request.action == soap.DELETE:
            self._shells.pop(request.shell_id).shell.close()
            return soap.answer(request, "")
        raise Fault(_ERROR_NOT_SUPPORTED, "UnsupportedFeature", f"The twin has no action {request.action}.")

    def _create(self, request: Request, user: str) -> bytes:
        element = request.require("rsp:Shell")
        shell_id = _identifier(element.get("ShellId"))
        shell: Shell
        if request.resource == soap.COMMAND_SHELL:
            shell = CommandShell(self._machine, user)
        elif request.resource == soap.POWERSHELL:
            shell = PowerShellShell(self._machine, user, _decoded(request.require("rsp:Shell/ps:creationXml")))
        else:
            raise Fault(_ERROR_NOT_SUPPORTED, "InvalidResourceURI", f"The twin has no resource {request.resource}.")
        self._shells[shell_id] = _Opened(shell, self._machine.boots, user)
        return soap.shell_created(request, shell_id, user)

    def _find(self, request: Request, user: str) -> Shell:
        opened = self._shells.get(request.shell_id)
        if opened is None or opened.boot != self._machine.boots or opened.user != user:
            text = f"The request for the Windows Remote Shell with ShellId {request.shell_id} failed: there is none."
            raise Fault(UNEXPECTED_SELECTORS, "InvalidSelectors", text)
        return opened.shell

    def _command(self, request: Request, shell: Shell) -> bytes:
        line = request.require("rsp:CommandLine")
        command_id = _identifier(line.get("CommandId"))
        command = request.require("rsp:CommandLine/rsp:Command").text or ""
        shell.run(command_id, command, [part.text or "" for part in request.all("rsp:CommandLine/rsp:Arguments")])
        return soap.command_started(request, command_id)

    async def _receive(self, request: Request, shell: Shell) -> bytes:
        command_id = _command_id(request.require("rsp:Receive/rsp:DesiredStream"))
        room = (request.max_envelope - _ENVELOPE_OVERHEAD) * 3 // 4
        output, exit_code = await shell.outbox(command_id).take(request.timeout, room)
        return soap.received(request, command_id, output, exit_code)


def _command_id(element: ET.Element) -> str | None:
    given = element.get("CommandId")
    return given.upper() if given else None


def _identifier(given: str | None) -> str:
    """A client may name its shells and commands itself (PSRP does), with a UUID."""
    if given is None:
        return str(uuid.uuid4()).upper()
    if not re.fullmatch(r"[0-9A-Fa-f-]{36}", given):
        raise soap.invalid("An identifier is no UUID.")
    return given.upper()


def _decoded(element: ET.Element) -> bytes:
    try:
        return base64.b64decode(element.text or "")
    except binascii.Error:
        raise soap.invalid(f"{element.tag} is not base64.") from None
