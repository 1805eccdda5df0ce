# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sealed packages beside the events, so that a job in another container finds them by machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from .._sealing.armour import is_sealed, unwrap
from .._sealing.errors import SealError
from .events import Entry, Kind, fault, now


@dataclass(frozen=True)
class SealedPackage:
    """``sha256`` is the fingerprint of the package inside, ``content`` the file."""

    machine: str
    sha256: str
    content: bytes = field(repr=False)

    @property
    def content_sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def fault(self) -> str | None:
        """What is wrong with it and how to mend it, or None."""
        of_the_event = fault(Entry(kind=Kind.SEALED, machine=self.machine, time=now(), sha256=self.sha256))
        if of_the_event:
            return of_the_event
        if not self.sha256:
            return "sha256 is missing; name the package that is sealed"
        if not is_sealed(self.content):
            return "it is no sealed package, and the ledger keeps no other; seal it first"
        try:
            unwrap(self.content)
        except SealError as error:
            return str(error)
        return None
