# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A provisioning package as a whole: build one, read one, describe one."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import ndr, parts, text
from .errors import PackageError
from .password import Password
from .structures import (
    Blob,
    CertificatePart,
    DnsDomainInfo,
    DomainControllerInfo,
    Join2Part,
    Join3Part,
    Join4Part,
    PackagePart,
    PartCollection,
    PolicyElementList,
    PolicyPart,
    ProvisionData,
    ProvisioningPackage,
    Win7Blob,
)

WIN7_FORMAT = 1
WIN8_FORMAT = 2
_VERSION = 1
_INTERNET_ADDRESS = 1  # DS_INET_ADDRESS
# Name of domain controller, domain and forest are DNS names: what DsGetDcName adds to the flags of a ping.
_DNS_NAMES = 0xE0000000


@dataclass(frozen=True)
class Account:
    """The computer account that a package belongs to."""

    machine_name: str
    sid: str
    object_guid: uuid.UUID

    @property
    def rid(self) -> int:
        return int(self.sid.rpartition("-")[2])


@dataclass(frozen=True)
class Domain:
    dns_name: str
    netbios_name: str
    forest_name: str
    guid: uuid.UUID
    sid: str


@dataclass(frozen=True)
class DomainController:
    """Where the machine may look first. ``flags`` as the domain controller's ping says them (MS-ADTS 6.3.1.2)."""

    name: str
    address: str
    flags: int
    site: str
    client_site: str


@dataclass(frozen=True)
class Package:
    """The bytes of a package and the join that they describe. Its ``repr`` shows no byte of it.

    ``account_sid`` is the computer account's, where the package says it (JOIN3 or JOIN4).
    """

    content: bytes
    join: Win7Blob
    parts: tuple[PackagePart, ...]
    formats: tuple[int, ...]
    account_sid: str | None

    @classmethod
    def build(
        cls,
        account: Account,
        domain: Domain,
        controller: DomainController,
        password: Password,
        *,
        options: int = 0,
        join4: bool = False,
        join2: Join2Part | None = None,
        certificates: CertificatePart | None = None,
        policies: Sequence[PolicyElementList] = (),
    ) -> Package:
        """Make a package with the parts JOIN and JOIN3, as Windows Server 2019 does, and the others on request.

        ``options`` are the caller's provisioning options (lmjoin.h, NETSETUP_PROVISION_*).
        """
        join = _join(account, domain, controller, password, options)
        collection = [parts.make(parts.JOIN, join, parts.ESSENTIAL)]
        if join2:
            collection.append(parts.make(parts.JOIN2, join2))
        collection.append(parts.make(parts.JOIN3, Join3Part(rid=account.rid, sid=account.sid)))
        if join4:
            fourth = Join4Part(rid=account.rid, sid=account.sid, object_guid=account.object_guid)
            collection.append(parts.make(parts.JOIN4, fourth))
        if certificates:
            collection.append(parts.make(parts.CERTIFICATES, certificates))
        if policies:
            collection.append(parts.make(parts.POLICY, PolicyPart(element_lists=tuple(policies))))
        return cls.read(_compose(join, collection))

    @classmethod
    def read(cls, content: bytes) -> Package:
        """Read a package in any of its text forms or as bytes.

        :raises PackageError: when it is no package, is damaged, or contradicts itself
        """
        binary = text.from_any(content)
        outermost = ndr.decode(ProvisionData, binary).value
        if outermost.version != _VERSION:
            raise PackageError(f"has version {outermost.version}; only version {_VERSION} is known")
        joins: list[Win7Blob] = []
        collection: list[PackagePart] = []
        for blob in outermost.blobs or ():
            if blob.blob_format == WIN7_FORMAT:
                joins.append(ndr.decode(Win7Blob, blob.content or b"").value)
            elif blob.blob_format == WIN8_FORMAT:
                collection += _read_parts(blob.content or b"")
        contents = [parts.read(part) for part in collection]
        joins += [content for content in contents if isinstance(content, Win7Blob)]
        formats = tuple(blob.blob_format for blob in outermost.blobs or ())
        join = _agreed(joins)
        return cls(binary, join, tuple(collection), formats, _account_sid(join, contents))

    def __repr__(self) -> str:
        return f"Package({self.machine_name!r}, domain={self.domain_name!r})"

    @property
    def machine_name(self) -> str:
        return self.join.machine_name or ""

    @property
    def domain_name(self) -> str:
        return self.join.dns_domain_info.dns_domain_name or self.join.domain or ""

    @cached_property
    def sha256(self) -> str:
        """A fingerprint of the bytes; the password inside is what keeps it from being guessed."""
        return hashlib.sha256(self.content).hexdigest()

    def to_djoin_file(self) -> bytes:
        return text.to_djoin_file(self.content)

    def to_base64(self) -> str:
        return text.to_base64(self.content)

    def describe(self) -> dict[str, Any]:
        """Everything that the package says, except its password and its private keys."""
        domain, controller = self.join.dns_domain_info, self.join.dc_info
        password = self.join.machine_password
        return {
            "machine_name": self.machine_name,
            "domain": {
                "dns_name": self.domain_name,
                "netbios_name": domain.name,
                "forest_name": domain.dns_forest_name,
                "guid": str(domain.domain_guid),
                "sid": domain.sid,
            },
            "domain_controller": {
                "name": (controller.domain_controller_name or "").removeprefix("\\\\"),
                "address": (controller.domain_controller_address or "").removeprefix("\\\\"),
                "flags": controller.flags,
                "site": controller.dc_site_name,
                "client_site": controller.client_site_name,
            },
            "options": self.join.options,
            "default_password": password is not None and password.is_default_of(self.machine_name),
            "formats": list(self.formats),
            "parts": [parts.describe(part) for part in self.parts],
            "size": len(self.content),
            "sha256": self.sha256,
        }


