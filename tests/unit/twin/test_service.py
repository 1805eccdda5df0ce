# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service of one machine, asked with pywinrm's envelopes: whose shells they are and when they end."""

from __future__ import annotations

import asyncio
import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import xmltodict
from winrm.protocol import Protocol

from tests.twin import soap
from tests.twin.protocol import Fault, ModuleCall
from tests.twin.service import Service

OUTPUT = "0123456789" * 40_000
UNKNOWN_SHELL = "2150858843"


class Quiet:
    name, address, boots = "PC-1", "127.0.0.1", 0

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.fault: Fault | None = None

    def authenticate(self, user: str) -> str | None:
        return None

    async def before_request(self) -> None:
        if self.fault is not None:
            raise self.fault

    async def module(self, call: ModuleCall) -> dict[str, Any]:
        raise AssertionError

    async def command(self, text: str, user: str) -> tuple[int, str, str]:
        if text == "crash":
            raise KeyError("a secret")
        if text == "wait":
            try:
                await asyncio.sleep(60)
            finally:
                self.ended.append(text)
        return 3, OUTPUT, ""


class Client:
    def __init__(self) -> None:
        self.machine = Quiet()
        self.service = Service(self.machine)
        self.shell = ""

    async def ask(self, action: str, body: dict[str, Any], resource: str = soap.COMMAND_SHELL, user: str = "u") -> str:
        header = Protocol("http://127.0.0.1/wsman", username="u", password="p").build_wsman_header(
            action, resource, shell_id=self.shell
        )
        envelope = xmltodict.unparse({"env:Envelope": header | {"env:Body": body}}).encode()
        status, answer = await self.service.answer(envelope, user)
        assert (status == 500) is (b"Fault>" in answer)
        return answer.decode()

    async def open(self) -> None:
        answer = await self.ask(soap.CREATE, {"rsp:Shell": {"rsp:InputStreams": "stdin"}})
        [self.shell] = _values(answer, "ShellId")

    async def command(self, text: str, **more: str) -> str:
        return await self.ask(soap.COMMAND, {"rsp:CommandLine": {"rsp:Command": text}}, **more)

    async def receive(self, command: str) -> str:
        return await self.ask(soap.RECEIVE, {"rsp:Receive": {"rsp:DesiredStream": {"@CommandId": command}}})


def _values(answer: str, tag: str) -> list[str]:
    return [found.text or "" for found in ET.fromstring(answer).iter() if found.tag.endswith(f"}}{tag}")]


def run(body: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
    async def with_shell() -> Any:
        client = Client()
        await client.open()
        return await body(client)

    return asyncio.run(with_shell())


def test_no_answer_is_larger_than_the_client_takes() -> None:
    async def receive_all(client: Client) -> list[str]:
        [command] = _values(await client.command("dir"), "CommandId")
        answers = [await client.receive(command)]
        while not _values(answers[-1], "ExitCode"):
            answers.append(await client.receive(command))
        return answers

    answers = run(receive_all)
    assert max(map(len, answers)) <= 153_600
    output = b"".join(base64.b64decode(piece) for answer in answers for piece in _values(answer, "Stream"))
    assert output.decode() == OUTPUT
    assert _values(answers[-1], "ExitCode") == ["3"]


def _boot(client: Client) -> None:
    client.machine.boots += 1


def _kill(client: Client) -> None:
    client.service.kill_shells()


def _other_shell(client: Client) -> None:
    client.shell = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("change", [_boot, _kill, _other_shell])
def test_a_shell_that_is_not_there(change: Callable[[Client], None]) -> None:
    async def use(client: Client) -> tuple[str, str]:
        before = await client.command("dir")
        change(client)
        return before, await client.command("dir")

    before, after = run(use)
    assert UNKNOWN_SHELL not in before
    assert f'Code="{UNKNOWN_SHELL}"' in after


def test_a_shell_is_its_users_own() -> None:
    assert f'Code="{UNKNOWN_SHELL}"' in run(lambda client: client.command("dir", user="another"))


@pytest.mark.parametrize("end", ["signal", "delete", "kill"])
def test_what_runs_ends_with_its_command_and_shell(end: str) -> None:
    async def use(client: Client) -> list[str]:
        [command] = _values(await client.command("wait"), "CommandId")
        await asyncio.sleep(0)
        if end == "signal":
            await client.ask(soap.SIGNAL, {"rsp:Signal": {"@CommandId": command, "rsp:Code": "terminate"}})
        elif end == "delete":
            await client.ask(soap.DELETE, {})
        else:
            client.service.kill_shells()
        await asyncio.sleep(0)
        # What still runs now would be ended by asyncio.run.
        return [*client.machine.ended]

    assert run(use) == ["wait"]


def test_a_mistake_of_the_twin_is_told_without_its_text() -> None:
    async def use(client: Client) -> str:
        [command] = _values(await client.command("crash"), "CommandId")
        return await client.receive(command)

    answer = run(use)
    told = b" ".join(base64.b64decode(piece) for piece in _values(answer, "Stream")).decode()
    assert "the twin itself failed: KeyError in test_service.py line" in told
    assert "secret" not in told
    assert _values(answer, "ExitCode") == ["1"]


def test_a_machines_fault_is_the_answer() -> None:
    async def use(client: Client) -> str:
        client.machine.fault = Fault(170, "InternalError", "busy")
        return await client.command("dir")

    assert 'Code="170"' in run(use)


@pytest.mark.parametrize(
    ("action", "body", "resource"),
    [
        (soap.CREATE, {"rsp:Shell": {}}, "http://schemas.microsoft.com/wbem/wsman/1/config"),
        ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", {}, soap.COMMAND_SHELL),
        (soap.COMMAND, {}, soap.COMMAND_SHELL),
        (soap.CREATE, {"rsp:Shell": {"@ShellId": "../../etc"}}, soap.COMMAND_SHELL),
        (soap.SIGNAL, {}, soap.COMMAND_SHELL),
    ],
)
def test_what_the_twin_has_not_is_a_fault(action: str, body: dict[str, Any], resource: str) -> None:
    assert "Fault>" in run(lambda client: client.ask(action, body, resource))
