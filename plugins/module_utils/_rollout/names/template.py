# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name templates such as ``{branch}-{type}-{number:03}``: a machine's name from the columns of its line.

A field takes a width with or without a leading zero, ``{number:03}``, which pads digits with zeros, or a length,
``{serial_number:.6}``, which keeps the first characters. Nothing else of Python's format language is understood:
its attributes and indexes would let a CSV file look into the program.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FORMAT = re.compile(r"0?(?P<width>[1-9][0-9]?)|\.(?P<length>[1-9][0-9]?)")
_ANYTHING = "[A-Za-z0-9-]+"


class TemplateError(ValueError):
    """``cause`` says what is wrong with a template or with what is filled in, ``remedy`` how to mend it."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause}; {remedy}")
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True)
class Field:
    name: str
    width: int | None
    length: int | None

    def render(self, value: str) -> str:
        """
        :raises TemplateError: the value does not fit
        """
        if not value:
            raise TemplateError(f"the name template needs {self.name}, which is empty", f"fill in {self.name}")
        if self.length:
            return value[: self.length]
        if self.width is None:
            return value
        if not (value.isascii() and value.isdigit()):
            cause = f"the name template pads {self.name} with zeros, but {value!r} is no number"
            raise TemplateError(cause, f"write only digits in {self.name}")
        return value.lstrip("0").rjust(self.width, "0")

    @property
    def pattern(self) -> str:
        """What any value of this field looks like in a name."""
        if self.length:
            return f"[A-Za-z0-9-]{{1,{self.length}}}"
        return _ANYTHING if self.width is None else f"[0-9]{{{self.width},}}"


@dataclass(frozen=True)
class NameTemplate:
    """``parts`` are literal texts and fields in their order."""

    text: str
    parts: tuple[str | Field, ...]

    @classmethod
    def parse(cls, text: str, columns: Iterable[str] | None = None) -> NameTemplate:
        """Read a template; with ``columns`` its fields must be among them.

        :raises TemplateError: it cannot be understood
        """
        known = None if columns is None else set(columns)
        parts: list[str | Field] = []
        try:
            for literal, name, form, conversion in string.Formatter().parse(text):
                if literal:
                    parts.append(literal)
                if name is not None:
                    parts.append(_field(text, name, form or "", conversion))
        except TemplateError:
            raise
        except ValueError as error:
            cause = f"the name template {text!r} cannot be read ({error})"
            raise TemplateError(cause, "write fields as {branch} or {number:03}") from None
        if known is not None:
            for part in parts:
                if isinstance(part, Field) and part.name not in known:
                    cause = f"the name template {text!r} has the field {part.name!r}, which is no column"
                    raise TemplateError(cause, f"use some of {', '.join(sorted(known))}")
        return cls(text, tuple(parts))

    @property
    def fields(self) -> list[str]:
        return [part.name for part in self.parts if isinstance(part, Field)]

    def render(self, values: Mapping[str, str]) -> str:
        """The name of the machine with these values.

        :raises TemplateError: a value is missing or does not fit
        """
        return "".join(part if isinstance(part, str) else part.render(values.get(part.name, "")) for part in self.parts)

    def fits(self, name: str, values: Mapping[str, str] | None = None) -> bool:
        """Whether a name could come from this template, without regard to case.

        A field whose value is known must stand there as it is; any other one may be anything of its form.
        """
        return re.fullmatch(self._pattern(values or {}), name, re.IGNORECASE) is not None

    def _pattern(self, values: Mapping[str, str]) -> str:
        pattern = []
        for part in self.parts:
            if isinstance(part, str):
                pattern.append(re.escape(part))
                continue
            try:
                known = re.escape(part.render(values[part.name])) if values.get(part.name) else None
            except TemplateError:
                return r"(?!)"  # a value that cannot stand in a name fits no name
            pattern.append(known or part.pattern)
        return "".join(pattern)


def _field(text: str, name: str, form: str, conversion: str | None) -> Field:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or conversion:
        cause = f"the name template {text!r} has a field that is no column's name"
        raise TemplateError(cause, "write fields as {branch} or {number:03}")
    if not form:
        return Field(name, None, None)
    match = _FORMAT.fullmatch(form)
    if not match:
        cause = f"the name template {text!r} gives {name} the form {form!r}"
        raise TemplateError(cause, "give a number of digits such as {number:03} or a length such as {serial_number:.6}")
    return Field(
        name, int(match["width"]) if match["width"] else None, int(match["length"]) if match["length"] else None
    )
