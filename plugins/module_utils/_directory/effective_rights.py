# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the login may do on an organizational unit, a computer account or a group, found out without trying.

Where the domain controller computes the answer itself, its answer rules, because it knows privileges and the
heuristics of KB5008383: allowedChildClassesEffective, sDRightsEffective and, for what it lists,
allowedAttributesEffective (MS-ADTS 3.1.1.4.5.4 to 3.1.1.4.5.8). The last leaves out name and cn and what takes a
validated write, and nothing speaks of extended rights and of deleting: there the security descriptor is checked here.
True and False are knowledge; None means that the login may not see it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from . import schema_ids
from .access_check import (
    CONTROL_ACCESS,
    DELETE,
    DELETE_CHILD,
    VALIDATED_WRITE,
    WRITE_DAC,
    WRITE_OWNER,
    WRITE_PROPERTY,
    granted,
    passed_on,
    token,
)
from .caller import Caller
from .connection import DirectoryConnection, Entry, owner_and_dacl
from .domain import number, sid
from .security_descriptor import SecurityDescriptor, decode

# Each attribute with the property set that it is in.
_DNS_HOST_NAME = (schema_ids.DNS_HOST_NAME,)
_SERVICE_PRINCIPAL_NAME = (schema_ids.SERVICE_PRINCIPAL_NAME, schema_ids.PUBLIC_INFORMATION)
_USER_ACCOUNT_CONTROL = (schema_ids.USER_ACCOUNT_CONTROL, schema_ids.ACCOUNT_RESTRICTIONS)
_NAME = (schema_ids.NAME, schema_ids.PUBLIC_INFORMATION)
_COMMON_NAME = (schema_ids.COMMON_NAME, schema_ids.PUBLIC_INFORMATION)
_DESCRIPTION = (schema_ids.DESCRIPTION, schema_ids.PUBLIC_INFORMATION)
_MEMBER = (schema_ids.MEMBER, schema_ids.MEMBERSHIP)

CHILD_CLASSES = "allowedChildClassesEffective"
_DESCRIPTOR = "nTSecurityDescriptor"
_OWNER, _DACL = 1, 4  # bits of sDRightsEffective


@dataclass(frozen=True)
class ContainerRights:
    """On an organizational unit. Deleting a computer takes ``delete_computers`` here or ``delete`` on its account.

    ``delete_computers`` is the right to delete children. The right to delete trees on the unit is no part of it: it
    deletes the unit with all that is in it, and no single account. ``reset_passwords`` is what a computer that is
    created here will inherit; its owner has more.
    """

    ATTRIBUTES: ClassVar = [CHILD_CLASSES, "sDRightsEffective", _DESCRIPTOR]

    dn: str
    create_computers: bool
    delete_computers: bool | None
    write_dacl: bool | None
    write_owner: bool | None
    reset_passwords: bool | None = None

    @classmethod
    def read(cls, connection: DirectoryConnection, caller: Caller, dn: str) -> ContainerRights:
        """
        :raises SearchError: it is not there or cannot be read
        :raises ValueError: its security descriptor is damaged
        """
        return cls.judge(dn, connection.read(dn, cls.ATTRIBUTES, controls=owner_and_dacl()), caller.sids)

    @classmethod
    def judge(cls, dn: str, entry: Entry, sids: Collection[str]) -> ContainerRights:
        """From what was read: ``ATTRIBUTES`` with the control ``owner_and_dacl``."""
        seen = _Seen.of(entry, sids)
        return cls(
            dn=dn,
            create_computers=creates_computers(entry),
            delete_computers=seen.grants(DELETE_CHILD, schema_ids.COMPUTER),
            write_dacl=seen.writes_descriptor(_DACL, WRITE_DAC),
            write_owner=seen.writes_descriptor(_OWNER, WRITE_OWNER),
            reset_passwords=seen.passes_on(CONTROL_ACCESS, schema_ids.RESET_PASSWORD),
        )

    def missing(self) -> list[str]:
        """What the login may not do here of all that it takes to create or receive a computer."""
        return _missing(self, ["create_computers"])


