# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take an account out of its creator's hands: another owner, and no entries of the creator's own.

Whoever creates an account with a delegated right owns it, may reset its password and delete it, and as the owner may
write any entry anew. Both parts are written in one operation, so nothing can stop between them.
"""

from __future__ import annotations

from collections.abc import Collection

from . import access_list
from .connection import DirectoryConnection
from .errors import ModifyError
from .libraries import security_descriptor_control
from .refusals import told
from .security_descriptor import SecurityDescriptor

_OWNER, _DACL = 1, 4  # LDAP_SERVER_SD_FLAGS (MS-ADTS 3.1.1.3.4.1.11)
_DOMAIN_SID = "S-1-5-21-"
_FIRST_ORDINARY = 1000  # below are the RIDs of groups and accounts that every domain has (MS-DTYP 2.4.2.4)


def trustees(descriptor: SecurityDescriptor) -> tuple[str, ...]:
    """The ordinary users and groups that have allowing entries of their own on the account, as SIDs, each once."""
    explicit = (ace.trustee for ace in descriptor.dacl or () if ace.allow and not ace.inherited)
    return tuple(dict.fromkeys(sid for sid in explicit if ordinary(sid)))


def ordinary(sid: str) -> bool:
    """Whether this is somebody's account or group, and none that the class computer itself names."""
    return sid.startswith(_DOMAIN_SID) and int(sid.rpartition("-")[2]) >= _FIRST_ORDINARY


def hand_over(
    connection: DirectoryConnection, dn: str, descriptor: bytes, owner: str | None, stripped: Collection[str]
) -> None:
    """Write the owner (None: as it is), and take out the explicit entries of these SIDs.

    :raises ModifyError: nothing was changed
    """
    try:
        written = access_list.without_aces(descriptor, lambda ace: ace.trustee in stripped)
        parts = _DACL
        if owner is not None:
            written, parts = access_list.with_owner(written, owner), parts | _OWNER
    except ValueError as error:
        raise ModifyError(f"change the owner of {dn}", str(error), "repair its permissions", dn=dn) from None
    act = f"change the owner of {dn}" if owner else f"take rights on {dn} away"
    remedy = (
        "let the login take it into ownership itself (owner: self): to name somebody else takes the privilege to "
        "restore files"
    )
    with told(ModifyError, act, dn, remedy=remedy):
        control = security_descriptor_control(criticality=True, sdflags=parts)
        connection.replace(dn, {"nTSecurityDescriptor": [written]}, control)
