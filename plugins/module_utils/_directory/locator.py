# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a domain controller says of itself when it is pinged: NETLOGON_SAM_LOGON_RESPONSE_EX (MS-ADTS 6.3.1.9)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from .connection import DirectoryConnection
from .errors import SearchError
from .libraries import escape_filter_chars

# V5, V5EX and WITH_CLOSEST_SITE (MS-ADTS 6.3.1.1). Raw, because ldap3 2.10.2rc4 sends an escaped byte as it stands.
_NT_VERSION = "\x16\0\0\0"
_RESPONSE_EX = 23
_WRITABLE = 0x100
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Ping:
    """``flags`` are the DS_* bits of MS-ADTS 6.3.1.2; ``client_site`` is that of who asked, not of the machine."""

    flags: int
    domain_guid: uuid.UUID
    forest_name: str
    domain_name: str
    host_name: str
    site: str
    client_site: str

    @property
    def writable(self) -> bool:
        return bool(self.flags & _WRITABLE)


def ping(connection: DirectoryConnection, domain_name: str) -> Ping:
    """Ask over the open connection, which works where UDP 389 does not.

    :raises SearchError: the domain controller gives no usable answer
    """
    question = f"(&(DnsDomain={escape_filter_chars(domain_name)})(NtVer={_NT_VERSION}))"
    answer = connection.read("", ["netlogon"], question).get("netlogon")
    try:
        return decode((answer or [b""])[0])
    except ValueError:
        raise SearchError(
            f"ping {connection.settings.server}",
            "it does not answer as a domain controller does",
            "name a domain controller of Active Directory in server",
        ) from None


def decode(answer: bytes) -> Ping:
    """Read the answer.

    :raises ValueError: it is truncated or of another kind
    """
    if len(answer) < 24 or int.from_bytes(answer[:2], "little") != _RESPONSE_EX:
        raise ValueError("no NETLOGON_SAM_LOGON_RESPONSE_EX")
    names, position = [], 24
    for _number in range(8):
        name, position = _compressed_name(answer, position)
        names.append(name)
    forest, domain, host, _netbios_domain, _netbios_host, _user, site, client_site = names
    return Ping(
        int.from_bytes(answer[4:8], "little"),
        uuid.UUID(bytes_le=answer[8:24]),
        forest,
        domain,
        host,
        site,
        client_site or site,
    )


def _compressed_name(answer: bytes, position: int) -> tuple[str, int]:
    """One name of labels (RFC 1035 4.1.4) and the position behind it; a pointer may only lead backwards."""
    labels: list[str] = []
    behind: int | None = None
    while (length := _byte(answer, position)) != 0:
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | _byte(answer, position + 1)
            if target >= position:
                raise ValueError("a name points forward")
            behind = behind or position + 2
            position = target
            continue
        label = answer[position + 1 : position + 1 + length]
        labels.append(label.decode("utf-8"))
        position += 1 + length
        if sum(map(len, labels)) > _LONGEST_NAME:
            raise ValueError("a name is too long")
    return ".".join(labels), behind or position + 1


def _byte(answer: bytes, position: int) -> int:
    if position >= len(answer):
        raise ValueError("truncated")
    return answer[position]
