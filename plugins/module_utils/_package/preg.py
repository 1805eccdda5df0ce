# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry.pol, the file that holds the registry values of a group policy object (MS-GPREG 2.2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .errors import DecodeError, PackageError

LARGEST_FILE = 4 * 1024 * 1024
# The registry's own types (MS-GPREG 2.2.1); REG_NONE stands where there is no data.
TYPES = {
    0: "REG_NONE",
    1: "REG_SZ",
    2: "REG_EXPAND_SZ",
    3: "REG_BINARY",
    4: "REG_DWORD",
    5: "REG_DWORD_BIG_ENDIAN",
    7: "REG_MULTI_SZ",
    11: "REG_QWORD",
}
_HEADER = b"PReg\x01\x00\x00\x00"
_LARGEST_DATA = 0xFFFF
_MOST_ENTRIES = 16_384  # as many as one OP_POLICY_ELEMENT_LIST takes
_OPEN, _SEPARATOR, _CLOSE = (mark.encode("utf-16-le") for mark in "[;]")
_SOFT = "**soft."
_NAME = re.compile(rb"(?:..)*?\0\0", re.DOTALL)  # up to the first NUL character at an even distance


@dataclass(frozen=True)
class Entry:
    """One instruction: ``key`` is relative to HKEY_LOCAL_MACHINE in a policy for computers, ``value_type`` a REG_*."""

    key: str
    value_name: str
    value_type: int
    data: bytes = b""

    @property
    def directive(self) -> str | None:
        """The value name of an entry that tells a client what to do, and is no value (MS-GPREG 3.2.5.1.2).

        These are **DeleteValues, **Del.NAME, **DelVals., **DeleteKeys and **SecureKey, in any case. Names that begin so
        and are not known are directives, too: nobody knows what a client makes of them. **soft.NAME is a value.
        """
        return self.value_name if self.value_name.startswith("**") and self.soft_name is None else None

    @property
    def soft_name(self) -> str | None:
        """The name of a value that is set only where there is none: what follows **soft."""
        return self.value_name[len(_SOFT) :] if self.value_name.lower().startswith(_SOFT) else None


def read(content: bytes) -> tuple[Entry, ...]:
    """All entries of a file, in their order, which is significant.

    :raises DecodeError: naming the field and the offset
    """
    if len(content) > LARGEST_FILE:
        raise DecodeError("PReg", LARGEST_FILE, f"has {len(content)} bytes, more than any policy")
    if content[: len(_HEADER)] != _HEADER:
        raise DecodeError("PReg", 0, "does not begin with the signature PReg and version 1")
    return tuple(_Reader(content).entries())


def write(entries: Iterable[Entry]) -> bytes:
    """The file with these entries.

    :raises PackageError: a name or its data cannot stand in such a file
    """
    return _HEADER + b"".join(map(_written, entries))


def _written(entry: Entry) -> bytes:
    if "\0" in entry.key + entry.value_name or len(entry.data) > _LARGEST_DATA or entry.value_type not in TYPES:
        raise PackageError(f"the value {entry.value_name!r} of {entry.key!r} fits into no Registry.pol")
    try:
        names = [f"{name}\0".encode("utf-16-le") for name in (entry.key, entry.value_name)]
    except UnicodeEncodeError:
        raise PackageError(f"the value {entry.value_name!r} of {entry.key!r} has a name that is no Unicode") from None
    numbers = [number.to_bytes(4, "little") for number in (entry.value_type, len(entry.data))]
    return _OPEN + _SEPARATOR.join([*names, *numbers, entry.data]) + _CLOSE


class _Reader:
    """Hands out the bytes of one file, never one more than there are."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = len(_HEADER)

    def entries(self) -> Iterator[Entry]:
        number = 0
        while self._position < len(self._content):
            if number == _MOST_ENTRIES:
                raise DecodeError(f"PReg[{number}]", self._position, "is one entry more than any policy has")
            yield self._entry(f"PReg[{number}]")
            number += 1

    def _entry(self, field: str) -> Entry:
        self._mark(_OPEN, field)
        key = self._name(f"{field}.key")
        value_name = self._name(f"{field}.value")
        value_type = self._number(f"{field}.type")
        if value_type not in TYPES:
            raise DecodeError(f"{field}.type", self._position - 6, f"is {value_type}, which no policy may have")
        size = self._number(f"{field}.size")
        if size > _LARGEST_DATA:
            raise DecodeError(f"{field}.size", self._position - 6, f"is {size}, more than a value may have")
        data = self._take(size, f"{field}.data")
        self._mark(_CLOSE, f"{field}.data")
        return Entry(key, value_name, value_type, data)

    def _take(self, size: int, field: str) -> bytes:
        start, left = self._position, len(self._content) - self._position
        if size > left:
            raise DecodeError(field, start, f"needs {size} bytes, but only {left} are left")
        self._position += size
        return self._content[start : self._position]

    def _mark(self, mark: bytes, field: str) -> None:
        if self._take(2, field) != mark:
            raise DecodeError(field, self._position - 2, f"has no {mark.decode('utf-16-le')!r} here")

    def _number(self, field: str) -> int:
        value = int.from_bytes(self._take(4, field), "little")
        self._mark(_SEPARATOR, field)
        return value

    def _name(self, field: str) -> str:
        """Up to its NUL, which no name has inside, while it may well hold a separator."""
        start = self._position
        found = _NAME.match(self._content, start)
        if found is None:
            raise DecodeError(field, start, "has no closing NUL character")
        characters = self._take(len(found[0]), field)[:-2]
        self._mark(_SEPARATOR, field)
        try:
            return characters.decode("utf-16-le")
        except UnicodeDecodeError:
            raise DecodeError(field, start, "is not valid UTF-16") from None
