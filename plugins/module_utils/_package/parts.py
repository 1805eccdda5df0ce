# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a package: which GUID means which structure, and what each says of itself without its secrets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import ndr, policies
from .errors import PackageError
from .structures import (
    CertificatePart,
    Join2Part,
    Join3Part,
    Join4Part,
    PackagePart,
    PolicyPart,
    Win7Blob,
)

ESSENTIAL = 1  # OPSPI_PACKAGE_PART_ESSENTIAL
_PERSISTENT_SITE = 1  # OP_JP2_FLAG_PERSISTENTSITE

JOIN = uuid.UUID("631c7621-5289-4321-bc9e-80f843f868c3")
JOIN2 = uuid.UUID("57bfc56b-52f9-480c-adcb-91b3f8a82317")
JOIN3 = uuid.UUID("fc0ccf25-7ffa-474a-8611-69ffe269645f")
JOIN4 = uuid.UUID("4a08716a-6710-4647-8211-fdbb0b03f60b")
CERTIFICATES = uuid.UUID("9c0971e9-832f-4873-8e87-ef1419d4781e")
POLICY = uuid.UUID("68fb602a-0c09-48ce-b75f-07b7bd58f7ec")


def _describe_join2(part: Join2Part) -> dict[str, Any]:
    return {
        "netbios_name": part.netbios_name,
        "site": part.site_name,
        "persistent_site": bool(part.flags & _PERSISTENT_SITE),
        "primary_dns_domain": part.primary_dns_domain,
    }


def _describe_account(part: Join3Part | Join4Part) -> dict[str, Any]:
    guid = {"object_guid": str(part.object_guid)} if isinstance(part, Join4Part) else {}
    return {"rid": part.rid, "sid": part.sid, **guid}


def _describe_policy(part: PolicyPart) -> dict[str, Any]:
    return {"sources": policies.describe(part)}


def _describe_certificates(part: CertificatePart) -> dict[str, Any]:
    return {
        "private_keys": [{"template": s.template_name, "size": len(s.pfx or b"")} for s in part.pfx_stores or ()],
        "stores": [
            {"location": s.store_location, "name": s.store_name, "size": len(s.sst or b"")}
            for s in part.sst_stores or ()
        ],
    }


def _describe_nothing(_part: Any) -> dict[str, Any]:
    # The package itself describes its join.
    return {}


@dataclass(frozen=True)
class PartType:
    name: str
    structure: type
    describe: Callable[[Any], dict[str, Any]]


PART_TYPES = {
    JOIN: PartType("join", Win7Blob, _describe_nothing),
    JOIN2: PartType("join2", Join2Part, _describe_join2),
    JOIN3: PartType("join3", Join3Part, _describe_account),
    JOIN4: PartType("join4", Join4Part, _describe_account),
    CERTIFICATES: PartType("certificates", CertificatePart, _describe_certificates),
    POLICY: PartType("policy", PolicyPart, _describe_policy),
}


def make(part_type: uuid.UUID, structure: Any, flags: int = 0) -> PackagePart:
    return PackagePart(part_type=part_type, flags=flags, content=ndr.encode(ndr.Serialized(structure)))


def read(part: PackagePart) -> Any | None:
    """The structure inside, or None for a part that we do not know.

    :raises PackageError: when the content contradicts the part's GUID
    """
    known = PART_TYPES.get(part.part_type)
    if known is None:
        return None
    if part.content is None:
        raise PackageError(f"its part {known.name} is empty")
    return ndr.decode(known.structure, part.content).value


def join2(
    site: str | None, *, persistent_site: bool, netbios_name: str | None, primary_dns_domain: str | None
) -> Join2Part | None:
    """None where there is nothing to say."""
    if not (site or netbios_name or primary_dns_domain):
        return None
    return Join2Part(
        flags=_PERSISTENT_SITE if persistent_site else 0,
        netbios_name=netbios_name,
        site_name=site,
        primary_dns_domain=primary_dns_domain,
    )


def describe(part: PackagePart) -> dict[str, Any]:
    known = PART_TYPES.get(part.part_type)
    return {
        "name": known.name if known else "unknown",
        "type": str(part.part_type),
        "essential": bool(part.flags & ESSENTIAL),
        "size": len(part.content or b""),
        **(known.describe(read(part)) if known else {}),
    }
