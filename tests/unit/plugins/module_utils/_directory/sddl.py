# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security descriptors to test with: recorded ones, ones written as SDDL (MS-DTYP 2.5.1), and their bytes.

Shares no code with the reader under test.
"""

from __future__ import annotations

import base64
import json
import re
import struct
import uuid
from pathlib import Path

from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import (
    Ace,
    OpaqueAce,
    SecurityDescriptor,
)

_RECORDED = json.loads((Path(__file__).parent / "data" / "samba_4_17_descriptors.json").read_text())
DOMAIN_SID: str = _RECORDED["domain_sid"]
RECORDED: dict[str, tuple[bytes, str]] = {
    name: (base64.b64decode(one["descriptor"]), one["sddl"]) for name, one in _RECORDED["descriptors"].items()
}

_RIGHTS = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "SD": 0x10000, "RC": 0x20000, "WD": 0x40000, "WO": 0x80000,
    "GA": 0x10000000, "GX": 0x20000000, "GW": 0x40000000, "GR": 0x80000000,
}  # fmt: skip
_FLAGS = {"OI": 0x1, "CI": 0x2, "NP": 0x4, "IO": 0x8, "ID": 0x10}
_TYPES = {"A": (True, False), "D": (False, False), "OA": (True, False), "OD": (False, False), "XA": (True, True), "XD": (False, True)}  # fmt: skip  # noqa: E501
_WELL_KNOWN = {
    "WD": "S-1-1-0", "CO": "S-1-3-0", "CG": "S-1-3-1", "OW": "S-1-3-4", "NU": "S-1-5-2", "IU": "S-1-5-4",
    "SU": "S-1-5-6", "AN": "S-1-5-7", "ED": "S-1-5-9", "PS": "S-1-5-10", "AU": "S-1-5-11", "SY": "S-1-5-18",
    "LS": "S-1-5-19", "NS": "S-1-5-20", "BA": "S-1-5-32-544", "BU": "S-1-5-32-545", "BG": "S-1-5-32-546",
    "AO": "S-1-5-32-548", "SO": "S-1-5-32-549", "PO": "S-1-5-32-550", "BO": "S-1-5-32-551", "RE": "S-1-5-32-552",
    "RU": "S-1-5-32-554", "NO": "S-1-5-32-556",
}  # fmt: skip
_DOMAIN = {
    "RO": 498, "LA": 500, "LG": 501, "DA": 512, "DU": 513, "DG": 514, "DC": 515, "DD": 516, "CA": 517, "SA": 518,
    "EA": 519, "PA": 520, "RS": 553,
}  # fmt: skip
_NUMBERS = {(True, False): 0x00, (False, False): 0x01, (True, True): 0x09, (False, True): 0x0A}


def sid(text: str, domain_sid: str = DOMAIN_SID) -> str:
    if text.startswith("S-1-"):
        return text
    return f"{domain_sid}-{_DOMAIN[text]}" if text in _DOMAIN else _WELL_KNOWN[text]


def parse(text: str, domain_sid: str = DOMAIN_SID) -> SecurityDescriptor:
    """A descriptor written as SDDL; without ``D:`` it has no DACL."""
    found = re.fullmatch(r"(?:O:(?P<owner>[^:]+?))?(?:G:(?P<group>[^:]+?))?(?:D:[A-Z]*(?P<dacl>(?:\(.*\))?))?", text)
    assert found, text
    owner, group = (sid(found[part], domain_sid) if found[part] else None for part in ("owner", "group"))
    entries = None if found["dacl"] is None else re.findall(r"\(([^)]*)\)", found["dacl"])
    dacl = None if entries is None else tuple(_ace(entry, domain_sid) for entry in entries)
    return SecurityDescriptor(owner, group, dacl)


def _ace(text: str, domain_sid: str) -> Ace:
    kind, flags, rights, *guids, trustee = text.split(";")
    allow, conditional = _TYPES[kind]
    return Ace(
        allow,
        sum(_FLAGS[flag] for flag in re.findall("..", flags)),
        int(rights, 16) if rights.startswith("0x") else sum(_RIGHTS[right] for right in re.findall("..", rights)),
        sid(trustee, domain_sid),
        *(uuid.UUID(guid) if guid else None for guid in guids),
        conditional,
    )


def encode(descriptor: SecurityDescriptor) -> bytes:
    """The self-relative form; opaque entries stand behind the others. Object entries only where a GUID is."""
    control, offsets, body = 0x8000, [0, 0, 0, 0], b""
    for place, one in enumerate((descriptor.owner, descriptor.group)):
        if one is not None:
            offsets[place] = 20 + len(body)
            body += encode_sid(one)
    if descriptor.dacl is not None:
        control |= 0x0004
        offsets[3] = 20 + len(body)
        entries = [_encode_ace(ace) for ace in descriptor.dacl] + [_encode_opaque(ace) for ace in descriptor.opaque]
        size = 8 + sum(map(len, entries))
        body += struct.pack("<BBHHH", 4, 0, size, len(entries), 0) + b"".join(entries)
    return struct.pack("<BBHIIII", 1, 0, control, *offsets) + body


def encode_sid(text: str) -> bytes:
    _s, revision, authority, *parts = text.split("-")
    numbers = struct.pack(f"<{len(parts)}I", *map(int, parts))
    return bytes([int(revision), len(parts)]) + int(authority, 0).to_bytes(6, "big") + numbers


def _encode_ace(ace: Ace) -> bytes:
    kind, guids = _NUMBERS[ace.allow, ace.conditional], b""
    if ace.object_type or ace.inherited_object_type:
        kind += 2 if ace.conditional else 5
        present = bool(ace.object_type) | bool(ace.inherited_object_type) << 1
        given = [guid.bytes_le for guid in (ace.object_type, ace.inherited_object_type) if guid]
        guids = struct.pack("<I", present) + b"".join(given)
    condition = b"artx\0\0\0\0" if ace.conditional else b""
    content = struct.pack("<I", ace.mask) + guids + encode_sid(ace.trustee) + condition
    return struct.pack("<BBH", kind, ace.flags, 4 + len(content)) + content


def _encode_opaque(ace: OpaqueAce) -> bytes:
    return struct.pack("<BBH", ace.type, ace.flags, 4 + len(ace.content)) + ace.content
