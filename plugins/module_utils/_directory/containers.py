# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organizational units and containers that accounts are created in."""

from __future__ import annotations

from dataclasses import dataclass

from .connection import DirectoryConnection
from .errors import SearchError

_CAUSES = {32: "it is not there", 34: "this is no distinguished name"}  # noSuchObject, invalidDNSyntax


@dataclass(frozen=True)
class Container:
    """``accepts_computers``: whether this login may create computers here, computed by the domain controller."""

    dn: str
    accepts_computers: bool

    @classmethod
    def read(cls, connection: DirectoryConnection, dn: str) -> Container:
        """
        :raises SearchError: there is no such object, or it cannot be read
        """
        try:
            entry = connection.read(dn, ["distinguishedName", "allowedChildClassesEffective"])
        except SearchError as error:
            cause = _CAUSES.get(error.result or 0)
            if cause is None:
                raise
            remedy = "create it, or correct path"
            raise SearchError(f"look at the organizational unit {dn}", cause, remedy, dn=dn) from None
        classes = {name.decode("ascii").lower() for name in entry.get("allowedChildClassesEffective", [])}
        return cls(entry["distinguishedName"][0].decode("utf-8"), "computer" in classes)