def _join(account: Account, domain: Domain, controller: DomainController, password: Password, options: int) -> Win7Blob:
    return Win7Blob(
        domain=domain.dns_name,
        machine_name=account.machine_name,
        machine_password=password,
        dns_domain_info=DnsDomainInfo(
            name=domain.netbios_name,
            dns_domain_name=domain.dns_name,
            dns_forest_name=domain.forest_name,
            domain_guid=domain.guid,
            sid=domain.sid,
        ),
        dc_info=DomainControllerInfo(
            domain_controller_name=f"\\\\{controller.name}",
            domain_controller_address=f"\\\\{controller.address}",
            domain_controller_address_type=_INTERNET_ADDRESS,
            domain_guid=domain.guid,
            domain_name=domain.dns_name,
            dns_forest_name=domain.forest_name,
            flags=controller.flags | _DNS_NAMES,
            dc_site_name=controller.site,
            client_site_name=controller.client_site,
        ),
        options=options,
    )


def _compose(join: Win7Blob, collection: Sequence[PackagePart]) -> bytes:
    wrapped = ndr.encode(ndr.Serialized(PartCollection(parts=tuple(collection))))
    package = ndr.encode(ndr.Serialized(ProvisioningPackage(wrapped_part_collection=wrapped)))
    blobs = (
        Blob(blob_format=WIN7_FORMAT, content=ndr.encode(ndr.Serialized(join))),
        Blob(blob_format=WIN8_FORMAT, content=package),
    )
    return ndr.encode(ndr.Serialized(ProvisionData(version=_VERSION, blobs=blobs)))


def _read_parts(content: bytes) -> tuple[PackagePart, ...]:
    package = ndr.decode(ProvisioningPackage, content).value
    if package.encryption_type.int or package.wrapped_part_collection is None:
        raise PackageError("is encrypted in a way that is not known, or holds no parts")
    return ndr.decode(PartCollection, package.wrapped_part_collection).value.parts or ()


def _agreed(joins: Sequence[Win7Blob]) -> Win7Blob:
    """The one join that all forms of the package hold."""
    if not joins:
        raise PackageError("holds no join")
    join = joins[0]
    if any(other != join for other in joins):
        raise PackageError("contradicts itself: its copies of the join data differ, so it was damaged or changed")
    password = join.machine_password
    if not (join.machine_name and password and password.reveal() and join.domain):
        raise PackageError("lacks the machine's name, its password or the domain")
    return join


def _account_sid(join: Win7Blob, contents: Iterable[object]) -> str | None:
    """The one account that all parts name, which must be of the domain."""
    accounts = [content for content in contents if isinstance(content, Join3Part | Join4Part)]
    if any(account.sid != f"{join.dns_domain_info.sid}-{account.rid}" for account in accounts):
        raise PackageError("contradicts itself: its account is not of its domain, so it was damaged or changed")
    if len({account.rid for account in accounts}) > 1:
        raise PackageError("contradicts itself: it names two accounts, so it was damaged or changed")
    return accounts[0].sid if accounts else None
