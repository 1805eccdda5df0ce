# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issue record: what the directory said of an account right after its package was issued.

It lies beside the package and holds no secret. Whatever differs from it later tells that the account was used.
A record is written before the account is touched, too, and says then what is intended: when a run is killed in
between, the next one knows that the account is its own work.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from .. import record_text

_KIND = "issue record"


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Traces of use on one domain controller; 0 and None mean: never. Times are FILETIMEs (MS-DTYP 2.3.3)."""

    password_last_set: int = 0
    last_logon: int = 0
    logon_count: int = 0
    last_logon_timestamp: int = 0
    operating_system: str | None = None


@dataclass(frozen=True, kw_only=True)
class IssueRecord:
    """``issued`` is an ISO 8601 time in UTC; ``evidence`` has the traces of use by domain controller.

    Of an intended package, ids, ``password_last_set`` (a FILETIME) and ``package_sha256`` are None. Of a sealed one,
    ``sealed_sha256`` is the fingerprint of its file and ``expires`` an ISO 8601 time. ``login`` is the account by which
    the directory knew who issued it, None where that was another tool.
    """

    machine: str
    domain: str
    distinguished_name: str
    issued: str
    sid: str | None = None
    object_guid: str | None = None
    password_last_set: int | None = None
    key_version: int | None = None
    package_sha256: str | None = None
    sealed_sha256: str | None = None
    expires: str | None = None
    login: str | None = None
    evidence: Mapping[str, Traces] = field(default_factory=dict)

    def baseline(self, controller: str) -> Traces:
        """How the account looked there; a controller that nobody asked had not seen the new account."""
        return self.evidence.get(controller, Traces())

    def to_json(self) -> str:
        # Written as before 0.5.0 where it is not known, so that what the ledger has of it stays the same.
        return record_text.write(self, optional={"login"})

    @classmethod
    def from_json(cls, content: str | bytes) -> IssueRecord:
        """
        :raises ValueError: it is no issue record of this format
        """
        fields = record_text.read(content, _KIND)
        evidence = fields.pop("evidence", None)
        if not isinstance(evidence, dict):
            raise ValueError(f"{_KIND} without evidence")
        # What records of version 0.1.0 do not have, and since 0.5.0.
        fields = {"sealed_sha256": None, "expires": None, "login": None} | fields
        seen = {controller: record_text.checked(Traces, traces, _KIND) for controller, traces in evidence.items()}
        record = record_text.checked(cls, fields, _KIND, without={"evidence"})
        record_text.require_time(record.issued, "issued", _KIND)
        if record.expires is not None:
            record_text.require_time(record.expires, "expires", _KIND)
        return dataclasses.replace(record, evidence=seen)
