# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSV files as they come from spreadsheets, and as they should not."""

from __future__ import annotations

import codecs

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.faults import Fault
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.branch.table import Line, Table, decode, read

KNOWN = {"name", "serial_number", "branch", "имя"}


def table(content: bytes | str, encoding: str = "utf-8", delimiter: str | None = None) -> Table:
    text = content.encode() if isinstance(content, str) else content
    return read("b.csv", text, encoding, delimiter, lambda cell: cell.lower() in KNOWN)


def sentences(found: Table) -> list[str]:
    return [str(fault) for fault in found.faults]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_out(delimiter: str) -> None:
    found = table(f"name{delimiter}serial_number\nPC-1{delimiter}S-1\n")
    assert found == Table(Line(1, ("name", "serial_number")), (Line(2, ("PC-1", "S-1")),), ())


def test_delimiter_is_no_matter_of_numbers() -> None:
    """A header with many commas inside one semicolon cell."""
    found = table('name;"a,b,c,d,e";branch\nPC-1;x,y,z,1,2;BER\n')
    assert found.lines == (Line(2, ("PC-1", "x,y,z,1,2", "BER")),)


def test_given_delimiter_rules() -> None:
    assert table("name!branch\nPC-1!BER", delimiter="!").lines == (Line(2, ("PC-1", "BER")),)


def test_line_of_spreadsheets() -> None:
    assert table("sep=;\r\nname;branch\r\nPC-1;BER\r\n").lines == (Line(3, ("PC-1", "BER")),)
    assert table("\ufeffSEP=!\r\nname!branch\r\nPC-1!BER\r\n").lines == (Line(3, ("PC-1", "BER")),)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
@pytest.mark.parametrize("option", ["utf-8", "windows-1251"])
def test_byte_order_mark_rules(mark: bytes, encoding: str, option: str) -> None:
    found = table(mark + "name,branch\nPC-1,Köln\n".encode(encoding), option)
    assert found.header == Line(1, ("name", "branch"))
    assert found.lines == (Line(2, ("PC-1", "Köln")),)


def test_numbers_of_lines_are_those_of_the_editor() -> None:
    found = table("# head\r\n\r\nname,branch\r\n,\r\n # more\rPC-1,BER\n\n\nPC-2,BER\n")
    assert [line.number for line in (found.header, *found.lines) if line] == [3, 6, 9]


def test_quotes_and_blanks() -> None:
    found = table('name , branch\n" PC-1 ","say ""hi"", x"\n')
    assert found.header == Line(1, ("name", "branch"))
    assert found.lines == (Line(2, ("PC-1", 'say "hi", x')),)


def test_an_open_quote_spoils_its_own_line_only() -> None:
    found = table('name,branch\nPC-1,"BER\nPC-2,BER\nPC-3,"B"ER\n')
    assert found.lines == (Line(3, ("PC-2", "BER")),)
    assert [fault.line for fault in found.faults] == [2, 4]
    assert sentences(found)[0].startswith("b.csv line 2: the quotes of this line do not match")


@pytest.mark.parametrize("content", ["", "\n\n", "# only this\n", ",,\n", "sep=;\n"])
def test_nothing_in_it(content: str) -> None:
    found = table(content)
    assert (found.header, found.lines) == (None, ())
    assert sentences(found) == ["b.csv: the file is empty; give it a line of column names and a line for each PC"]


def test_a_header_that_cannot_be_read_is_no_line() -> None:
    found = table('name,"branch\nPC-1,BER\n')
    assert (found.header, found.lines) == (None, ())
    assert [fault.line for fault in found.faults] == [1]


def test_windows_1251() -> None:
    content = "имя;branch\r\nЖ-1;Казань\r\n".encode("windows-1251")
    assert table(content, "windows-1251").lines == (Line(2, ("Ж-1", "Казань")),)
    assert sentences(table(content)) == [
        "b.csv line 1: byte 0xe8 is no utf-8; set the option encoding to what wrote the file, "
        "for example windows-1251 or windows-1252"
    ]


def test_wrong_byte_is_told_with_its_line() -> None:
    [fault] = table(b"name,branch\r\nPC-1,BER\r\nPC-2,K\xf6ln\r\n").faults
    assert (fault.line, fault.cause) == (3, "byte 0xf6 is no utf-8")


def test_utf_8_under_another_name() -> None:
    """As windows-1251 it could be read, and every name would be rubbish."""
    assert sentences(table("имя,branch\nЖ-1,Казань\n", "windows-1251")) == [
        "b.csv: the file is UTF-8, but the option encoding says windows-1251; set the option encoding to utf-8"
    ]
    assert table("name,branch\nPC-1,BER\n", "windows-1251").faults == ()


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "hex"])
def test_no_encoding(encoding: str) -> None:
    fault = decode("b.csv", b"name", encoding)
    assert isinstance(fault, Fault)
    assert encoding in fault.cause
    assert "set the option encoding" in fault.remedy


def test_what_is_no_text() -> None:
    assert "NUL" in sentences(table(b"name\0,branch\n"))[0]
    assert "16 MiB" in sentences(table(b"x" * (16 * 1024 * 1024 + 1)))[0]
