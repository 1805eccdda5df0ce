# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grant the rights of one duty on an OU or a group, or take them back, and tell what is beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import access_list, schema_ids
from .access_check import FULL_CONTROL, specific
from .connection import DirectoryConnection, dacl_only
from .domain import number, text
from .duties import Grant
from .errors import DelegationError
from .refusals import told
from .security_descriptor import Ace, decode

_DESCRIPTOR = "nTSecurityDescriptor"
_DACL = 4  # a bit of sDRightsEffective (MS-ADTS 3.1.1.4.5.6)
_INHERITANCE = 0x0F  # object inherit, container inherit, no propagate inherit, inherit only (MS-DTYP 2.4.4.1)
_REMEDY = "use a login that may change its permissions, such as its owner"
# MS-ADTS 5.1.3.2
_WORDS = {
    0x00000001: "create children",
    0x00000002: "delete children",
    0x00000004: "list children",
    0x00000008: "validated write",
    0x00000010: "read property",
    0x00000020: "write property",
    0x00000040: "delete tree",
    0x00000080: "list object",
    0x00000100: "control access",
    0x00010000: "delete",
    0x00020000: "read permissions",
    0x00040000: "write permissions",
    0x00080000: "take ownership",
}


@dataclass(frozen=True)
class Standing:
    """How the rights of one trustee stand on one object; ``beyond`` are its explicit entries that the duty lacks.

    ``writable``: whether this login may write the object's access control list; None where that is not told.
    """

    dn: str
    trustee: str
    granted: tuple[Grant, ...]
    missing: tuple[Grant, ...]
    beyond: tuple[str, ...]
    writable: bool | None
    descriptor: bytes

    @classmethod
    def read(cls, connection: DirectoryConnection, dn: str, trustee: str, grants: Sequence[Grant]) -> Standing:
        """
        :raises SearchError: the object is not there
        :raises DelegationError: its access control list cannot be read
        """
        entry = connection.read(dn, ["distinguishedName", _DESCRIPTOR, "sDRightsEffective"], controls=dacl_only())
        act = f"look at the rights on {dn}"
        if _DESCRIPTOR not in entry:
            cause, remedy = "its access control list is not readable", "use a login that may read permissions"
            raise DelegationError(act, cause, remedy, dn=dn)
        descriptor = entry[_DESCRIPTOR][0]
        try:
            aces = decode(descriptor).dacl
        except ValueError as error:
            raise DelegationError(act, str(error), "repair its security descriptor", dn=dn) from None
        if aces is None:
            cause = "it has no access control list, so everybody may do everything"
            raise DelegationError(act, cause, "give it one first", dn=dn)
        own = [ace for ace in aces if not ace.inherited and ace.trustee == trustee]
        granted = tuple(one for one in grants if any(_same(ace, one.ace(trustee)) for ace in own))
        rights = number(entry, "sDRightsEffective")
        return cls(
            dn=text(entry, "distinguishedName"),
            trustee=trustee,
            granted=granted,
            missing=tuple(one for one in grants if one not in granted),
            beyond=tuple(_told(ace) for ace in own if not any(_same(ace, one.ace(trustee)) for one in grants)),
            writable=None if rights is None else bool(rights & _DACL),
            descriptor=descriptor,
        )

    def require_writable(self) -> None:
        """
        :raises DelegationError: the login may not write its access control list
        """
        if self.writable is False:
            cause = "the login may not change its permissions"
            raise DelegationError(_act(self), cause, _REMEDY, dn=self.dn)


def grant(connection: DirectoryConnection, standing: Standing) -> None:
    """Add what is missing.

    :raises DelegationError: the directory refused, or the list would be too long
    """
    aces = [one.ace(standing.trustee) for one in standing.missing]
    try:
        descriptor = access_list.with_aces(standing.descriptor, aces)
    except ValueError as error:
        raise DelegationError(_act(standing), str(error), "remove entries that nobody needs", dn=standing.dn) from None
    _write(connection, standing, descriptor)


def take_back(connection: DirectoryConnection, standing: Standing) -> None:
    """Take out the entries of the duty, those that stand there just so.

    :raises DelegationError: the directory refused
    """
    wanted = [one.ace(standing.trustee) for one in standing.granted]
    descriptor = access_list.without_aces(standing.descriptor, lambda ace: any(_same(ace, one) for one in wanted))
    _write(connection, standing, descriptor)


def _write(connection: DirectoryConnection, standing: Standing, descriptor: bytes) -> None:
    with told(DelegationError, _act(standing), standing.dn, remedy=_REMEDY):
        connection.replace(standing.dn, {_DESCRIPTOR: [descriptor]}, dacl_only())


def _act(standing: Standing) -> str:
    return f"write the access control list of {standing.dn}"


def _same(one: Ace, other: Ace) -> bool:
    """Who, what and on what are the same, however the rights are spelled and whatever is audited."""
    return (
        one.allow == other.allow
        and one.conditional == other.conditional
        and one.trustee == other.trustee
        and specific(one.mask) == specific(other.mask)
        and one.object_type == other.object_type
        and one.inherited_object_type == other.inherited_object_type
        and one.flags & _INHERITANCE == other.flags & _INHERITANCE
    )


def _told(ace: Ace) -> str:
    mask = specific(ace.mask)
    rights = "full control" if mask & FULL_CONTROL == FULL_CONTROL else _rights(mask)
    kind = "" if ace.allow else "denied: "
    what = f" on {schema_ids.told(ace.object_type)}" if ace.object_type else ""
    below = f" of {schema_ids.told(ace.inherited_object_type)} objects below" if ace.inherited_object_type else ""
    return f"{kind}{rights}{what}{below}{' under a condition' if ace.conditional else ''}"


def _rights(mask: int) -> str:
    words = [word for bit, word in _WORDS.items() if mask & bit]
    unknown = mask & ~sum(_WORDS)
    return ", ".join([*words, *([f"{unknown:#x}"] if unknown else [])])