@dataclass(frozen=True)
class AccountRights:
    """On a computer account. ``validated_*``: names of its own, which is all that issuing a package writes.

    ``write_owner`` lets a login make itself or a group of its own the owner; naming anybody else takes a privilege.
    """

    ATTRIBUTES: ClassVar = ["objectSid", "allowedAttributesEffective", "sDRightsEffective", _DESCRIPTOR]

    dn: str
    reset_password: bool | None
    write_user_account_control: bool | None
    validated_dns_host_name: bool | None
    validated_spn: bool | None
    write_name: bool | None
    delete: bool | None
    write_dacl: bool | None
    write_owner: bool | None
    write_description: bool | None = None

    @classmethod
    def judge(
        cls, dn: str, entry: Entry, sids: Collection[str], container: ContainerRights | None = None
    ) -> AccountRights:
        """From what was read: ``ATTRIBUTES`` with the control ``owner_and_dacl``, and the rights on its container.

        Without the latter, ``delete`` is never False: who may delete children there may delete this one.
        """
        seen = _Seen.of(entry, sids)
        return cls(
            dn=dn,
            reset_password=seen.grants(CONTROL_ACCESS, schema_ids.RESET_PASSWORD),
            write_user_account_control=seen.writes("userAccountControl", *_USER_ACCOUNT_CONTROL, schema_ids.COMPUTER),
            validated_dns_host_name=_either(
                seen.grants(VALIDATED_WRITE, _DNS_HOST_NAME[0]),
                seen.writes("dNSHostName", *_DNS_HOST_NAME, schema_ids.COMPUTER),
            ),
            validated_spn=_either(
                seen.grants(VALIDATED_WRITE, _SERVICE_PRINCIPAL_NAME[0]),
                seen.writes("servicePrincipalName", *_SERVICE_PRINCIPAL_NAME, schema_ids.COMPUTER),
            ),
            write_name=_both(
                seen.writes("name", *_NAME, schema_ids.COMPUTER),
                seen.writes("cn", *_COMMON_NAME, schema_ids.COMPUTER),
            ),
            delete=_either(seen.grants(DELETE), container.delete_computers if container else None),
            write_dacl=seen.writes_descriptor(_DACL, WRITE_DAC),
            write_owner=seen.writes_descriptor(_OWNER, WRITE_OWNER),
            write_description=seen.writes("description", *_DESCRIPTION, schema_ids.COMPUTER),
        )

    def missing(self, duty: str) -> list[str]:
        """What the login may not do of all that the duty takes.

        Duties are reissue, revoke and delete, and single acts: enable (or disable), describe, move, hand_over
        (another owner) and strip (entries of others).
        """
        revoke = ["reset_password", "write_user_account_control"]
        duties = {
            "reissue": [*revoke, "validated_dns_host_name", "validated_spn"],
            "revoke": revoke,
            "delete": ["delete"],
            "enable": ["write_user_account_control"],
            "describe": ["write_description"],
            "move": ["delete", "write_name"],
            "hand_over": ["write_owner", "write_dacl"],
            "strip": ["write_dacl"],
        }
        return _missing(self, duties[duty])


@dataclass(frozen=True)
class GroupRights:
    """On a group."""

    ATTRIBUTES: ClassVar = ["allowedAttributesEffective", _DESCRIPTOR]

    dn: str
    write_member: bool | None

    @classmethod
    def judge(cls, dn: str, entry: Entry, sids: Collection[str]) -> GroupRights:
        """From what was read: ``ATTRIBUTES`` with the control ``owner_and_dacl``."""
        return cls(dn, _Seen.of(entry, sids).writes("member", *_MEMBER, schema_ids.GROUP))

    def missing(self) -> list[str]:
        """What the login may not do of all that it takes to change the members."""
        return _missing(self, ["write_member"])


def creates_computers(entry: Entry) -> bool:
    """Whether the login may create computers in a container, as the domain controller computes it."""
    return "computer" in _names(entry, CHILD_CLASSES)


_SENTENCES = {
    "create_computers": "create computer accounts in it",
    "reset_password": "reset its password",
    "write_user_account_control": "write its userAccountControl",
    "validated_dns_host_name": "write its dNSHostName",
    "validated_spn": "write its servicePrincipalName",
    "write_name": "write its name and cn",
    "write_description": "write its description",
    "delete": "delete it",
    "write_dacl": "write its access control list",
    "write_owner": "take it into ownership",
    "write_member": "write its members",
}


def _missing(rights: ContainerRights | AccountRights | GroupRights, wanted: list[str]) -> list[str]:
    unknown = {None: " (unknown: what decides it was not readable)"}
    return [
        _SENTENCES[right] + unknown.get(getattr(rights, right), "") for right in wanted if not getattr(rights, right)
    ]


@dataclass(frozen=True)
class _Seen:
    """What the domain controller showed of one object's security."""

    descriptor: SecurityDescriptor | None
    writable: set[str]
    descriptor_rights: int | None
    sids: frozenset[str]

    @classmethod
    def of(cls, entry: Entry, sids: Collection[str]) -> _Seen:
        descriptor = decode(entry[_DESCRIPTOR][0]) if _DESCRIPTOR in entry else None
        object_sid = sid(entry, "objectSid") if "objectSid" in entry else None
        return cls(
            descriptor,
            _names(entry, "allowedAttributesEffective"),
            number(entry, "sDRightsEffective"),
            token(sids, object_sid),
        )

    def grants(self, mask: int, *object_types: uuid.UUID) -> bool | None:
        return None if self.descriptor is None else granted(self.descriptor, self.sids, mask, object_types)

    def passes_on(self, mask: int, *object_types: uuid.UUID) -> bool | None:
        """To a computer below."""
        if self.descriptor is None:
            return None
        return granted(passed_on(self.descriptor, schema_ids.COMPUTER), self.sids, mask, object_types)

    def writes(self, attribute: str, *object_types: uuid.UUID) -> bool | None:
        return attribute.lower() in self.writable or self.grants(WRITE_PROPERTY, *object_types)

    def writes_descriptor(self, part: int, mask: int) -> bool | None:
        return self.grants(mask) if self.descriptor_rights is None else bool(self.descriptor_rights & part)


def _names(entry: Entry, attribute: str) -> set[str]:
    return {name.decode("ascii", "replace").lower() for name in entry.get(attribute, [])}


def _either(one: bool | None, other: bool | None) -> bool | None:
    """What is not known matters only where the other is not true."""
    return True if one or other else None if one is None or other is None else False


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if one is False or other is False else None if one is None or other is None else True
