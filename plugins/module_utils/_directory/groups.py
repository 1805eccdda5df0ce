# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups and their direct members. A membership stands on the group, in its attribute ``member``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .connection import DirectoryConnection, Entry, owner_and_dacl
from .domain import Domain, sid, text
from .effective_rights import GroupRights
from .errors import MemberError, SearchError
from .libraries import escape_filter_chars, ldap3_exceptions
from .refusals import Causes, Refusal, told

_ATTRIBUTES = [*GroupRights.ATTRIBUTES, "distinguishedName", "objectClass", "objectSid"]
_NOT_THERE = (32, 34)  # noSuchObject, invalidDNSyntax


@dataclass(frozen=True)
class Group:
    """A group and what this login may do with it."""

    dn: str
    sid: str
    rights: GroupRights

    def require_writable(self) -> None:
        """
        :raises MemberError: the login may not write its members
        """
        if missing := self.rights.missing():
            cause = f"the login may not {' or '.join(missing)}"
            remedy = "delegate it this right, or use the login whose duty this is"
            raise MemberError(f"change the members of {self.dn}", cause, remedy, dn=self.dn)


class Groups:
    """Groups that many machines ask for, and that are read once each."""

    def __init__(self, connection: DirectoryConnection, domain: Domain, sids: Collection[str]) -> None:
        self._connection = connection
        self._domain = domain
        self._sids = sids
        self._known: dict[str, Group | SearchError] = {}

    def find(self, name: str) -> Group:
        """The group of this DN, or of this account name with or without the domain before it.

        :raises SearchError: there is no such group, or it cannot be read
        """
        if name.lower() not in self._known:
            try:
                self._known[name.lower()] = self._read(name)
            except SearchError as error:
                self._known[name.lower()] = error
        known = self._known[name.lower()]
        if isinstance(known, SearchError):
            raise known
        return known

    def _read(self, name: str) -> Group:
        entry = self._entry(name)
        if entry is None or b"group" not in entry.get("objectClass", []):
            cause = "there is no such group" if entry is None else "it is not a group"
            raise SearchError(f"look up the group {name}", cause, "correct the name, or create the group", dn=name)
        dn = text(entry, "distinguishedName")
        return Group(dn, sid(entry, "objectSid"), GroupRights.judge(dn, entry, self._sids))

    def _entry(self, name: str) -> Entry | None:
        if "=" not in name:
            account = f"(sAMAccountName={escape_filter_chars(name.rpartition(chr(92))[2])})"
            found = self._connection.search(self._domain.base_dn, account, _ATTRIBUTES, owner_and_dacl())
            return found[0][1] if found else None
        try:
            return self._connection.read(name, _ATTRIBUTES, controls=owner_and_dacl())
        except SearchError as error:
            if error.result in _NOT_THERE:
                return None
            raise


def change_members(connection: DirectoryConnection, dn: str, joining: list[str], leaving: list[str]) -> None:
    """Add and remove direct members, all by DN, in one operation.

    Who is in or out already is no error to Windows. Samba 4.17 refuses the whole operation then, as far as members
    are concerned; a single one is told from other failures.

    :raises MemberError: no membership of this group was changed
    """
    causes: Causes = {
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            "the login may not write its members", "delegate it the right to write the attribute member of this group"
        )
    }
    remedy = "look at the group's scope and at who else works on these accounts, and run again"
    with told(MemberError, f"change the members of {dn}", dn, causes, remedy):
        try:
            connection.change_values(dn, "member", joining, leaving)
        except ldap3_exceptions.LDAPEntryAlreadyExistsResult:
            if len(joining) != 1 or leaving:
                raise
