# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adds that are outstanding at once, to a server that answers as it likes: its answers are ours, byte for byte."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import ldap3
import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import DirectoryConnection
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectionLost
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import Settings
from ldap3.protocol.rfc4511 import LDAPMessage
from ldap3.strategy.base import BaseStrategy
from ldap3.utils.asn1 import decoder

_EXISTS, _LONG = 68, b"an object of this name is there already, says the domain controller at some length. " * 2


@dataclass
class Server:
    """The other end of a connection: the requests that have come, in bytes, and answers to them by number."""

    client: socket.socket
    requests: list[bytes] = field(default_factory=list)
    _received: bytes = b""

    def receive(self, seconds: float = 5) -> None:
        """Take what has come and what comes within the time, up to the first pause."""
        self.client.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            while more := self.client.recv(65536):
                self._received += more
                self.client.settimeout(0.05)
        while 0 < (size := BaseStrategy.compute_ldap_message_size(self._received)) <= len(self._received):
            self.requests.append(self._received[:size])
            self._received = self._received[size:]

    def answer(self, *answers: tuple[int, int, bytes]) -> None:
        """Which request (from 0), result code and diagnostic message of each answer; all go out in one piece."""
        self.client.sendall(b"".join(_add_response(self.requests[which], *said) for which, *said in answers))


def _add_response(request: bytes, result: int, diagnostic: bytes) -> bytes:
    number = int(decoder.decode(request, asn1Spec=LDAPMessage())[0]["messageID"]).to_bytes(4, "big").lstrip(b"\0")
    code = _ber(0x0A, bytes([result])) + _ber(0x04, b"") + _ber(0x04, diagnostic)
    return _ber(0x30, _ber(0x02, number if number[0] < 0x80 else b"\0" + number) + _ber(0x69, code))


def _ber(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 0x80 else bytes([0x81, len(content)])
    return bytes([tag]) + length + content


Connect = Callable[..., tuple[DirectoryConnection, Server]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    with contextlib.ExitStack() as ending:

        def opened(auth_protocol: str = "simple") -> tuple[DirectoryConnection, Server]:
            listener = ending.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = listener.getsockname()[1]
            given: dict[str, Any] = {"server": "127.0.0.1", "port": port, "auth_protocol": auth_protocol}
            defaults = dict.fromkeys(Settings.__dataclass_fields__)
            connection = ldap3.Connection(
                ldap3.Server("127.0.0.1", port=port, get_info=ldap3.NONE),
                check_names=False,
                raise_exceptions=True,
                receive_timeout=5,
            )
            connection.open(read_server_info=False)
            ending.callback(connection.strategy.close)
            client, _address = listener.accept()
            ending.enter_context(client)
            return DirectoryConnection(Settings(**(defaults | given)), connection), Server(client)

        yield opened


def start(directory: DirectoryConnection, count: int) -> list[Callable[[], None]]:
    return [directory.start_add(f"CN=PC-{number}", "computer", {"cn": f"PC-{number}"}) for number in range(count)]


def test_all_are_sent_before_the_first_is_answered(connect: Connect) -> None:
    directory, server = connect()
    start(directory, 10)
    server.receive()
    assert [b"PC-%d" % number in request for number, request in enumerate(server.requests)] == [True] * 10


def test_answers_in_another_order_and_in_one_piece(connect: Connect) -> None:
    """An error is that of its own operation. Windows answers as it gets done."""
    directory, server = connect()
    answers = start(directory, 4)
    server.receive()
    server.answer((3, 0, b""), (1, _EXISTS, _LONG), (2, 0, b""), (0, 0, b""))
    answers[0]()
    with pytest.raises(ldap3_exceptions.LDAPEntryAlreadyExistsResult) as raised:
        answers[1]()
    assert raised.value.message == _LONG.decode()
    answers[2]()
    answers[3]()


def test_what_is_outstanding_when_the_connection_breaks_is_lost(connect: Connect) -> None:
    directory, server = connect()
    answers = start(directory, 3)
    server.receive()
    server.answer((0, 0, b""))
    server.client.close()
    answers[0]()
    for answer in answers[1:]:
        with pytest.raises(ConnectionLost):
            answer()
    with pytest.raises(ConnectionLost):
        start(directory, 1)


def test_a_sealed_connection_has_one_at_a_time(connect: Connect) -> None:
    """Each is sent when its answer is waited for."""
    directory, server = connect("kerberos")
    answers = start(directory, 2)
    server.receive(0.05)
    assert server.requests == []
    with ThreadPoolExecutor(1) as waiting:
        for number, answer in enumerate(answers):
            answered = waiting.submit(answer)
            server.receive()
            assert len(server.requests) == number + 1
            server.answer((number, 0, b""))
            answered.result()
