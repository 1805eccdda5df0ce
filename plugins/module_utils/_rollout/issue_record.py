# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issue record: what the directory said of an account right after its package was issued.

It lies beside the package and holds no secret. Whatever differs from it later tells that the account was used.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, get_type_hints

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class IssueRecord:
    """``password_last_set`` is a FILETIME, ``issued`` an ISO 8601 time in UTC; ``evidence`` is the baseline of use."""

    machine: str
    domain: str
    distinguished_name: str
    sid: str
    object_guid: str
    password_last_set: int
    key_version: int
    evidence: dict[str, Any]
    package_sha256: str
    issued: str

    def to_json(self) -> str:
        return json.dumps({"format": _FORMAT, **dataclasses.asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, content: str | bytes) -> IssueRecord:
        """
        :raises ValueError: it is no issue record of this format
        """
        try:
            fields = json.loads(content)
        except RecursionError:
            raise ValueError("no issue record") from None
        if not isinstance(fields, dict) or fields.pop("format", None) != _FORMAT:
            raise ValueError("no issue record")
        hints = get_type_hints(cls)
        if fields.keys() != hints.keys() or not isinstance(fields["evidence"], dict):
            raise ValueError("an issue record with other fields")
        for name in fields.keys() - {"evidence"}:
            if not isinstance(fields[name], hints[name]):
                raise ValueError(f"an issue record with an impossible {name}")
        return cls(**fields)
