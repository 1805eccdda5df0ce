# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The revocation record: what was revoked, when and why. It lies beside the package's issue record.

It is written before the account is touched, and says then what is intended: when a run is killed in between, the next
one knows that the new password is its own work and no sign of life.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import record_text

_KIND = "revocation record"


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
        return record_text.write(self)

    @classmethod
    def from_json(cls, content: str | bytes) -> RevocationRecord:
        """
        :raises ValueError: it is no revocation record of this format
        """
        record = record_text.checked(cls, record_text.read(content, _KIND), _KIND)
        record_text.require_time(record.revoked, "revoked", _KIND)
        return record
