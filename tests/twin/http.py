# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP/1.1 connection to a machine's WinRM port: who it is, and its requests one after the other."""

from __future__ import annotations

import asyncio
import http
import logging
import socket
import ssl
import struct
from dataclasses import dataclass, field

from . import encryption
from .authentication import Negotiation, Refused, basic_user
from .protocol import Drop, Machine
from .service import Service

_LOG = logging.getLogger(__name__)
# http.sys and MaxEnvelopeSizekb (500) allow less; the encryption adds a little.
_LONGEST_BODY = 1 << 20
_MOST_HEADERS = 100
_NO_LINGERING = struct.pack("ii", 1, 0)


@dataclass
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass
class _Answer:
    status: int
    body: bytes = field(default=b"", repr=False)
    headers: list[tuple[str, str]] = field(default_factory=list)


class _Bad(Exception):
    """The client does not speak HTTP as this server does; the status says how."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connection:
    """NTLM authenticates a connection, Basic each of its requests; Basic is offered over TLS only."""

    def __init__(
        self, machine: Machine, service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._machine, self._service = machine, service
        self._reader, self._writer = reader, writer
        self._tls = writer.get_extra_info("ssl_object") is not None
        self._negotiation = Negotiation(machine.authenticate)
        self._task = asyncio.current_task()

    def abort(self) -> None:
        """Reset the TCP connection, now, and give up what it was about to answer."""
        self._reset()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    def _reset(self) -> None:
        # Without lingering the client gets a reset; else it would look like an orderly end.
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
        self._writer.transport.abort()

    async def serve(self) -> None:
        """Answer until the client leaves, or the connection is to break."""
        try:
            while (request := await self._read()) is not None:
                answer = await self._answer(request)
                await self._write(answer)
                if request.headers.get("connection", "").lower() == "close":
                    break
        except _Bad as error:
            await self._write(_Answer(error.status))
        except Drop:
            self._reset()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            _LOG.debug("%s: a client left", self._machine.name)
        except Exception:
            _LOG.exception("%s: the twin itself failed", self._machine.name)
            self._reset()
        finally:
            self._writer.close()

    async def _read(self) -> _Request | None:
        line = await self._line()
        if not line:
            return None
        method, _space, rest = line.partition(" ")
        path, _space, version = rest.partition(" ")
        if version != "HTTP/1.1":
            raise _Bad(400)
        headers: dict[str, str] = {}
        while header := await self._line():
            name, _colon, value = header.partition(":")
            headers[name.lower()] = value.strip()
            if len(headers) > _MOST_HEADERS:
                raise _Bad(400)
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            raise _Bad(411)
        if int(length) > _LONGEST_BODY:
            raise _Bad(413)
        return _Request(method, path, headers, await self._reader.readexactly(int(length)))

    async def _line(self) -> str:
        try:
            return (await self._reader.readline()).decode("latin-1").rstrip("\r\n")
        except ValueError:
            raise _Bad(400) from None

    async def _write(self, answer: _Answer) -> None:
        headers = [("Server", "Microsoft-HTTPAPI/2.0"), ("Content-Length", str(len(answer.body))), *answer.headers]
        lines = [f"HTTP/1.1 {answer.status} {http.HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self._writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)
        await self._writer.drain()

    async def _answer(self, request: _Request) -> _Answer:
        if request.path.partition("?")[0].rstrip("/") != "/wsman":
            return _Answer(404)
        if request.method != "POST":
            return _Answer(405)
        try:
            user, headers = self._authenticate(request.headers.get("authorization", ""))
        except Refused:
            return self._challenge()
        if user is None:
            return _Answer(401, headers=headers)
        if not request.body:
            # How clients set up a context before they have something to seal.
            return _Answer(200, headers=headers)
        answer = await self._answer_message(request, user)
        answer.headers += headers
        return answer

    def _challenge(self) -> _Answer:
        schemes = ["Negotiate", 'Basic realm="WSMAN"'] if self._tls else ["Negotiate"]
        return _Answer(401, headers=[("WWW-Authenticate", scheme) for scheme in schemes])

    def _authenticate(self, authorization: str) -> tuple[str | None, list[tuple[str, str]]]:
        """The user, None while NTLM still goes on, and the headers that belong into the answer. Raises Refused."""
        scheme, _space, token = authorization.partition(" ")
        if scheme.lower() == "basic" and self._tls:
            return basic_user(token, self._machine.authenticate), []
        if scheme.lower() == "negotiate":
            answer = self._negotiation.step(token)
            return self._negotiation.user, [("WWW-Authenticate", f"{scheme} {answer}")] if answer else []
        if not scheme and self._negotiation.user is not None:
            return self._negotiation.user, []
        raise Refused

    async def _answer_message(self, request: _Request, user: str) -> _Answer:
        context = self._negotiation.context
        if not encryption.is_encrypted(request.headers.get("content-type", "")):
            if not self._tls:
                # AllowUnencrypted is false, as on every Windows out of the box.
                return _Answer(500)
            status, envelope = await self._service.answer(request.body, user)
            return _Answer(status, envelope, [("Content-Type", encryption.PLAIN_CONTENT_TYPE)])
        if context is None:
            return _Answer(400)
        try:
            message = encryption.open_message(context, request.body)
        except encryption.NotEncrypted:
            return _Answer(400)
        status, envelope = await self._service.answer(message, user)
        return _Answer(status, encryption.seal_message(context, envelope), [("Content-Type", encryption.CONTENT_TYPE)])
