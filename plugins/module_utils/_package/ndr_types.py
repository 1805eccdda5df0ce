# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wire types that the structures of a package are declared with (C706 14.3, MS-DTYP 2.4.2)."""

from __future__ import annotations

import re
import uuid
from typing import Any

from .errors import DecodeError, PackageError
from .ndr import NdrType, Reader, StructureType, T, Writer
from .password import Password

_SID = re.compile(r"S-1-[0-9]+(-[0-9]+){0,15}")


class Unsigned(NdrType[int]):
    """An unsigned integer of ``size`` bytes, aligned to its size."""

    def __init__(self, size: int) -> None:
        self.least = self._size = size

    def write(self, writer: Writer, value: int) -> None:
        writer.number(value, self._size)

    def read(self, reader: Reader, field: str) -> int:
        return reader.number(self._size, field)


class Guid(NdrType[uuid.UUID]):
    """GUID: 16 bytes, the first three fields little endian."""

    least = 16

    def write(self, writer: Writer, value: uuid.UUID) -> None:
        writer.align(4)
        writer.buffer += value.bytes_le

    def read(self, reader: Reader, field: str) -> uuid.UUID:
        reader.position += -reader.position % 4
        return uuid.UUID(bytes_le=reader.take(16, field))


class Pointer(NdrType[T | None]):
    """A unique pointer; None is NULL. Subclasses say how the referent is written and read."""

    least = 4

    def write(self, writer: Writer, value: T | None) -> None:
        writer.pointer(value is not None)

    def write_referents(self, writer: Writer, value: T | None) -> None:
        if value is not None:
            self._write_referent(writer, value)

    def read(self, reader: Reader, field: str) -> Any:
        return reader.pointer(field)

    def read_referents(self, reader: Reader, inline: Any, field: str) -> T | None:
        return self._read_referent(reader, field) if inline else None

    def _write_referent(self, writer: Writer, value: T) -> None:
        raise NotImplementedError

    def _read_referent(self, reader: Reader, field: str) -> T:
        raise NotImplementedError


class WideString(Pointer[str]):
    """``[string] wchar_t *``: conformant and varying, counted with its closing NUL."""

    def _write_referent(self, writer: Writer, value: str) -> None:
        _write_characters(writer, value.encode("utf-16-le") + b"\0\0", spare=0)

    def _read_referent(self, reader: Reader, field: str) -> str:
        return _text(self._characters(reader, field), reader, field)

    @staticmethod
    def _characters(reader: Reader, field: str) -> bytes:
        characters = _read_characters(reader, field)
        if characters[-2:] != b"\0\0":
            raise DecodeError(field, reader.position, "does not end with a NUL character")
        return characters[:-2]


class SecretString(Pointer[Password]):
    """A :class:`WideString` that is a secret. Any 16-bit units are allowed: Samba draws from all planes."""

    def _write_referent(self, writer: Writer, value: Password) -> None:
        _write_characters(writer, value.reveal().encode("utf-16-le", "surrogatepass") + b"\0\0", spare=0)

    def _read_referent(self, reader: Reader, field: str) -> Password:
        return Password(WideString._characters(reader, field).decode("utf-16-le", "surrogatepass"))


class UnicodeString(NdrType[str | None]):
    """ODJ_UNICODE_STRING: Length and MaximumLength in bytes; the referent has no NUL, but room for one."""

    least = 8

    def write(self, writer: Writer, value: str | None) -> None:
        length = 0 if value is None else len(value.encode("utf-16-le"))
        writer.align(4)
        writer.number(length, 2)
        writer.number(0 if value is None else length + 2, 2)
        writer.pointer(value is not None)

    def write_referents(self, writer: Writer, value: str | None) -> None:
        if value is not None:
            _write_characters(writer, value.encode("utf-16-le"), spare=1)

    def read(self, reader: Reader, field: str) -> tuple[int, bool]:
        reader.position += -reader.position % 4
        length = reader.number(2, field)
        if reader.number(2, field) < length:
            raise DecodeError(field, reader.position - 4, "has a Length above its MaximumLength")
        present = reader.pointer(field)
        if length and not present:
            raise DecodeError(field, reader.position - 8, "has a Length, but its pointer is NULL")
        return length, present

    def read_referents(self, reader: Reader, inline: tuple[int, bool], field: str) -> str | None:
        length, present = inline
        if not present:
            return None
        characters = _read_characters(reader, field)
        if len(characters) != length:
            raise DecodeError(field, reader.position, f"has {len(characters)} bytes, but its Length says {length}")
        return _text(characters, reader, field)


