# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer to a ping of a domain controller, recorded, made by hand and damaged."""

from __future__ import annotations

import base64
import uuid

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.locator import Ping, decode
from hypothesis import example, given
from hypothesis import strategies as st

# What Samba 4.17 answered to (&(DnsDomain=corp.example)(NtVer=\16\00\00\00)): no client site differs from its site.
RECORDED = base64.b64decode(
    "FwAAAL0RAAAU72IOFkadR43/xOwYXTRcBGNvcnAHZXhhbXBsZQDAGANkYzHAGARDT1JQAANE"
    "QzEAABdEZWZhdWx0LUZpcnN0LVNpdGUtTmFtZQDAOgUAAAD/////"
)
GUID = uuid.UUID("0e62ef14-4616-479d-8dff-c4ec185d345c")


def name(*labels: str) -> bytes:
    """Labels behind their lengths (RFC 1035 3.1)."""
    return b"".join(bytes([len(label.encode())]) + label.encode() for label in labels) + b"\0"


def answer(*names: bytes, opcode: int = 23, flags: int = 0x3F3FD) -> bytes:
    head = opcode.to_bytes(2, "little") + b"\0\0" + flags.to_bytes(4, "little") + GUID.bytes_le
    return head + b"".join(names) + bytes.fromhex("05000000ffffffff")


def eight(*first: bytes) -> bytes:
    return answer(*first, *[b"\0"] * (8 - len(first)))


def test_recorded_answer() -> None:
    assert decode(RECORDED) == Ping(
        flags=0x11BD,
        domain_guid=GUID,
        forest_name="corp.example",
        domain_name="corp.example",
        host_name="dc1.corp.example",
        site="Default-First-Site-Name",
        client_site="Default-First-Site-Name",
    )


def test_order_of_the_names() -> None:
    words = ["forest", "domain", "host", "NETBIOS", "\\\\HOST", "user", "site", "client"]
    found = decode(answer(*map(name, words)))
    assert found.forest_name == "forest"
    assert found.domain_name == "domain"
    assert found.host_name == "host"
    assert (found.site, found.client_site) == ("site", "client")
    assert (found.flags, found.domain_guid) == (0x3F3FD, GUID)


def test_without_a_client_site_it_is_that_of_the_domain_controller() -> None:
    names = [name("a")] * 6
    assert decode(answer(*names, name("Berlin"), b"\0")).client_site == "Berlin"


def test_names_are_utf_8() -> None:
    assert decode(eight(name("zürich", "\U0001f600"))).forest_name == "zürich.\U0001f600"


@pytest.mark.parametrize(("flags", "writable"), [(0x100, True), (0x3F3FD, True), (0x3F2FD, False), (0, False)])
def test_writable(flags: int, writable: bool) -> None:
    assert decode(answer(*[b"\0"] * 8, flags=flags)).writable is writable


@pytest.mark.parametrize("opcode", [0, 19, 24, 25, 0x1700])
def test_other_answers_are_refused(opcode: int) -> None:
    with pytest.raises(ValueError, match="no NETLOGON_SAM_LOGON_RESPONSE_EX"):
        decode(answer(*[b"\0"] * 8, opcode=opcode))


@pytest.mark.parametrize("length", range(len(RECORDED) - 8))
def test_truncated_anywhere(length: int) -> None:
    with pytest.raises(ValueError, match=r"truncated|no NETLOGON"):
        decode(RECORDED[:length])


def test_pointers() -> None:
    """Back to a name, into the middle of one, and to another pointer."""
    first = [name("a", "b"), b"\x01c\xc0\x18", b"\xc0\x1a", b"\xc0\x1d"]
    found = decode(answer(*first, *map(name, ["host", "user", "site", "client"])))
    assert (found.forest_name, found.domain_name) == ("a.b", "c.a.b")
    assert found.host_name == "b"
    assert (found.site, found.client_site) == ("site", "client"), "what follows begins behind the first pointer"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (b"\xc0\x18", "points forward"),
        (b"\xc0\x19", "points forward"),
        (b"\xc0\x80", "points forward"),
        (b"\xff\xff", "points forward"),
        (b"\x01a\xc0\x18", "too long"),
        (b"\x3f" + b"x" * 63 + b"\xc0\x18", "too long"),
        (b"\x02\xff\xfe\0", "utf-8"),
    ],
    ids=["itself", "itself plus one", "forward", "far", "loop", "long loop", "no UTF-8"],
)
def test_impossible_names(names: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode(eight(names))


@given(st.binary(max_size=400))
@example(b"\x01a\xc0\x18" * 100)
@example(b"\xc0\x16" * 50)
def test_any_names_end(names: bytes) -> None:
    try:
        found = decode(answer(names))
    except ValueError:
        return
    assert len(found.forest_name) <= 255 + 128


@given(st.data())
def test_recorded_answer_with_any_damage(data: st.DataObject) -> None:
    damaged = bytearray(RECORDED)
    for _number in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(decode(bytes(damaged)), Ping)
    except ValueError:
        return
