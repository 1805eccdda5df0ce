# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Add entries to an access control list and take them out, and leave every other byte of it as it was.

Works on self-relative security descriptors (MS-DTYP 2.4.6) that hold only a DACL, which is what a domain controller
returns and takes with LDAP_SERVER_SD_FLAGS 4 (MS-ADTS 3.1.1.3.4.1.11).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

from .security_descriptor import Ace, decode

_HEADER = struct.Struct("<BBHIIII")
_ACL_HEADER = struct.Struct("<BBHHH")
_DIRECTORY_REVISION = 4
_DACL_PRESENT, _SELF_RELATIVE = 0x0004, 0x8000
_INHERITED = 0x10
_ALLOWED, _ALLOWED_OBJECT = 0x00, 0x05
_LARGEST_ACL = 0xFFFF


def with_aces(descriptor: bytes, aces: Iterable[Ace]) -> bytes:
    """The descriptor with these allowing entries before its inherited ones, where the canonical order has them.

    :raises ValueError: the descriptor is damaged, has no DACL, or would be too large
    """
    entries = _entries(descriptor)
    place = next((number for number, entry in enumerate(entries) if entry[1] & _INHERITED), len(entries))
    return _build(descriptor, [*entries[:place], *map(_encode, aces), *entries[place:]])


def without_aces(descriptor: bytes, unwanted: Callable[[Ace], bool]) -> bytes:
    """The descriptor without those of its explicit entries that this is true of.

    :raises ValueError: as ``with_aces``
    """
    return _build(descriptor, [entry for entry in _entries(descriptor) if not _is(descriptor, entry, unwanted)])


def with_owner(descriptor: bytes, owner: str) -> bytes:
    """The descriptor with this SID as its owner; it may then be written with the flags 1, too.

    :raises ValueError: the descriptor is damaged
    """
    decode(descriptor)
    header = list(_HEADER.unpack_from(descriptor))
    header[3] = len(descriptor)
    return _HEADER.pack(*header) + descriptor[_HEADER.size :] + _sid(owner)


def _is(descriptor: bytes, entry: bytes, wanted: Callable[[Ace], bool]) -> bool:
    """Never an inherited entry, and never one that neither allows nor denies."""
    alone = decode(_build(descriptor, [entry])).dacl or ()
    return any(not ace.inherited and wanted(ace) for ace in alone)


def _entries(descriptor: bytes) -> list[bytes]:
    if decode(descriptor).dacl is None:
        raise ValueError("it has no access control list, so everybody may do everything already")
    offset = _HEADER.unpack_from(descriptor)[6]
    _revision, _sbz, _size, count, _sbz2 = _ACL_HEADER.unpack_from(descriptor, offset)
    entries, position = [], offset + _ACL_HEADER.size
    for _number in range(count):
        length = int.from_bytes(descriptor[position + 2 : position + 4], "little")
        entries.append(descriptor[position : position + length])
        position += length
    return entries


def _build(descriptor: bytes, entries: list[bytes]) -> bytes:
    """Owner and group are left out: who writes with the flags 4 says nothing of them."""
    body = b"".join(entries)
    size = _ACL_HEADER.size + len(body)
    if size > _LARGEST_ACL:
        raise ValueError("its access control list would be longer than 64 KiB; clean it up first")
    control = _HEADER.unpack_from(descriptor)[2] | _DACL_PRESENT | _SELF_RELATIVE
    header = _HEADER.pack(1, 0, control, 0, 0, 0, _HEADER.size)
    return header + _ACL_HEADER.pack(_DIRECTORY_REVISION, 0, size, len(entries), 0) + body


def _encode(ace: Ace) -> bytes:
    """MS-DTYP 2.4.4.2 and 2.4.4.3."""
    guids = (ace.object_type, ace.inherited_object_type)
    body = ace.mask.to_bytes(4, "little")
    if any(guids):
        present = sum(bit for bit, guid in zip((1, 2), guids, strict=True) if guid)
        body += present.to_bytes(4, "little") + b"".join(guid.bytes_le for guid in guids if guid)
    body += _sid(ace.trustee)
    kind = _ALLOWED_OBJECT if any(guids) else _ALLOWED
    return struct.pack("<BBH", kind, ace.flags, 4 + len(body)) + body


def _sid(text: str) -> bytes:
    """MS-DTYP 2.4.2.2."""
    _s, revision, authority, *sub_authorities = text.split("-")
    head = bytes([int(revision), len(sub_authorities)]) + int(authority).to_bytes(6, "big")
    return head + b"".join(int(number).to_bytes(4, "little") for number in sub_authorities)
