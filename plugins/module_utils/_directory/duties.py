# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The duties of the rollout and the access control entries that each takes: the least that does it, found by trying.

One account for each duty: whoever issues cannot reset, whoever promotes cannot issue. Nobody gets the property set
User-Account-Restrictions, because msDS-AllowedToActOnBehalfOfOtherIdentity is in it, and writing that on a computer
hands the machine over (MS-ADA2 2.218).
"""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from . import schema_ids
from .access_check import (
    CONTROL_ACCESS,
    CREATE_CHILD,
    DELETE_CHILD,
    READ_PROPERTY,
    VALIDATED_WRITE,
    WRITE_DAC,
    WRITE_OWNER,
    WRITE_PROPERTY,
)
from .security_descriptor import Ace

_CONTAINER_INHERIT, _INHERIT_ONLY = 0x02, 0x08


class Duty(enum.Enum):
    ISSUE = "issue"
    REISSUE = "reissue"
    PROMOTE = "promote"
    GROUPS = "groups"


class Place(enum.Enum):
    """The object that an entry stands on."""

    STAGING = "staging OU"
    PRODUCTION = "production OU"
    GROUP = "group"


@dataclass(frozen=True)
class Grant:
    """One entry of a duty and what it allows, in words that follow "may"; ``below``: on objects of this class only."""

    place: Place
    words: str
    mask: int
    object_type: uuid.UUID | None = None
    below: uuid.UUID | None = None

    def ace(self, trustee: str) -> Ace:
        """The entry for the account or group of this SID."""
        flags = 0 if self.place is Place.GROUP else _CONTAINER_INHERIT
        return Ace(
            allow=True,
            flags=flags | (_INHERIT_ONLY if self.below else 0),
            mask=self.mask,
            trustee=trustee,
            object_type=self.object_type,
            inherited_object_type=self.below,
        )


def _on_computers(words: str, mask: int, object_type: uuid.UUID | None = None) -> Grant:
    return Grant(Place.STAGING, f"{words} of computers below", mask, object_type, schema_ids.COMPUTER)


def _sees_recovery_objects(place: Place) -> Grant:
    """Microsoft's schema shows them to Domain Admins alone. The names are in this property set; the recovery password
    and the key are not, and besides they are confidential: reading them takes CONTROL_ACCESS (MS-ADTS 3.1.1.4.4).
    """
    words = "see the names of BitLocker's recovery objects below"
    return Grant(place, words, READ_PROPERTY, schema_ids.PUBLIC_INFORMATION, schema_ids.RECOVERY_INFORMATION)


# Whoever verifies machines, before and after their promotion, asks whether their recovery passwords are kept.
_VERIFICATION = (_sees_recovery_objects(Place.STAGING), _sees_recovery_objects(Place.PRODUCTION))
GRANTS: dict[Duty, tuple[Grant, ...]] = {
    Duty.ISSUE: (Grant(Place.STAGING, "create computers", CREATE_CHILD, schema_ids.COMPUTER), *_VERIFICATION),
    Duty.REISSUE: (
        _on_computers("reset the password", CONTROL_ACCESS, schema_ids.RESET_PASSWORD),
        _on_computers("write userAccountControl", WRITE_PROPERTY, schema_ids.USER_ACCOUNT_CONTROL),
        _on_computers("write the own dNSHostName", VALIDATED_WRITE, schema_ids.DNS_HOST_NAME),
        _on_computers("write the own servicePrincipalName", VALIDATED_WRITE, schema_ids.SERVICE_PRINCIPAL_NAME),
    ),
    Duty.PROMOTE: (
        Grant(Place.STAGING, "delete computers", DELETE_CHILD, schema_ids.COMPUTER),
        _on_computers("write name", WRITE_PROPERTY, schema_ids.NAME),
        _on_computers("write cn", WRITE_PROPERTY, schema_ids.COMMON_NAME),
        _on_computers("write the access control list and take the ownership", WRITE_DAC | WRITE_OWNER),
        Grant(Place.PRODUCTION, "create computers", CREATE_CHILD, schema_ids.COMPUTER),
        *_VERIFICATION,
    ),
    Duty.GROUPS: (Grant(Place.GROUP, "write the members", WRITE_PROPERTY, schema_ids.MEMBER),),
}
