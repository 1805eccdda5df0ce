# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The columns of a branch's CSV files: which there are, which must be there, and which must not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from .faults import Fault
from .table import Line

# What a line must say, beside its name; the line itself, or the source's defaults.
REQUIRED = ("inventory_tag", "serial_number", "branch", "type")
_OPTIONAL = ("name", "number", "wave", "responsible", "staging_ou", "production_ou", "planned_date")
# Connection data of the two phases: before the network is there with a local account, afterwards with Kerberos.
PHASES = ("site", "domain")
CONNECTION = ("address", "user", "connection", "port")
# What becomes a variable machine_SOMETHING as it stands.
PLAIN = (*REQUIRED, *_OPTIONAL)
KNOWN = (*PLAIN, *(f"{phase}_{what}" for phase in PHASES for what in CONNECTION))
# What the inventory itself sets as machine_SOMETHING, and so no extra column may be called.
TAKEN = frozenset({*KNOWN, "serial", "connection", "source", "faults"})

# In the languages of those who fill in such files; a column called so is never read.
_SECRET = re.compile(
    r"pass(wor[dt]|wd|phrase|code)?\b|passwor|pwd\b|\bpw\b|kennwort|geheim|secret|credential|\blaps\b|\btoken\b|\bpin\b"
    r"|парол|секрет|mot.de.passe|contrase|clave|senha|palavra.passe|wachtwoord|has[lł]o|l[oö]senord|adgangskode"
    r"|salasana|jelsz|heslo|parol|şifre|sifre|密码|パスワード"
)
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def looks_secret(header: str) -> bool:
    """Whether a column of this name would hold passwords."""
    return _SECRET.search(re.sub(r"[_\-./]+", " ", header.casefold())) is not None


@dataclass(frozen=True)
class Columns:
    """``headers`` maps our columns to what they are called in the files; ``extra`` are columns of the site's own.

    ``defaults`` are values of columns whose cell is empty or missing. ``templated`` says that a template gives the
    names, so that the files need no column for them.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Collection[str] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    templated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (*KNOWN, *self.extra)

    def of(self, header: str) -> str | None:
        """The column that a header names, without regard to case."""
        return self._by_header().get(_plain(header))

    def placed(self, file: str, header: Line) -> tuple[list[str | None], list[Fault]]:
        """The column of every cell of a header, and the faults of the header."""
        by_header = self._by_header()
        places = [by_header.get(_plain(cell)) for cell in header.cells]
        return places, [Fault(file, header.number, *what) for what in self._header_faults(header, places)]

    def faults(self, file: str) -> list[Fault]:
        """What is wrong with the options themselves; ``file`` is the inventory source."""
        found: list[tuple[str, str]] = []
        for option, columns in (("columns", self.headers), ("defaults", self.defaults)):
            found += [
                (f"{option} names {one!r}, which is no column", f"use some of {', '.join(self.names)}")
                for one in columns
                if one not in self.names
            ]
        for one in self.extra:
            if not _WORD.fullmatch(one) or one in TAKEN:
                cause = f"extra_columns names {one!r}, which cannot become a variable machine_{one}"
                found.append((cause, "use a word of a to z, digits and underscores that no other column has"))
        secret = [one for one in (*self.extra, *self.headers.values()) if looks_secret(one)]
        found += [(f"the column {one!r} would hold passwords", _NO_SECRETS) for one in secret]
        return [Fault(file, None, cause, remedy) for cause, remedy in found]

    def _by_header(self) -> dict[str, str]:
        return {_plain(self.headers.get(column, column)): column for column in self.names}

    def _header_faults(self, header: Line, places: list[str | None]) -> Iterable[tuple[str, str]]:
        for cell, column in zip(header.cells, places, strict=True):
            if looks_secret(cell):
                yield f"the column {cell!r} looks like passwords", _NO_SECRETS
            elif not cell:
                yield "a column has no name", "name it, or remove it"
            elif column is None:
                remedy = "remove it, correct it, map it with the option columns, or name it in extra_columns"
                yield f"the column {cell!r} is unknown", remedy
        for column, times in Counter(column for column in places if column).items():
            if times > 1:
                yield f"the column {column} is there {times} times", "keep one of them"
        required = REQUIRED if self.templated else ("name", *REQUIRED)
        for column in required:
            if column not in places and not self.defaults.get(column):
                title = self.headers.get(column, column)
                remedy = "add it, or give the name_template" if column == "name" else "add it, or give it in defaults"
                yield f"the column {title} is missing", remedy


_NO_SECRETS = "remove it from the file and change these passwords, because a file like this keeps no secret"


def _plain(header: str) -> str:
    return re.sub(r"[\s-]+", "_", header.strip().casefold())
