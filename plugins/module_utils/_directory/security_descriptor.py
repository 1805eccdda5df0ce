# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security descriptors as nTSecurityDescriptor holds them: self-relative (MS-DTYP 2.4.6), read without trusting a size.

The SACL is not read: nobody asks for it, and reading it takes a privilege.
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass

from .domain import sid_text

_HEADER = struct.Struct("<BBHIIII")
_ACL_HEADER = struct.Struct("<BBHHH")
_ACE_HEADER = struct.Struct("<BBH")
_SID_HEADER = 8
_MOST_SUB_AUTHORITIES = 15
_DACL_PRESENT, _SELF_RELATIVE = 0x0004, 0x8000
_INHERIT_ONLY, _INHERITED = 0x08, 0x10
_OBJECT_TYPE_PRESENT, _INHERITED_OBJECT_TYPE_PRESENT = 0x1, 0x2


@dataclass(frozen=True)
class _Kind:
    allow: bool
    names_object: bool = False
    conditional: bool = False


# The types that allow or deny (MS-DTYP 2.4.4.1); every other one is kept as it is.
_KINDS = {
    0x00: _Kind(allow=True),
    0x01: _Kind(allow=False),
    0x05: _Kind(allow=True, names_object=True),
    0x06: _Kind(allow=False, names_object=True),
    0x09: _Kind(allow=True, conditional=True),
    0x0A: _Kind(allow=False, conditional=True),
    0x0B: _Kind(allow=True, names_object=True, conditional=True),
    0x0C: _Kind(allow=False, names_object=True, conditional=True),
}


@dataclass(frozen=True)
class Ace:
    """An access control entry that allows or denies (MS-DTYP 2.4.4.2 to 2.4.4.9).

    ``trustee`` is a SID as text. ``conditional``: a callback entry, which holds only where its condition does;
    the condition is not read.
    """

    allow: bool
    flags: int
    mask: int
    trustee: str
    object_type: uuid.UUID | None = None
    inherited_object_type: uuid.UUID | None = None
    conditional: bool = False

    @property
    def inherited(self) -> bool:
        """It came from a container above, not from somebody who wrote it here."""
        return bool(self.flags & _INHERITED)

    @property
    def inherit_only(self) -> bool:
        """It says nothing of the object that it is on."""
        return bool(self.flags & _INHERIT_ONLY)


@dataclass(frozen=True)
class OpaqueAce:
    """An entry of a type that does not belong into a DACL or is unknown; ``content`` follows its header."""

    type: int
    flags: int
    content: bytes

    @property
    def inherited(self) -> bool:
        return bool(self.flags & _INHERITED)


@dataclass(frozen=True)
class SecurityDescriptor:
    """``owner`` and ``group`` are SIDs as text. ``dacl`` None means that there is none: everybody may do everything.

    ``opaque`` are the entries of the DACL that could not be read as allowing or denying.
    """

    owner: str | None
    group: str | None
    dacl: tuple[Ace, ...] | None
    opaque: tuple[OpaqueAce, ...] = ()


def decode(content: bytes) -> SecurityDescriptor:
    """Read a self-relative security descriptor.

    :raises ValueError: it is truncated or contradicts itself, naming the part
    """
    if len(content) < _HEADER.size:
        raise ValueError(f"the security descriptor is truncated at {len(content)} bytes")
    revision, _resource_manager, control, owner, group, _sacl, dacl = _HEADER.unpack_from(content)
    if revision != 1 or not control & _SELF_RELATIVE:
        raise ValueError("this is no self-relative security descriptor of revision 1")
    entries = _acl(content, dacl) if control & _DACL_PRESENT and dacl else None
    return SecurityDescriptor(
        owner=_sid(content[owner:], "owner") if owner else None,
        group=_sid(content[group:], "group") if group else None,
        dacl=None if entries is None else tuple(one for one in entries if isinstance(one, Ace)),
        opaque=tuple(one for one in entries or () if isinstance(one, OpaqueAce)),
    )


def _acl(content: bytes, offset: int) -> list[Ace | OpaqueAce]:
    """MS-DTYP 2.4.5; revision 4 is that of the directory, 2 cannot hold object entries but does no harm."""
    if len(content) - offset < _ACL_HEADER.size:
        raise ValueError(f"the DACL at offset {offset} is truncated")
    revision, _sbz, size, count, _sbz2 = _ACL_HEADER.unpack_from(content, offset)
    if revision not in (2, 4):
        raise ValueError(f"the DACL has the unknown revision {revision}")
    if not _ACL_HEADER.size <= size <= len(content) - offset:
        raise ValueError(f"the DACL's size {size} does not fit into the security descriptor")
    rest = content[offset + _ACL_HEADER.size : offset + size]
    entries, position = [], 0
    for number in range(1, count + 1):
        place = f"entry {number} of the DACL"
        if len(rest) - position < _ACE_HEADER.size:
            raise ValueError(f"{place} is truncated")
        kind, flags, length = _ACE_HEADER.unpack_from(rest, position)
        if not _ACE_HEADER.size <= length <= len(rest) - position:
            raise ValueError(f"{place} has the impossible size {length}")
        entries.append(_ace(kind, flags, rest[position + _ACE_HEADER.size : position + length], place))
        position += length
    return entries


def _ace(kind: int, flags: int, content: bytes, place: str) -> Ace | OpaqueAce:
    if kind not in _KINDS:
        return OpaqueAce(kind, flags, content)
    known = _KINDS[kind]
    mask, rest = _number(content, f"the rights of {place}")
    guids: list[uuid.UUID | None] = [None, None]
    if known.names_object:
        present, rest = _number(rest, f"the flags of {place}")
        for which, flag in enumerate((_OBJECT_TYPE_PRESENT, _INHERITED_OBJECT_TYPE_PRESENT)):
            if present & flag:
                guids[which], rest = _guid(rest, f"an object type of {place}")
    trustee = _sid(rest, f"trustee of {place}")
    return Ace(known.allow, flags, mask, trustee, guids[0], guids[1], known.conditional)


def _number(content: bytes, place: str) -> tuple[int, bytes]:
    if len(content) < 4:
        raise ValueError(f"{place} are truncated")
    return int.from_bytes(content[:4], "little"), content[4:]


def _guid(content: bytes, place: str) -> tuple[uuid.UUID, bytes]:
    if len(content) < 16:
        raise ValueError(f"{place} is truncated")
    return uuid.UUID(bytes_le=content[:16]), content[16:]


def _sid(content: bytes, place: str) -> str:
    """The SID at the start (MS-DTYP 2.4.2.2); what follows it is not looked at."""
    if len(content) < _SID_HEADER:
        raise ValueError(f"the SID of the {place} is truncated")
    revision, count = content[:2]
    if revision != 1 or count > _MOST_SUB_AUTHORITIES:
        raise ValueError(f"the {place} is no SID of revision 1")
    if len(content) < _SID_HEADER + 4 * count:
        raise ValueError(f"the SID of the {place} is truncated")
    return sid_text(content[: _SID_HEADER + 4 * count])
