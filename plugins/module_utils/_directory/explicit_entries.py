# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which entries of a computer account's access control list somebody wrote onto it by hand.

Explained are: what it inherits; what the class computer gives every new account (defaultSecurityDescriptor, MS-ADSC
2.21), compared by trustee, rights and object type, because an entry for Everyone may be the default or a back door;
whatever the owner holds, who could write any entry anyway; and whatever holds the whole domain. A domain that has
changed the default of the class sees its own entries here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from . import schema_ids
from .access_check import (
    CONTROL_ACCESS,
    CREATE_CHILD,
    DELETE_CHILD,
    FULL_CONTROL,
    OWNER_RIGHTS,
    READ,
    READ_PROPERTY,
    SELF,
    VALIDATED_WRITE,
    WRITE_PROPERTY,
    specific,
)
from .security_descriptor import Ace, SecurityDescriptor

_SYSTEM, _ADMINISTRATORS, _CREATOR_OWNER = "S-1-5-18", "S-1-5-32-544", "S-1-3-0"
_DOMAIN_ADMINS, _CERT_PUBLISHERS, _ENTERPRISE_ADMINS = 512, 517, 519
_CHILDREN, _PROPERTY = CREATE_CHILD | DELETE_CHILD, READ_PROPERTY | WRITE_PROPERTY
_CHANGE_PASSWORD = uuid.UUID("ab721a53-1e2f-11d0-9819-00aa0040529b")
_PRINT_QUEUE = uuid.UUID("bf967aa8-0de6-11d0-a285-00aa003049e2")
_USER_CERTIFICATE = uuid.UUID("bf967a7f-0de6-11d0-a285-00aa003049e2")
_PERSONAL_INFORMATION = uuid.UUID("77b5b886-944a-11d1-aebd-0000f80367c1")
_TOKEN_GROUPS = uuid.UUID("46a9b11d-60ae-405a-b7e8-ff8a58d456d2")

# Trustee (a number is a RID of the domain), rights, object type. Domain Admins and SYSTEM are explained anyway.
_DEFAULT: tuple[tuple[str | int, int, uuid.UUID | None], ...] = (
    ("S-1-5-32-548", FULL_CONTROL, None),  # Account Operators
    ("S-1-5-11", READ, None),  # Authenticated Users
    ("S-1-1-0", CONTROL_ACCESS, _CHANGE_PASSWORD),  # Everyone
    (SELF, _CHILDREN, None),
    ("S-1-5-32-550", _CHILDREN, _PRINT_QUEUE),  # Print Operators
    (_CERT_PUBLISHERS, _PROPERTY, _USER_CERTIFICATE),
    (SELF, VALIDATED_WRITE, schema_ids.SERVICE_PRINCIPAL_NAME),
    (SELF, _PROPERTY, _PERSONAL_INFORMATION),
    (SELF, VALIDATED_WRITE, schema_ids.DNS_HOST_NAME),
    ("S-1-5-32-560", READ_PROPERTY, _TOKEN_GROUPS),  # Windows Authorization Access
)


def unexplained(descriptor: SecurityDescriptor, domain_sid: str) -> Iterator[tuple[str, str]]:
    """Name and evidence of every entry or trustee that neither the class nor the owner explains."""
    if descriptor.dacl is None:
        yield "no access control list", "it has none, so everybody may do everything"
        return
    for opaque in descriptor.opaque:
        if not opaque.inherited:
            yield "an unknown access control entry", f"an explicit entry of the unknown type {opaque.type:#04x}"
    explicit = [ace for ace in descriptor.dacl if not ace.inherited]
    foreign: dict[str, list[Ace]] = {}
    for ace in explicit:
        if ace.allow and not _explained(ace, descriptor.owner, domain_sid):
            foreign.setdefault(ace.trustee, []).append(ace)
    for trustee, aces in foreign.items():
        yield "explicit rights", f"{trustee} holds {'; '.join(map(_told, aces))}"
    for ace in explicit:
        if not ace.allow and specific(ace.mask) & READ_PROPERTY:
            yield "hidden attributes", f"an explicit entry denies {ace.trustee} to read ({_told(ace)})"


def _explained(ace: Ace, owner: str | None, domain_sid: str) -> bool:
    whole_domain = {f"{domain_sid}-{rid}" for rid in (_DOMAIN_ADMINS, _ENTERPRISE_ADMINS)}
    if ace.trustee in {owner, OWNER_RIGHTS, _CREATOR_OWNER, _SYSTEM, _ADMINISTRATORS, *whole_domain}:
        return True
    return any(
        ace.trustee == (f"{domain_sid}-{trustee}" if isinstance(trustee, int) else trustee)
        and ace.object_type == object_type
        and not specific(ace.mask) & ~rights
        for trustee, rights, object_type in _DEFAULT
    )


def _told(ace: Ace) -> str:
    return f"rights {specific(ace.mask):#x}" + (f" on {ace.object_type}" if ace.object_type else "")
