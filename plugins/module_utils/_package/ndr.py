# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Type serialization version 1 of NDR (MS-RPCE 2.2.6) as far as packages need it.

A structure is a frozen dataclass whose fields were made by :func:`member`; encoding and decoding walk that one
declaration. Every type has two steps, because NDR puts what a pointer points to behind the structure that
holds the pointer: ``write`` and ``read`` handle the inline part, ``write_referents`` and ``read_referents``
what was deferred. Alignment counts from the first byte of the serialization header.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

from .errors import DecodeError, PackageError

T = TypeVar("T")

_COMMON_HEADER = bytes.fromhex("01100800cccccccc")  # version 1, little endian, length 8, filler (2.2.6.1)
_HEADERS_LENGTH = 16  # with the private header: object length and filler (2.2.6.2)
_FIRST_REFERENT = 0x00020000
_REFERENT_STEP = 4


class Writer:
    """Collects the bytes of one serialized structure and hands out referent ids."""

    def __init__(self, referents: Sequence[int]) -> None:
        self.buffer = bytearray(_HEADERS_LENGTH)
        self._referents = self._referent_ids(referents)

    @staticmethod
    def _referent_ids(replayed: Sequence[int]) -> Iterator[int]:
        yield from replayed
        following = _FIRST_REFERENT + _REFERENT_STEP * len(replayed)
        while True:
            yield following
            following += _REFERENT_STEP

    def align(self, size: int) -> None:
        self.buffer += bytes(-len(self.buffer) % size)

    def number(self, value: int, size: int) -> None:
        self.align(size)
        self.buffer += value.to_bytes(size, "little")

    def pointer(self, present: bool) -> None:
        self.number(next(self._referents) if present else 0, 4)

    def bytes(self) -> bytes:
        self.align(8)
        self.buffer[:_HEADERS_LENGTH] = (
            _COMMON_HEADER + (len(self.buffer) - _HEADERS_LENGTH).to_bytes(4, "little") + bytes(4)
        )
        return bytes(self.buffer)


class Reader:
    """Hands out the bytes of one serialized structure, never one more than there are."""

    def __init__(self, data: bytes, name: str) -> None:
        self.position = _HEADERS_LENGTH
        self.referents: list[int] = []
        self._data = data
        self._check_headers(name)

    def _check_headers(self, name: str) -> None:
        if len(self._data) < _HEADERS_LENGTH:
            raise DecodeError(name, len(self._data), "is truncated inside its serialization header")
        if self._data[:8] != _COMMON_HEADER:
            raise DecodeError(name, 0, "does not begin with the NDR serialization header 01 10 08 00 CC CC CC CC")
        announced = int.from_bytes(self._data[8:12], "little")
        there = len(self._data) - _HEADERS_LENGTH
        if announced != there:
            raise DecodeError(name, 8, f"announces {announced} bytes, but {there} follow")

    def left(self) -> int:
        return max(len(self._data) - self.position, 0)

    def take(self, size: int, field: str) -> bytes:
        if size > self.left():
            raise DecodeError(field, self.position, f"needs {size} bytes, but only {self.left()} are left")
        self.position += size
        return self._data[self.position - size : self.position]

    def number(self, size: int, field: str) -> int:
        self.position += -self.position % size
        return int.from_bytes(self.take(size, field), "little")

    def pointer(self, field: str) -> bool:
        referent = self.number(4, field)
        if referent:
            self.referents.append(referent)
        return referent != 0

    def finish(self, name: str) -> None:
        """Only the padding to a multiple of 8 may be left."""
        if self.left() >= 8:
            raise DecodeError(name, self.position, f"has {self.left()} unknown bytes behind its last field")


class NdrType(Generic[T]):
    """One type of the declaration.

    ``least`` is its smallest inline size in bytes; ``shown`` is false where a value may hold a secret.
    """

    least: int
    shown = True

    def write(self, writer: Writer, value: T) -> None:
        raise NotImplementedError

    def write_referents(self, writer: Writer, value: T) -> None:
        """Nothing is deferred unless a type says so."""

    def read(self, reader: Reader, field: str) -> Any:
        """Return what ``read_referents`` needs to make the value."""
        raise NotImplementedError

    def read_referents(self, reader: Reader, inline: Any, field: str) -> T:
        value: T = inline
        return value


def member(idl_name: str, ndr_type: NdrType[Any] | type, default: Any = dataclasses.MISSING) -> Any:
    """Declare a field of a structure: its name in Microsoft's IDL and its type on the wire."""
    wire = ndr_type if isinstance(ndr_type, NdrType) else StructureType(ndr_type)
    # pylint: disable-next=invalid-field-call  # the declaration of a dataclass calls this
    return dataclasses.field(default=default, repr=wire.shown, metadata={"idl_name": idl_name, "type": wire})


class StructureType(NdrType[T]):
    """A structure embedded in another, or the outermost one: its members in declared order."""

    def __init__(self, structure: type[T]) -> None:
        self.structure = structure
        self._members = [
            (field.name, field.metadata["idl_name"], field.metadata["type"])
            for field in dataclasses.fields(structure)  # type: ignore[arg-type]  # T is a dataclass by contract
        ]
        self.least = sum(wire.least for _name, _idl_name, wire in self._members)

    def write(self, writer: Writer, value: T) -> None:
        for name, _idl_name, wire in self._members:
            wire.write(writer, getattr(value, name))

    def write_referents(self, writer: Writer, value: T) -> None:
        for name, _idl_name, wire in self._members:
            wire.write_referents(writer, getattr(value, name))

    def read(self, reader: Reader, field: str) -> list[Any]:
        return [wire.read(reader, f"{field}.{idl_name}") for _name, idl_name, wire in self._members]

    def read_referents(self, reader: Reader, inline: list[Any], field: str) -> T:
        values = {
            name: wire.read_referents(reader, part, f"{field}.{idl_name}")
            for (name, idl_name, wire), part in zip(self._members, inline, strict=True)
        }
        return self.structure(**values)


@dataclasses.dataclass(frozen=True)
class Serialized(Generic[T]):
    """A structure with the referent ids that it was read with, so that writing it again gives the same bytes."""

    value: T
    referents: tuple[int, ...] = ()


def encode(serialized: Serialized[Any]) -> bytes:
    """Serialize a structure behind its top-level pointer; ids not replayed are numbered as Windows does."""
    wire = StructureType(type(serialized.value))
    writer = Writer(serialized.referents)
    try:
        writer.pointer(present=True)
        wire.write(writer, serialized.value)
        wire.write_referents(writer, serialized.value)
    except (OverflowError, UnicodeEncodeError):
        # The exception's own text would show the value, which may be a secret.
        raise PackageError(f"{serialized.value.IDL_NAME} holds a value that does not fit its field") from None
    return writer.bytes()


def decode(structure: type[T], data: bytes) -> Serialized[T]:
    """Read one serialized structure.

    :raises DecodeError: naming the field and the offset
    """
    name: str = structure.IDL_NAME  # type: ignore[attr-defined]  # every outermost structure has one
    wire = StructureType(structure)
    reader = Reader(data, name)
    if not reader.pointer(name):
        raise DecodeError(name, _HEADERS_LENGTH, "its top-level pointer is NULL")
    value = wire.read_referents(reader, wire.read(reader, name), name)
    reader.finish(name)
    return Serialized(value, tuple(reader.referents))
