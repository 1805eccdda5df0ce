# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a sealed package may go onto a stick, by its issue record; nobody here can look inside."""

from __future__ import annotations

import hashlib
from datetime import datetime

from .._sealing import armour, envelope
from .._sealing.certificates import shown
from .._sealing.errors import SealError
from .._sealing.libraries import x509
from ..issuing.issue_record import IssueRecord
from ..machine_files import SEALED, file_name
from .manifest import Carried

FOLDER = "packages"  # on the stick


def carry(
    name: str,
    sealed: bytes,
    record: IssueRecord | None,
    recipient: x509.Certificate,
    *,
    serial_number: str | None,
    now: datetime,
) -> Carried:
    """
    :raises SealError: beginning with the machine: it is not its package, is of no use any more, or for another key
    """
    if not armour.is_sealed(sealed):
        raise SealError(f"{name}: its package is not sealed, and no other goes onto a stick; issue it with seal: cms")
    digest = hashlib.sha256(sealed).hexdigest()
    if record is None or record.sealed_sha256 != digest or record.machine.lower() != name.lower():
        raise SealError(
            f"{name}: the sealed package is not the one of the issue record beside it, so it is older, was changed or "
            "is another machine's; issue it again"
        )
    if record.package_sha256 is None or record.expires is None:
        raise SealError(f"{name}: its issue record is unfinished; issue the package again")
    expires = datetime.fromisoformat(record.expires)
    if expires <= now:
        raise SealError(f"{name}: its package expired at {record.expires}; issue it again")
    if not any(addressee.is_of(recipient) for addressee in _addressees(name, sealed)):
        raise SealError(
            f"{name}: the kit's key {shown(recipient)} does not open its package; issue it again with this certificate "
            "among recipients"
        )
    return Carried(
        machine=record.machine,
        domain=record.domain,
        serial_number=serial_number or None,
        issued=datetime.fromisoformat(record.issued).replace(microsecond=0),
        expires=expires,
        package_sha256=record.package_sha256,
        file=f"{FOLDER}/{file_name(name, SEALED)}",
        sha256=digest,
    )


def _addressees(name: str, sealed: bytes) -> list[envelope.Addressee]:
    try:
        return envelope.addressees(armour.unwrap(sealed))
    except SealError as fault:
        raise SealError(f"{name}: {fault}") from None
