# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRM's message encryption: one envelope, sealed by the connection's security context (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import struct

import spnego

_BOUNDARY = b"--Encrypted Boundary"
_PROTOCOL = b"application/HTTP-SPNEGO-session-encrypted"
_CONTENT = b"\tContent-Type: application/octet-stream\r\n"
_LENGTH = struct.Struct("<I")

CONTENT_TYPE = f'multipart/encrypted;protocol="{_PROTOCOL.decode()}";boundary="Encrypted Boundary"'
PLAIN_CONTENT_TYPE = "application/soap+xml;charset=UTF-8"


class NotEncrypted(Exception):
    """The message is not sealed by this connection's context."""


def is_encrypted(content_type: str) -> bool:
    """Whether a Content-Type announces a sealed message."""
    return content_type.lower().startswith("multipart/encrypted")


def open_message(context: spnego.ContextProxy, message: bytes) -> bytes:
    """The envelope in a sealed message. Raises NotEncrypted."""
    _head, found, sealed = message.partition(_CONTENT)
    end = sealed.rfind(_BOUNDARY + b"--")
    if not found or end < _LENGTH.size:
        raise NotEncrypted
    sealed = sealed[:end]
    (size,) = _LENGTH.unpack_from(sealed)
    signature, data = sealed[_LENGTH.size : _LENGTH.size + size], sealed[_LENGTH.size + size :]
    try:
        return context.unwrap_winrm(signature, data)
    except spnego.exceptions.SpnegoError:
        raise NotEncrypted from None


def seal_message(context: spnego.ContextProxy, envelope: bytes) -> bytes:
    """The sealed message for an envelope."""
    sealed = context.wrap_winrm(envelope)
    length = len(envelope) + sealed.padding_length
    return b"".join(
        (
            _BOUNDARY + b"\r\n\tContent-Type: " + _PROTOCOL + b"\r\n",
            b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % length,
            _BOUNDARY + b"\r\n" + _CONTENT,
            _LENGTH.pack(len(sealed.header)) + sealed.header + sealed.data,
            _BOUNDARY + b"--\r\n",
        )
    )
