# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a branch's files: one sentence for each fault, with the place where it is mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """``line`` counts from 1 as an editor does; None is for the file as a whole. A cell's text is never a secret."""

    file: str
    line: int | None
    cause: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file} line {self.line}"
        return f"{place}: {self.cause}; {self.remedy}"


def in_order(faults: list[Fault]) -> list[Fault]:
    """As somebody mends them: file after file as they were read, each from its top."""
    files = list(dict.fromkeys(fault.file for fault in faults))
    return sorted(faults, key=lambda fault: (files.index(fault.file), fault.line or 0))
