# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that are outstanding at once, so that a domain controller never waits for its client.

Requests and responses of several operations may be exchanged in any order (RFC 4511, section 3). Samba answers one
after the other, Windows as it gets done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


class Outstanding:
    """Keeps each answer until it is waited for; ldap3's synchronous strategy takes one that comes earlier for a fault.

    A ``sealed`` connection has one operation at a time: ldap3 2.10 loses what arrives together with an answer there.
    """

    def __init__(self, connection: Any, *, sealed: bool) -> None:
        strategy = connection.strategy
        self._send, self._receive, self._get_response = strategy.send, strategy.receiving, strategy.get_response
        strategy.receiving, strategy.get_response = self._receive_mine, self._wait
        self._sealed = sealed
        self._mine = 0
        self._early: list[bytes] = []

    def start(self, kind: str, request: Any, controls: Any = None) -> Callable[[], Any]:
        """Send a request of this ``kind`` (its name in RFC 4511); what is returned waits for its answer."""
        if self._sealed:
            return lambda: self._wait(self._send(kind, request, controls))
        return partial(self._wait, self._send(kind, request, controls))

    def _wait(self, number: int, *arguments: Any, **options: Any) -> Any:
        """What ldap3's ``get_response`` returns and raises."""
        self._mine = number
        return self._get_response(number, *arguments, **options)

    def _receive_mine(self) -> list[bytes]:
        """The messages of the operation that is waited for, or to all; none when the domain controller hung up."""
        while not (mine := [message for message in self._early if _number(message) in (self._mine, 0)]):
            received = self._receive()
            if not received:
                return []
            self._early += received
        self._early = [message for message in self._early if _number(message) not in (self._mine, 0)]
        return mine


def _number(message: bytes) -> int:
    """The messageID of an LDAPMessage: the integer after its tag and length (RFC 4511, 4.1.1 and 5.1)."""
    start = 2 + (message[1] & 0x7F if message[1] & 0x80 else 0)
    return int.from_bytes(message[start + 2 : start + 2 + message[start + 1]], "big")
