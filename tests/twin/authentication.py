# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is at the other end of a connection: Basic, or Negotiate with NTLM by pyspnego.

pyspnego's acceptor takes its accounts from the file that the environment variable ``NTLM_USER_FILE`` names, one for
the process. Here each machine has accounts of its own: the file is made anew for every step, in memory and only with
the account that the client names in its AUTHENTICATE message (MS-NLMP 2.2.1.3), and is gone after it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import logging
import os
import struct
import threading
from collections.abc import Callable, Iterator

import spnego
from spnego._ntlm_raw.crypto import ntowfv1

PasswordOf = Callable[[str], str | None]
_AUTHENTICATE = b"NTLMSSP\0" + struct.pack("<I", 3)
_UNICODE = 1
# It logs whole tokens.
logging.getLogger("spnego").setLevel(logging.WARNING)
# One file name for the whole process, and servers may run in several threads.
_ACCOUNTS = threading.Lock()


class Refused(Exception):
    """The credentials are not accepted, or make no sense."""


def basic_user(token: str, password_of: PasswordOf) -> str:
    """The user of a Basic token. Raises Refused."""
    try:
        user, colon, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused from None
    expected = password_of(user)
    if not colon or expected is None or not hmac.compare_digest(password.encode(), expected.encode()):
        raise Refused
    return user


class Negotiation:
    """One connection's way to a security context; ``user`` is set once it is there."""

    def __init__(self, password_of: PasswordOf) -> None:
        self.user: str | None = None
        self.context: spnego.ContextProxy | None = None
        self._password_of = password_of

    def step(self, token: str) -> str:
        """The answer to one token, maybe empty, both base64. Raises Refused."""
        try:
            message = base64.b64decode(token, validate=True)
            user = named_user(message)
            password = None if user is None else self._password_of(user)
            with _account(user, password):
                if self.context is None or self.context.complete:
                    self.context = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
                answer = self.context.step(message)
        except (binascii.Error, struct.error, UnicodeDecodeError, ValueError, spnego.exceptions.SpnegoError):
            self.context = None
            raise Refused from None
        if self.context.complete:
            self.user = user
        return base64.b64encode(answer or b"").decode()


def named_user(message: bytes) -> str | None:
    """``user`` or ``DOMAIN\\user`` of the AUTHENTICATE message in a token; None if there is no such message."""
    start = message.find(_AUTHENTICATE)
    if start < 0:
        return None
    message = message[start:]
    (flags,) = struct.unpack_from("<I", message, 60)
    encoding = "utf-16-le" if flags & _UNICODE else "ascii"
    domain, user = (_field(message, offset).decode(encoding) for offset in (28, 36))
    return f"{domain}\\{user}" if domain else user


def _field(message: bytes, offset: int) -> bytes:
    length, _room, start = struct.unpack_from("<HHI", message, offset)
    return message[start : start + length]


@contextlib.contextmanager
def _account(user: str | None, password: str | None) -> Iterator[None]:
    """The account file of pyspnego with this account, as a line of smbpasswd; an unknown user is not in it."""
    line = ""
    if user is not None and password is not None and ":" not in user:
        line = f"{user}:0:{'0' * 32}:{ntowfv1(password).hex()}:[U]:LCT-0\n"
    descriptor = os.memfd_create("accounts")
    with _ACCOUNTS, open(descriptor, "w", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        before = os.environ.get("NTLM_USER_FILE")
        os.environ["NTLM_USER_FILE"] = f"/proc/self/fd/{descriptor}"
        try:
            yield
        finally:
            del os.environ["NTLM_USER_FILE"]
            if before is not None:
                os.environ["NTLM_USER_FILE"] = before
