# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A CSV file as its bytes: encoding, delimiter, lines and cells.

One physical line is one machine, so a quote that is not closed spoils its own line and no other. A byte order mark is
accepted, UTF-16 with one as well, and so is the line ``sep=;`` that spreadsheets write. Lines that begin with # and
empty lines are left out.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable
from dataclasses import dataclass

from .faults import Fault

DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """``number`` counts from 1, as an editor does."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """``header`` is None where there is none that can be read, and a fault says why; ``lines`` are those below it."""

    header: Line | None
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]


def read(file: str, content: bytes, encoding: str, delimiter: str | None, is_column: Callable[[str], bool]) -> Table:
    """Read a file. Without a ``delimiter`` it is the one that makes most cells of the first line known columns."""
    if len(content) > _LARGEST:
        cause = f"the file has {len(content)} bytes"
        return Table(None, (), (Fault(file, None, cause, "name a CSV file of at most 16 MiB"),))
    text = decode(file, content, encoding)
    if isinstance(text, Fault):
        return Table(None, (), (text,))
    numbered = [(number, line) for number, line in enumerate(_NEW_LINE.split(text), 1) if not _is_left_out(line)]
    if numbered and (said := re.fullmatch(r"sep=(.)", numbered[0][1].strip("\r\n "), re.IGNORECASE)):
        delimiter = delimiter or said[1]
        numbered = numbered[1:]
    chosen = delimiter or (_likeliest(numbered[0][1], is_column) if numbered else DELIMITERS[0])
    lines: list[Line] = []
    faults: list[Fault] = []
    for number, line in numbered:
        cells = _cells(line, chosen)
        if isinstance(cells, str):
            faults.append(
                Fault(file, number, cells, "close every quote on its own line, and double a quote inside quotes")
            )
        elif any(cells):
            lines.append(Line(number, cells))
    if not (lines or faults):
        faults.append(Fault(file, None, "the file is empty", "give it a line of column names and a line for each PC"))
    if not lines or (faults and faults[0].line is not None and faults[0].line < lines[0].number):
        return Table(None, (), tuple(faults))
    return Table(lines[0], tuple(lines[1:]), tuple(faults))


def decode(file: str, content: bytes, encoding: str) -> str | Fault:
    """The text of a file, or why its bytes are not what the option says."""
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _decoded(file, content, marked)
    try:
        utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError:
        return Fault(
            file, None, f"there is no encoding {encoding!r}", "set the option encoding to utf-8 or windows-1251"
        )
    if not utf8 and not content.isascii() and _is_utf8(content):
        cause = f"the file is UTF-8, but the option encoding says {encoding}"
        return Fault(file, None, cause, "set the option encoding to utf-8")
    return _decoded(file, content, encoding)


def _decoded(file: str, content: bytes, encoding: str) -> str | Fault:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        cause = f"byte 0x{content[error.start]:02x} is no {encoding}"
        remedy = "set the option encoding to what wrote the file, for example windows-1251 or windows-1252"
        return Fault(file, line, cause, remedy)
    except LookupError:
        return Fault(
            file, None, f"{encoding} is no encoding of text", "set the option encoding to utf-8 or windows-1251"
        )
    if "\x00" in text:
        return Fault(file, None, "the file holds NUL characters", "save it as CSV in UTF-8")
    return text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_left_out(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _likeliest(line: str, is_column: Callable[[str], bool]) -> str:
    """A tie goes to the one that comes first, the comma."""

    def known(delimiter: str) -> int:
        cells = _cells(line, delimiter)
        return 0 if isinstance(cells, str) else sum(map(is_column, cells))

    return max(DELIMITERS, key=known)


def _cells(line: str, delimiter: str) -> tuple[str, ...] | str:
    """The cells without the blanks around them, or what is wrong with the line."""
    try:
        [cells] = csv.reader([line], delimiter=delimiter, strict=True)
    except csv.Error as error:
        return f"the quotes of this line do not match ({error})"
    return tuple(cell.strip() for cell in cells)
