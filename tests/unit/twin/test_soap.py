# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes: a client's own are understood, and answers say what clients look for."""

from __future__ import annotations

import asyncio
import base64
import uuid
import xml.etree.ElementTree as ET

import pytest
import xmltodict
from winrm.protocol import Protocol

from tests.twin import soap
from tests.twin.protocol import OPERATION_TIMED_OUT, QUOTA_MAX_OPERATIONS, Drop, Fault
from tests.twin.shells import Outbox
from tests.twin.soap import Output

FAULT = "{http://schemas.microsoft.com/wbem/wsman/1/wsmanfault}WSManFault"
WMI_CODE = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError}error_Code"
MESSAGE = uuid.UUID("11111111-2222-3333-4444-555555555555")


def asked(**changes: str) -> bytes:
    """An envelope as pywinrm writes it."""
    client = Protocol("http://127.0.0.1:5985/wsman", username="u", password="p", operation_timeout_sec=7)
    header = client.build_wsman_header(soap.RECEIVE, soap.COMMAND_SHELL, shell_id="abc", message_id=MESSAGE)
    stream = {"@CommandId": "def", "#text": "stdout stderr"}
    header["env:Body"] = {"rsp:Receive": {"rsp:DesiredStream": stream}}
    header["env:Header"].update(changes)
    return xmltodict.unparse({"env:Envelope": header}).encode()


def test_request() -> None:
    request = soap.parse(asked())
    assert (request.action, request.resource) == (soap.RECEIVE, soap.COMMAND_SHELL)
    assert (request.shell_id, request.timeout, request.max_envelope) == ("ABC", 7, 153600)
    assert request.require("rsp:Receive/rsp:DesiredStream").get("CommandId") == "def"


def test_an_answer_relates_to_its_request() -> None:
    answer = ET.fromstring(soap.answer(soap.parse(asked()), ""))
    relates_to = answer.find("*/{http://schemas.xmlsoap.org/ws/2004/08/addressing}RelatesTo")
    assert relates_to is not None
    assert relates_to.text == f"uuid:{MESSAGE}"


@pytest.mark.parametrize("envelope", [b"", b"<a/>", b"<a", b"\0"])
def test_what_is_no_envelope_is_a_fault(envelope: bytes) -> None:
    with pytest.raises(Fault) as error:
        soap.parse(envelope)
    assert error.value.subcode == "SchemaValidationError"


def test_what_is_missing_is_a_fault_that_names_it() -> None:
    with pytest.raises(Fault, match="no rsp:Signal"):
        soap.parse(asked()).require("rsp:Signal")


def test_faults_have_their_code_where_clients_look() -> None:
    request = soap.parse(asked())
    usual = ET.fromstring(soap.fault(request, Fault(OPERATION_TIMED_OUT, "TimedOut", "a < b")))
    assert [found.get("Code") for found in usual.iter(FAULT)] == ["2150858793"]
    assert "a < b" in "".join(usual.itertext())
    by_wmi = ET.fromstring(soap.fault(request, Fault(QUOTA_MAX_OPERATIONS, "InternalError", "quota")))
    assert [found.text for found in by_wmi.iter(WMI_CODE)] == ["2150859174"]
    assert not list(by_wmi.iter(FAULT))


@pytest.mark.parametrize("exit_code", [None, 0, 3])
def test_only_a_finished_command_is_done(exit_code: int | None) -> None:
    answer = soap.received(soap.parse(asked()), "DEF", [Output("stderr", b"oops")], exit_code)
    tree = ET.fromstring(answer)
    [stderr] = [found for found in tree.iter() if found.get("Name") == "stderr" and found.text]
    assert base64.b64decode(stderr.text or "") == b"oops"
    states = [found.get("State", "").rpartition("/")[2] for found in tree.iter() if "State" in found.attrib]
    assert states == ["Running" if exit_code is None else "Done"]
    codes = [found.text for found in tree.iter() if found.tag.endswith("ExitCode")]
    assert codes == ([] if exit_code is None else [str(exit_code)])


class TestOutbox:
    def test_output_comes_in_pieces_and_the_exit_code_with_the_last(self) -> None:
        async def receive() -> list[tuple[bytes, int | None]]:
            outbox = Outbox()
            outbox.put("stdout", b"abcdef")
            outbox.put("stderr", b"gh")
            outbox.finish(4)
            taken = [await outbox.take(1, 5) for _turn in range(2)]
            return [(b"|".join(data for _stream, data in output), code) for output, code in taken]

        assert asyncio.run(receive()) == [(b"abcde", None), (b"f|gh", 4)]

    def test_fragments_are_not_cut(self) -> None:
        async def receive() -> list[bytes]:
            outbox = Outbox(whole=True)
            outbox.put("stdout", b"abcdef")
            outbox.put("stdout", b"gh")
            return [data for _stream, data in (await outbox.take(1, 5)).output]

        assert asyncio.run(receive()) == [b"abcdef"]

    def test_waiting_too_long_is_a_fault(self) -> None:
        with pytest.raises(Fault) as error:
            asyncio.run(Outbox().take(0.01, 5))
        assert error.value.code == OPERATION_TIMED_OUT

    def test_a_drop_reaches_who_waits(self) -> None:
        async def receive() -> None:
            outbox = Outbox()
            asyncio.get_running_loop().call_later(0.01, outbox.drop)
            await outbox.take(5, 5)

        with pytest.raises(Drop):
            asyncio.run(receive())
