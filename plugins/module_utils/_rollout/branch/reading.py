# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A branch from the bytes of its files: every machine, or every fault, told in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..names import computer_name
from ..names.template import NameTemplate, TemplateError
from . import cells, table
from .columns import CONNECTION, REQUIRED, Columns
from .faults import Fault, in_order
from .machine import Machine
from .table import Line

_INVENTORY_WORDS = frozenset({"all", "ungrouped"})
_UNIQUE = {"name": "the name", "serial_number": "the serial number", "inventory_tag": "the inventory tag"}
_REMEDIES = {
    "name": "give each machine its own name; case does not tell names apart",
    "serial_number": "correct one of them, or remove the line that stands twice",
    "inventory_tag": "correct one of them, or remove the line that stands twice",
}


@dataclass(frozen=True)
class Branch:
    """Without faults all machines of the files; with faults, what could be read nevertheless."""

    machines: tuple[Machine, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Reader:
    """How the files of one source are read. ``delimiter`` is None where it is to be found out."""

    columns: Columns
    encoding: str = "utf-8"
    delimiter: str | None = None
    name_template: str | None = None

    def read(self, files: Iterable[tuple[str, bytes]], known: Mapping[str, Mapping[str, str]] | None = None) -> Branch:
        """Read the files, each a name for messages and its bytes.

        ``known`` are machines of other sources: for each column that must be unique, value in lower case to place.
        """
        machines: list[Machine] = []
        faults: list[Fault] = []
        for file, content in files:
            found, wrong = self._file(file, content)
            machines += found
            faults += wrong
        if not machines and not faults:
            faults.append(Fault("the branch", None, "there is no machine in it", "add a line for each PC"))
        return Branch(tuple(machines), tuple(in_order(faults + _doubles(machines, known or {}))))

    def _file(self, file: str, content: bytes) -> tuple[list[Machine], list[Fault]]:
        read = table.read(file, content, self.encoding, self.delimiter, lambda cell: self.columns.of(cell) is not None)
        if read.header is None:
            return [], list(read.faults)
        places, faults = self.columns.placed(file, read.header)
        if faults:
            # With a header that cannot be trusted, every line would only repeat what the header's faults say.
            return [], [*faults, *read.faults]
        machines: list[Machine] = []
        faults += read.faults
        for line in read.lines:
            judged = _Line(self, file, line, places)
            machines.append(judged.machine)
            faults += judged.faults
        return machines, faults


class _Line:
    """One line judged: its machine, as far as it can be read, and all its faults."""

    def __init__(self, reader: Reader, file: str, line: Line, places: list[str | None]) -> None:
        self.faults: list[Fault] = []
        self._tell: Callable[[str, str], None] = lambda cause, remedy: self.faults.append(
            Fault(file, line.number, cause, remedy)
        )
        if len(line.cells) != len(places):
            self._tell(
                f"the line has {len(line.cells)} cells, the header {len(places)}",
                "add what is missing, or put quotes around a cell that holds the delimiter",
            )
            self.machine = Machine("", file, line.number, {})
            return
        given = {column: cell for column, cell in zip(places, line.cells, strict=True) if column and cell}
        values = {column: text for column, text in {**reader.columns.defaults, **given}.items() if text}
        for column, text in values.items():
            if wrong := cells.judge(column, text):
                self._tell(*wrong)
        for column in REQUIRED:
            if column not in values:
                self._tell(f"{column} is empty", "fill it in")
        for what in CONNECTION:
            if f"domain_{what}" in values and f"site_{what}" not in values and what != "address":
                self._tell(f"domain_{what} is given, but site_{what} is empty", "give both")
        self.machine = Machine(self._name(reader, values), file, line.number, values)

    def _name(self, reader: Reader, values: Mapping[str, str]) -> str:
        """The name, or an empty text where it cannot be told; then a fault says why."""
        name = values.get("name") or reader.name_template or ""
        if "{" in name or "}" in name:
            try:
                name = NameTemplate.parse(name, set(reader.columns.names) - {"name"}).render(values)
            except TemplateError as error:
                self._tell(error.cause, error.remedy)
                return ""
        if fault := computer_name.fault(name):
            self._tell(f"{fault.cause}: {name!r}" if name else fault.cause, fault.remedy)
            return ""
        if name.lower() in _INVENTORY_WORDS:
            self._tell(f"the name {name!r} means something else to Ansible", "choose another")
            return ""
        return name


def _doubles(machines: Iterable[Machine], known: Mapping[str, Mapping[str, str]]) -> list[Fault]:
    """Everything that must be unique and is not; told at every place but the first."""
    faults = []
    seen = {column: dict(known.get(column, {})) for column in _UNIQUE}
    for machine in machines:
        for column, word in _UNIQUE.items():
            value = machine.name if column == "name" else machine.values.get(column, "")
            first = seen[column].setdefault(value.lower(), machine.source) if value else machine.source
            if first != machine.source:
                cause = f"{word} {value} also stands in {first}"
                faults.append(Fault(machine.file, machine.line, cause, _REMEDIES[column]))
    return faults
