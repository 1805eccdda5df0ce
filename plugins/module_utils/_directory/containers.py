# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organizational units and containers that accounts are created in."""

from __future__ import annotations

from dataclasses import dataclass

from .connection import DirectoryConnection
from .domain import Domain, text
from .effective_rights import CHILD_CLASSES, creates_computers
from .errors import DirectoryError, SearchError

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
            entry = connection.read(dn, ["distinguishedName", CHILD_CLASSES])
        except SearchError as error:
            cause = _CAUSES.get(error.result or 0)
            if cause is None:
                raise
            remedy = "create it, or correct path"
            raise SearchError(f"look at the organizational unit {dn}", cause, remedy, dn=dn) from None
        return cls(text(entry, "distinguishedName"), creates_computers(entry))


class Containers:
    """Containers asked for by many machines, and read once each."""

    def __init__(self, connection: DirectoryConnection, domain: Domain) -> None:
        self._connection = connection
        self._domain = domain
        self._known: dict[str, Container | SearchError] = {}

    def find(self, path: str | None) -> Container:
        """The container of this DN, or the domain's own one for new computers.

        :raises SearchError: it is not there
        """
        asked = path or self._domain.computers_container
        if asked not in self._known:
            try:
                self._known[asked] = Container.read(self._connection, asked)
            except SearchError as error:
                self._known[asked] = error
        known = self._known[asked]
        if isinstance(known, SearchError):
            raise known
        return known

    def open_to_computers(self, path: str | None) -> str:
        """The DN of a container in which this login may create computers.

        :raises DirectoryError: it is not there, or the right is missing
        """
        container = self.find(path)
        if not container.accepts_computers:
            raise DirectoryError(
                f"create a computer in {container.dn}",
                "the login may not create computers there",
                "delegate it the right to create computer objects on this organizational unit",
                dn=container.dn,
            )
        return container.dn
