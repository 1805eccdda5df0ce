# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wire and a machine of the twin know of each other.

A machine is handed to ``tests.twin.server.Server`` and never sees HTTP, SOAP or a shell. Everything runs in the
server's event loop; nothing here may block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

PLAIN_PORT = 5985
TLS_PORT = 5986


class Drop(Exception):
    """The connection breaks here: it is aborted without an answer."""


class Fault(Exception):
    """A WS-Management fault as the answer to one request (MS-WSMV 2.2.4.43, codes of wsmerror.h and winerror.h)."""

    def __init__(self, code: int, subcode: str, text: str) -> None:
        super().__init__(text)
        self.code, self.subcode, self.text = code, subcode, text


# The fault codes that Ansible's connection plugins treat in a way of their own.
BUSY = 170
OPERATION_TIMED_OUT = 0x80338029
UNEXPECTED_SELECTORS = 0x8033805B
QUOTA_MAX_OPERATIONS = 0x803381A6


class ModuleFailed(Exception):
    """The module fails as with ``FailJson``: ``result`` are its other result keys."""

    def __init__(self, msg: str, **result: Any) -> None:
        super().__init__(msg)
        self.msg, self.result = msg, result


@dataclass(frozen=True)
class ModuleCall:
    """One call of a PowerShell module.

    ``name`` is fully qualified. ``parameters`` were checked against the ``$spec`` of the script that arrived: aliases
    resolved, types converted, defaults filled, every other option ``None``; those of a module without Ansible.Basic
    are as sent. ``no_log`` says that nothing of this call may be logged (the task's no_log or the module's own), and
    ``secret_options`` names the options whose values are secret. ``source_sha256`` is that of the script, hexadecimal.
    """

    name: str
    parameters: dict[str, Any] = field(repr=False)
    check_mode: bool
    user: str
    source_sha256: str
    no_log: bool
    secret_options: frozenset[str] = frozenset()


class Machine(Protocol):
    """One Windows machine, as the wire sees it."""

    @property
    def name(self) -> str:
        """How errors call it."""

    @property
    def address(self) -> str:
        """A loopback address; WinRM is at ports 5985 (Negotiate with encryption) and 5986 (TLS; Basic, Negotiate)."""

    @property
    def boots(self) -> int:
        """Raised with each start; a shell belongs to one boot and is unknown after it."""

    def authenticate(self, user: str) -> str | None:
        """The password of this user, or None to refuse.

        ``user`` is as sent: ``name``, ``DOMAIN\\name``, ``.\\name`` or ``name@dom``.
        """

    async def before_request(self) -> None:
        """Runs before each authenticated WS-Management request; may sleep, or raise Drop or Fault."""

    async def module(self, call: ModuleCall) -> dict[str, Any]:
        """The result of a module, without ``invocation``; may raise ModuleFailed or Drop."""

    async def command(self, text: str, user: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a script text; may raise Drop."""


class Certificate(NamedTuple):
    """A machine's server certificate and its key, two PEM files."""

    certificate: Path
    key: Path


CertificateOf = Callable[[Machine], Certificate]
