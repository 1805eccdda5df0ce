# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines' WinRM ports, opened and closed as machines start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from .http import Connection
from .protocol import PLAIN_PORT, TLS_PORT, Certificate, CertificateOf, Machine
from .service import Service

_BACKLOG = 256
_LONGEST_LINE = 1 << 16


class CannotListen(Exception):
    """A port of a machine cannot be opened."""


@dataclass
class _Ports:
    """What a machine has open. Empty listeners: the machine is down."""

    service: Service
    listeners: list[asyncio.Server] = field(default_factory=list)
    connections: set[Connection] = field(default_factory=set)


class Server:
    """WinRM of many machines in one event loop. ``certificate`` gives each its own."""

    def __init__(self, machines: Sequence[Machine], certificate: CertificateOf) -> None:
        self._machines = list(machines)
        self._certificate = certificate
        self._contexts: dict[Certificate, ssl.SSLContext] = {}
        self._ports = {machine.address: _Ports(Service(machine)) for machine in self._machines}
        if len(self._ports) != len(self._machines):
            raise ValueError("Two machines have one address; give each an address of its own.")

    async def start(self) -> None:
        """Open the ports of all machines. Raises CannotListen, and leaves none open then."""
        try:
            for machine in self._machines:
                await self.up(machine)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close everything."""
        for machine in self._machines:
            await self.down(machine)

    async def up(self, machine: Machine) -> None:
        """Open a machine's ports; nothing happens where they are open."""
        ports = self._ports[machine.address]
        if ports.listeners:
            return

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(machine, reader, writer)

        for port, context in ((PLAIN_PORT, None), (TLS_PORT, self._context(machine))):
            try:
                listener = await asyncio.start_server(
                    serve, machine.address, port, ssl=context, backlog=_BACKLOG, limit=_LONGEST_LINE
                )
            except OSError as error:
                raise CannotListen(
                    f"{machine.name}: cannot listen at {machine.address} port {port}: {error.strerror}."
                    " End what listens there, or give the machine another loopback address."
                ) from error
            ports.listeners.append(listener)

    async def down(self, machine: Machine) -> None:
        """Close a machine's ports, break its connections, end its shells: no client gets an answer any more."""
        ports = self._ports[machine.address]
        loop = asyncio.get_running_loop()
        for listener in ports.listeners:
            for socket in listener.sockets:
                loop.remove_reader(socket.fileno())
        # Whoever was let in just now gets a transport: a closed listener would forget him, and he would wait.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        listeners, ports.listeners = ports.listeners, []
        for listener in listeners:
            listener.close()
        ports.service.kill_shells()
        for connection in [*ports.connections]:
            connection.abort()
        # Let the event loop close the sockets, so that the ports are free when this returns.
        await asyncio.sleep(0)

    async def _serve(self, machine: Machine, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ports = self._ports[machine.address]
        connection = Connection(machine, ports.service, reader, writer)
        if not ports.listeners:
            # It outlived the machine on its way in.
            connection.abort()
            return
        ports.connections.add(connection)
        try:
            # Only abort() cancels, and asyncio's streams up to Python 3.12 stumble over a cancelled task.
            with contextlib.suppress(asyncio.CancelledError):
                await connection.serve()
        finally:
            ports.connections.discard(connection)

    def _context(self, machine: Machine) -> ssl.SSLContext:
        certificate = self._certificate(machine)
        if certificate not in self._contexts:
            context = self._contexts[certificate] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key)
        return self._contexts[certificate]
