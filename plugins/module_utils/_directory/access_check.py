# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a security descriptor grants to whom: the access check of the directory (MS-ADTS 5.1.3.3), without asking it.

Simplified where nothing of ours depends on it:

* one right on one thing is asked for at a time, so the object type tree (5.1.3.3.3) shrinks to the GUIDs on the way
  from its root to that thing, and an entry speaks of the thing when it names any of them or none;
* the inherited object type is not looked at: inheriting has happened, and an entry that is not for this class is
  inherit-only by then;
* privileges are not known (SeTakeOwnershipPrivilege, SeRestorePrivilege): they only ever add;
* conditions of callback entries are not evaluated: such an entry never grants, and always denies.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Iterable
from typing import Final

from .security_descriptor import Ace, SecurityDescriptor

# Access rights (MS-ADTS 5.1.3.2).
CREATE_CHILD: Final = 0x00000001
DELETE_CHILD: Final = 0x00000002
VALIDATED_WRITE: Final = 0x00000008
READ_PROPERTY: Final = 0x00000010
WRITE_PROPERTY: Final = 0x00000020
CONTROL_ACCESS: Final = 0x00000100
DELETE: Final = 0x00010000
READ_CONTROL: Final = 0x00020000
WRITE_DAC: Final = 0x00040000
WRITE_OWNER: Final = 0x00080000
READ: Final = 0x00020094
FULL_CONTROL: Final = 0x000F01FF

# Generic rights and what they stand for in the directory (MS-ADTS 5.1.3.2); stored entries rarely have them.
_GENERIC = {
    0x80000000: READ,
    0x40000000: 0x00020028,  # write
    0x20000000: 0x00020004,  # execute
    0x10000000: FULL_CONTROL,
}

_CONTAINER_INHERIT, _INHERITED = 0x02, 0x10  # flags of an entry (MS-DTYP 2.4.4.1)

OWNER_RIGHTS: Final = "S-1-3-4"
SELF: Final = "S-1-5-10"


def granted(
    descriptor: SecurityDescriptor, sids: Collection[str], mask: int, object_types: Collection[uuid.UUID] = ()
) -> bool:
    """Whether the descriptor grants every right of ``mask`` to a token with these ``sids``.

    ``object_types`` are the GUIDs by which an object entry may speak of what is asked for: the class of the child for
    CREATE_CHILD and DELETE_CHILD; the extended right or validated write; the class, property set and attribute for a
    property. Entries are taken in their order and the first that decides a right decides it.
    """
    if descriptor.dacl is None:
        return True
    identities = set(sids)
    if descriptor.owner in identities:
        identities.add(OWNER_RIGHTS)
    remaining = mask & ~_implicit_rights(descriptor, identities)
    for ace in descriptor.dacl:
        if not remaining:
            break
        if ace.inherit_only or ace.trustee not in identities:
            continue
        if ace.object_type is not None and ace.object_type not in object_types:
            continue
        rights = specific(ace.mask)
        if not ace.allow and rights & remaining:
            return False
        if ace.allow and not ace.conditional:
            remaining &= ~rights
    return not remaining


def passed_on(descriptor: SecurityDescriptor, object_class: uuid.UUID) -> SecurityDescriptor:
    """What a new object of this class inherits (MS-DTYP 2.5.3.4), without an owner and without what its class adds."""
    if descriptor.dacl is None:
        return SecurityDescriptor(None, None, None)
    inherited = (
        dataclasses.replace(ace, flags=_INHERITED, inherited_object_type=None)
        for ace in descriptor.dacl
        if ace.flags & _CONTAINER_INHERIT and ace.inherited_object_type in (None, object_class)
    )
    return SecurityDescriptor(None, None, tuple(inherited))


def token(sids: Iterable[str], object_sid: str | None = None) -> frozenset[str]:
    """The SIDs that count on the object of this SID: its own account is SELF there (MS-DTYP 2.5.3.2)."""
    own = frozenset(sids)
    return own | {SELF} if object_sid in own else own


def specific(mask: int) -> int:
    """The mask with its generic rights spelled out."""
    for generic, rights in _GENERIC.items():
        if mask & generic:
            mask = mask & ~generic | rights
    return mask


def _implicit_rights(descriptor: SecurityDescriptor, identities: set[str]) -> int:
    """What an owner may do without an entry, unless an entry for OWNER RIGHTS says otherwise (MS-DTYP 2.5.3.2).

    MS-ADTS 5.1.3.3.2 adds WRITE_OWNER; neither Samba nor the Win32 documentation does, and with WRITE_DAC the owner
    can grant it to itself.
    """
    spoken_for = any(_speaks_of_owner(ace) for ace in descriptor.dacl or ())
    return 0 if OWNER_RIGHTS not in identities or spoken_for else READ_CONTROL | WRITE_DAC


def _speaks_of_owner(ace: Ace) -> bool:
    return ace.trustee == OWNER_RIGHTS and not ace.inherit_only
