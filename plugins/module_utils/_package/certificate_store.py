# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A serialized certificate store, as Windows keeps certificates in one piece (``CERT_STORE_SAVE_AS_STORE``, ``.sst``).

    version 0 (u32), "CERT" | records: id, encoding, length (u32 each), content | 12 zero bytes

The record of an element may have property records before it. They are left out in writing, because Windows computes
those that matter, and skipped in reading. The sources are MS-OSHARED 2.3.2.5 and crypt32's serialize.c of Wine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from .errors import DecodeError

_NAME = "serialized store"
_HEADER = struct.pack("<I4s", 0, b"CERT")
_RECORD = struct.Struct("<III")
_X509 = 1  # X509_ASN_ENCODING
_END = 0


class Kind(IntEnum):
    """What the record of an element has for an id (wincrypt.h, ``CERT_CERT_PROP_ID`` and the like)."""

    CERTIFICATE = 32
    REVOCATION_LIST = 33
    TRUST_LIST = 34


@dataclass(frozen=True)
class Element:
    """``content`` is DER."""

    kind: Kind
    content: bytes = field(repr=False)


def write(elements: Iterable[Element]) -> bytes:
    records = [_RECORD.pack(element.kind, _X509, len(element.content)) + element.content for element in elements]
    return b"".join([_HEADER, *records, _RECORD.pack(_END, 0, 0)])


def read(store: bytes) -> tuple[Element, ...]:
    """
    :raises DecodeError: with the offset of what cannot be
    """
    if not store.startswith(_HEADER):
        raise DecodeError(_NAME, 0, "does not begin with version 0 and CERT")
    elements: list[Element] = []
    position = len(_HEADER)
    while True:
        if len(store) - position < _RECORD.size:
            raise DecodeError(_NAME, position, "ends without its end record")
        number, _encoding, length = _RECORD.unpack_from(store, position)
        content = position + _RECORD.size
        if length > len(store) - content:
            raise DecodeError(_NAME, position, f"has a record of {length} bytes, but {len(store) - content} follow")
        if number == _END:
            if content != len(store):
                raise DecodeError(_NAME, content, "goes on behind its end record")
            return tuple(elements)
        if number in iter(Kind):
            elements.append(Element(Kind(number), store[content : content + length]))
        position = content + length