class SecurityIdentifier(Pointer[str]):
    """A pointer to a SID (MS-DTYP 2.4.2), in its text form ``S-1-5-21-...``."""

    def _write_referent(self, writer: Writer, value: str) -> None:
        if not _SID.fullmatch(value):
            raise PackageError(f"{value!r} is no security identifier")
        authority, *subauthorities = value.split("-")[2:]
        writer.number(len(subauthorities), 4)
        writer.buffer += bytes([1, len(subauthorities)]) + int(authority).to_bytes(6, "big")
        for subauthority in subauthorities:
            writer.number(int(subauthority), 4)

    def _read_referent(self, reader: Reader, field: str) -> str:
        conformance = reader.number(4, field)
        revision, count = reader.take(2, field)
        if revision != 1 or count > 15 or count != conformance:
            raise DecodeError(field, reader.position - 2, "is not a SID of revision 1 with up to 15 subauthorities")
        authority = int.from_bytes(reader.take(6, field), "big")
        return "-".join(map(str, ["S", 1, authority, *(reader.number(4, field) for _number in range(count))]))


class CountedBytes(NdrType[bytes | None]):
    """A u32 count and a pointer to that many bytes: OP_BLOB, ``cbValueData``/``pValueData`` and the like."""

    least = 8
    shown = False

    def write(self, writer: Writer, value: bytes | None) -> None:
        writer.number(len(value or b""), 4)
        writer.pointer(value is not None)

    def write_referents(self, writer: Writer, value: bytes | None) -> None:
        if value is not None:
            writer.number(len(value), 4)
            writer.buffer += value

    def read(self, reader: Reader, field: str) -> tuple[int, bool]:
        return _read_count(reader, field)

    def read_referents(self, reader: Reader, inline: tuple[int, bool], field: str) -> bytes | None:
        count, present = inline
        if not present:
            return None
        _check_conformance(reader, count, field)
        return reader.take(count, field)


class CountedArray(NdrType[tuple[T, ...] | None]):
    """A u32 count and a pointer to that many structures: all of them inline, then each one's referents.

    More than ``most`` are refused: no honest package has them, and each would cost far more memory than bytes.
    """

    least = 8

    def __init__(self, structure: type[T], most: int) -> None:
        self._element = StructureType(structure)
        self._most = most

    def write(self, writer: Writer, value: tuple[T, ...] | None) -> None:
        writer.number(len(value or ()), 4)
        writer.pointer(value is not None)

    def write_referents(self, writer: Writer, value: tuple[T, ...] | None) -> None:
        if value is not None:
            writer.number(len(value), 4)
            for element in value:
                self._element.write(writer, element)
            for element in value:
                self._element.write_referents(writer, element)

    def read(self, reader: Reader, field: str) -> tuple[int, bool]:
        return _read_count(reader, field)

    def read_referents(self, reader: Reader, inline: tuple[int, bool], field: str) -> tuple[T, ...] | None:
        count, present = inline
        if not present:
            return None
        _check_conformance(reader, count, field)
        # A count that cannot be true costs no memory.
        if count * self._element.least > reader.left():
            raise DecodeError(field, reader.position, f"counts {count} elements, more than there are bytes for")
        if count > self._most:
            raise DecodeError(field, reader.position, f"counts {count} elements, more than any package has")
        names = [f"{field}[{number}]" for number in range(count)]
        parts = [self._element.read(reader, name) for name in names]
        return tuple(self._element.read_referents(reader, part, name) for name, part in zip(names, parts, strict=True))


def _read_count(reader: Reader, field: str) -> tuple[int, bool]:
    count = reader.number(4, field)
    present = reader.pointer(field)
    if count and not present:
        raise DecodeError(field, reader.position - 8, f"counts {count} elements, but its pointer is NULL")
    return count, present


def _check_conformance(reader: Reader, count: int, field: str) -> None:
    conformance = reader.number(4, field)
    if conformance != count:
        raise DecodeError(field, reader.position - 4, f"holds {conformance} elements where {count} were announced")


def _write_characters(writer: Writer, characters: bytes, spare: int) -> None:
    units = len(characters) // 2
    for number in (units + spare, 0, units):
        writer.number(number, 4)
    writer.buffer += characters


def _read_characters(reader: Reader, field: str) -> bytes:
    largest, offset, actual = (reader.number(4, field) for _number in range(3))
    if offset or actual > largest:
        raise DecodeError(field, reader.position - 12, "has an impossible string header")
    return reader.take(actual * 2, field)


def _text(characters: bytes, reader: Reader, field: str) -> str:
    try:
        text = characters.decode("utf-16-le")
    except UnicodeDecodeError:
        raise DecodeError(field, reader.position, "is not valid UTF-16") from None
    if "\0" in text:
        raise DecodeError(field, reader.position, "has a NUL character inside")
    return text
