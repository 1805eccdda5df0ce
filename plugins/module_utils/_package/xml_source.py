# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An XML file as its author wrote it: where each element stands in the bytes, so that one can be changed alone.

Nothing is ever written anew from a tree, so encoding, byte order mark, line ends, comments, prefixes and the order of
attributes stay as they are. What is inserted is ASCII, which all encodings here have in one or two bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from .errors import PackageError

LARGEST = 16 * 1024 * 1024
_UNIT = "  "  # of indentation, where a new element has no neighbour
_NAME = re.compile(r"<([^\s/>]+)")


class XmlError(PackageError):
    """The content is no XML that may be read. The message never quotes it."""


@dataclass
class Element:
    """``name`` is the local one; offsets count bytes: from ``start`` to ``end`` with the tags, ``inside`` to
    ``inside_end`` without them. ``text`` is that of the element itself."""

    name: str
    namespace: str
    attributes: dict[str, str]
    start: int
    inside: int = 0
    inside_end: int = 0
    end: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def named(self, name: str, namespace: str) -> list[Element]:
        return [one for one in self.children if (one.name, one.namespace) == (name, namespace)]

    def walk(self) -> Iterator[Element]:
        """This element and everything in it."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += reversed(one.children)


@dataclass(frozen=True)
class Edit:
    """Bytes from ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Node:
    """An element to be made: a name, attributes, and either elements or a text."""

    name: str
    attributes: Sequence[tuple[str, str]] = ()
    text: str = ""
    children: Sequence[Node] = ()


class Source:
    """The bytes of a file and the elements in them.

    :raises XmlError: it is no XML, is too large, or has a document type, whose entities could stand for anything
    """

    def __init__(self, content: bytes) -> None:
        if len(content) > LARGEST:
            raise XmlError(f"is too large for an answer file ({len(content)} bytes)")
        self.content = content
        self.root = _Reader(content).root
        self._codec = _codec(content)
        self._newline = "\r\n" if "\r\n".encode(self._codec) in content else "\n"

    def with_edits(self, edits: Iterable[Edit]) -> bytes:
        """The content with edits that do not overlap; of two at one place the first comes first."""
        content = self.content
        for edit in sorted(edits, key=lambda one: one.start, reverse=True):
            content = content[: edit.start] + edit.text.encode(self._codec) + content[edit.end :]
        return content

    def set_text(self, element: Element, text: str) -> Edit:
        return self._fill(element, escape(text), element.inside_end)

    def append(self, parent: Element, node: Node) -> Edit:
        """An element after the last child of the parent's namespace, or as its first, indented as its neighbours."""
        siblings = [one for one in parent.children if one.namespace == parent.namespace]
        outer = self._indentation(parent)
        inner = self._indentation(siblings[-1]) if siblings else outer + _UNIT
        prefix = self._raw_name(parent).rpartition(":")
        made = self._newline + inner + self._markup(node, prefix[0] + prefix[1], inner)
        if siblings:
            return Edit(siblings[-1].end, siblings[-1].end, made)
        closing = "" if "\n" in parent.text or parent.children else self._newline + outer
        return self._fill(parent, made + closing, parent.inside)

    def _fill(self, element: Element, markup: str, end: int) -> Edit:
        """Put something inside; ``<a/>`` becomes ``<a>...</a>``."""
        width = len("/>".encode(self._codec))
        if self.content[element.inside - width : element.inside] == "/>".encode(self._codec):
            return Edit(element.inside - width, element.inside, f">{markup}</{self._raw_name(element)}>")
        return Edit(element.inside, end, markup)

    def _markup(self, node: Node, prefix: str, indentation: str) -> str:
        name = prefix + node.name
        attributes = "".join(f" {key}={quoteattr(value)}" for key, value in node.attributes)
        deeper = self._newline + indentation + _UNIT
        inside = "".join(deeper + self._markup(child, prefix, indentation + _UNIT) for child in node.children)
        if inside:
            inside += self._newline + indentation
        return f"<{name}{attributes}>{inside or escape(node.text)}</{name}>"

    def _raw_name(self, element: Element) -> str:
        found = _NAME.match(self.content[element.start : element.inside].decode(self._codec, errors="replace"))
        if found is None or not found[1].isascii():
            raise XmlError("is in an encoding that cannot be patched; save it as UTF-8")
        return found[1]

    def _indentation(self, element: Element) -> str:
        """The white space before an element in its line; nothing where something else stands there."""
        before = self.content[: element.start].decode(self._codec, errors="replace").rpartition("\n")[2]
        return before if before.strip() == "" else ""


def _codec(content: bytes) -> str:
    """How ASCII is written in the file: all that is inserted and compared is ASCII."""
    if content.startswith(b"\xff\xfe") or content[1:2] == b"\0":
        return "utf-16-le"
    if content.startswith(b"\xfe\xff") or content[:1] == b"\0":
        return "utf-16-be"
    return "latin-1"  # each byte by itself, so that no offset moves


class _Reader:
    """Walks expat's events; where one begins the one before has ended."""

    def __init__(self, content: bytes) -> None:
        self.root = Element("", "", {}, 0)
        self._open = [self.root]
        self._unfinished: tuple[Element, str] | None = None
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.DefaultHandler = self._other
        self._parser = parser
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            place = f" in line {error.lineno}" if isinstance(error, expat.ExpatError) else ""
            raise XmlError(f"is no well-formed XML{place}") from None
        self._finish(len(content))
        self.root = self.root.children[0]

    def _finish(self, offset: int) -> None:
        if self._unfinished is not None:
            element, edge = self._unfinished
            setattr(element, edge, offset)
            self._unfinished = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        offset = self._parser.CurrentByteIndex
        self._finish(offset)
        namespace, _space, local = name.rpartition(" ")
        element = Element(local, namespace, attributes, offset)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._unfinished = element, "inside"

    def _end(self, _name: str) -> None:
        offset = self._parser.CurrentByteIndex
        self._finish(offset)
        element = self._open.pop()
        element.inside_end = offset
        self._unfinished = element, "end"

    def _text(self, data: str) -> None:
        self._finish(self._parser.CurrentByteIndex)
        self._open[-1].text += data

    def _other(self, _data: str) -> None:
        self._finish(self._parser.CurrentByteIndex)

    def _doctype(self, *_declaration: object) -> None:
        raise XmlError("has a document type (DOCTYPE), which no answer file needs; remove it")
