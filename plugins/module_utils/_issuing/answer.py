# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one machine for which a package was to be issued, by the control node or by a Windows host."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """``package`` and ``issue_record`` are paths; before issuing, ids are unknown.

    ``incomplete`` is what the issue record lacks of a package that a Windows host made.
    """

    name: str
    changed: bool = False
    error: str | None = None
    act: str | None = None
    distinguished_name: str | None = None
    sid: str | None = None
    object_guid: str | None = None
    package: str | None = None
    package_sha256: str | None = None
    issue_record: str | None = None
    incomplete: str | None = None

    def before_and_after(self) -> tuple[str, str]:
        return "", f"account: {self.distinguished_name} ({self.act})\npackage: {self.package}\n"

    def to_result(self) -> dict[str, Any]:
        return {key: value for key, value in dataclasses.asdict(self).items() if value is not None and key != "name"}
