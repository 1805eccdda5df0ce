# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The revocation record: what was revoked, when and why. It lies beside the package's issue record.

It is written before the account is touched, and says then what is intended: when a run is killed in between, the next
one knows that the new password is its own work and no sign of life.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import get_type_hints

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class RevocationRecord:
    """``revoked`` is an ISO 8601 time in UTC. ``package_sha256`` is that of the issue record, if any.

    ``password_last_set`` is the FILETIME of the last new password, None until it is set. ``used`` tells that the
    package may have been used before.
    """

    machine: str
    domain: str
    object_guid: str
    reason: str
    revoked: str
    used: bool
    package_sha256: str | None = None
    password_last_set: int | None = None

    @property
    def finished(self) -> bool:
        return self.password_last_set is not None

    def to_json(self) -> str:
        return json.dumps({"format": _FORMAT, **dataclasses.asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, content: str | bytes) -> RevocationRecord:
        """
        :raises ValueError: it is no revocation record of this format
        """
        try:
            fields = json.loads(content)
        except RecursionError:
            raise ValueError("no revocation record") from None
        if not isinstance(fields, dict) or fields.pop("format", None) != _FORMAT:
            raise ValueError("no revocation record")
        hints = get_type_hints(cls)
        if fields.keys() != hints.keys():
            raise ValueError("a revocation record with other fields")
        for name, hint in hints.items():
            if not isinstance(fields[name], hint) or (hint is not bool and isinstance(fields[name], bool)):
                raise ValueError(f"a revocation record with an impossible {name}")
        return cls(**fields)
