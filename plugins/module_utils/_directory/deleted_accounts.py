# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deleted accounts, and whether this login can see any.

The container CN=Deleted Objects lets administrators list it and nobody else. A search by anybody else succeeds and
finds nothing, so an empty answer proves nothing. What does prove sight: one deleted object in that container is seen,
whichever it is, because the right to list children there opens all of them. Without one, the container's security
descriptor may say so; it can rarely be read. What is left, a directory in which nothing was ever deleted among it, is
"not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .access_check import granted
from .caller import Caller
from .connection import Control, DirectoryConnection, owner_and_dacl
from .domain import Domain, number, text
from .errors import SearchError
from .name_filters import any_account, chunks
from .security_descriptor import decode

_SHOW_DELETED: Control = ("1.2.840.113556.1.4.417", True, None)  # MS-ADTS 3.1.1.3.4.1.14
_CONTAINER = "<WKGUID=18E2EA80684F11D2B9AA00C04F79F805,{}>"  # MS-ADTS 6.1.1.4
_LIST_CHILDREN = 0x00000004  # MS-ADTS 5.1.3.2
_FIRST_WINDOW = 1000  # update sequence numbers


@dataclass(frozen=True)
class DeletedAccount:
    """``deleted`` is the time of the last change in generalized time (RFC 4517, 3.3.13), as a rule that of deletion."""

    distinguished_name: str
    last_parent: str | None
    deleted: str


Deleted = dict[str, list[DeletedAccount]]  # by machine name in lower case


def find(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> Deleted | None:
    """Deleted accounts by account name, or None where this login cannot see them.

    :raises ConnectionLost: the domain controller stopped answering
    """
    container = _CONTAINER.format(domain.base_dn)
    try:
        found = _search(connection, container, names)
        return found if found or _sees(connection, container) else None
    except SearchError:
        return None


def _search(connection: DirectoryConnection, container: str, names: Iterable[str]) -> Deleted:
    found: Deleted = {}
    attributes = ["sAMAccountName", "lastKnownParent", "whenChanged"]
    for some in chunks(names):
        asked = f"(&(isDeleted=TRUE){any_account(some)})"
        for dn, entry in connection.search(container, asked, attributes, [_SHOW_DELETED]):
            parent = text(entry, "lastKnownParent") if "lastKnownParent" in entry else None
            changed = text(entry, "whenChanged") if "whenChanged" in entry else ""
            name = text(entry, "sAMAccountName").removesuffix("$").lower()
            found.setdefault(name, []).append(DeletedAccount(dn, parent, changed))
    return found


def _sees(connection: DirectoryConnection, container: str) -> bool:
    attributes = ["distinguishedName", "nTSecurityDescriptor"]
    own = connection.read(container, attributes, controls=[_SHOW_DELETED, *owner_and_dacl()])
    if "nTSecurityDescriptor" in own:
        descriptor = decode(own["nTSecurityDescriptor"][0])
        return granted(descriptor, Caller.read(connection).sids, _LIST_CHILDREN)
    return "distinguishedName" in own and _sees_any(connection, container, text(own, "distinguishedName"))


def _sees_any(connection: DirectoryConnection, container: str, own_dn: str) -> bool:
    """Whether anything below the container is visible, without reading all that was ever deleted."""
    for first in _windows(number(connection.read("", ["highestCommittedUSN"]), "highestCommittedUSN") or 0):
        asked = f"(&(isDeleted=TRUE)(uSNChanged>={first}))"
        seen = connection.search(container, asked, ["isDeleted"], [_SHOW_DELETED])
        if any(dn.lower() != own_dn.lower() for dn, _entry in seen):
            return True
    return False


def _windows(newest: int) -> Iterator[int]:
    """Where to begin looking: at the newest changes first, then each time eight times as far back."""
    window = _FIRST_WINDOW
    while window < newest:
        yield newest - window
        window *= 8
    yield 1
