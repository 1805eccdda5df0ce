# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How something new is laid out in somebody's file, and which files are left alone."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.xml_source import (
    LARGEST,
    Node,
    Source,
    XmlError,
)

NODE = Node("b", (("k", "v&"),), children=(Node("c", (), "t<"), Node("d")))
MADE = '<b k="v&amp;">\n  <c>t&lt;</c>\n  <d></d>\n</b>'


def appended(content: str) -> str:
    source = Source(content.encode())
    return source.with_edits([source.append(source.root, NODE)]).decode()


def indented(by: str) -> str:
    return MADE.replace("\n", f"\n{by}")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # a line of its own, one step deeper than the parent, which is closed in a line of its own
        ("<a/>", f"<a>\n  {indented('  ')}\n</a>"),
        ("<a></a>", f"<a>\n  {indented('  ')}\n</a>"),
        ("<a>\n</a>", f"<a>\n  {indented('  ')}\n</a>"),
        ("<!-- -->\n  <a/>", f"<!-- -->\n  <a>\n    {indented('    ')}\n  </a>"),
        # behind the last neighbour, as far in as that one, and nothing else is moved
        ("<a>\n\t<x/>\n</a>", f"<a>\n\t<x/>\n\t{indented(chr(9))}\n</a>"),
        ("<a><x/><y/></a>", f"<a><x/><y/>\n{MADE}</a>"),
        # before the elements of others
        ('<a><i:o xmlns:i="urn:i"/></a>', f'<a>\n  {indented("  ")}<i:o xmlns:i="urn:i"/></a>'),
        ('<a><x/><i:o xmlns:i="urn:i"/></a>', f'<a><x/>\n{MADE}<i:o xmlns:i="urn:i"/></a>'),
    ],
)
def test_layout_of_what_is_new(content: str, expected: str) -> None:
    assert appended(content) == expected


def test_lines_end_as_those_of_the_file() -> None:
    assert appended("<a>\r\n</a>") == f"<a>\n  {indented('  ')}\n</a>".replace("\n", "\r\n")


def test_prefix_is_that_of_the_parent() -> None:
    assert appended('<p:a xmlns:p="urn:p"/>') == (
        '<p:a xmlns:p="urn:p">\n  <p:b k="v&amp;">\n    <p:c>t&lt;</p:c>\n    <p:d></p:d>\n  </p:b>\n</p:a>'
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_edits_of_different_lengths_in_any_order(codec: str) -> None:
    declared = codec[:6] if codec.startswith("utf-16") else codec
    content = f'<?xml version="1.0" encoding="{declared}"?><a><x>1</x><y/>\u00e9<z>3</z></a>'.encode(codec)
    source = Source(content)
    x, y, z = source.root.children
    edits = [source.set_text(y, "two"), source.set_text(z, ""), source.set_text(x, "one & only")]
    expected = (
        content.decode(codec).replace(">1<", ">one &amp; only<").replace("<y/>", "<y>two</y>").replace(">3<", "><")
    )
    assert source.with_edits(edits) == expected.encode(codec)


def test_names_that_are_no_ascii_are_not_patched() -> None:
    source = Source('<\u00e9:a xmlns:\u00e9="urn:e"/>'.encode())
    with pytest.raises(XmlError, match="is in an encoding that cannot be patched; save it as UTF-8"):
        source.append(source.root, NODE)


@pytest.mark.parametrize("encoding", ["nonsense", "utf-7", "shift_jis"])
def test_encodings_that_the_parser_does_not_know(encoding: str) -> None:
    with pytest.raises(XmlError) as raised:
        Source(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())
    assert str(raised.value) == "is no well-formed XML"


def test_the_largest_file() -> None:
    assert LARGEST == 16 * 2**20
    assert Source(b"<a/>" + b"\n" + b" " * (LARGEST - 5)).root.name == "a"
    with pytest.raises(XmlError, match=r"is too large for an answer file \(16777217 bytes\)"):
        Source(b"<a/>".ljust(LARGEST + 1))
