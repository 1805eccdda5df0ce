# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DNS records as the directory stores them (MS-DNSP 2.3.2.2)."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.dns_records import describe
from hypothesis import given
from hypothesis import strategies as st

# dc1's address as Samba's domain controller wrote it.
ADDRESS = base64.b64decode("BAABAAXwAAABAAAAAAADhAAAAAAAAAAAfwAACg==")


def record(kind: int, data: bytes) -> bytes:
    return len(data).to_bytes(2, "little") + kind.to_bytes(2, "little") + ADDRESS[4:24] + data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ADDRESS, "A 127.0.0.10"),
        (record(28, bytes(15) + b"\1"), "AAAA ::1"),
        (record(5, b"\1\1x"), "CNAME"),
        (record(16, b"x"), "TXT"),
        (record(99, b""), "type 99"),
        (record(0, bytes(8)), None),
        (record(1, b"\1"), "A"),
        (b"", "a damaged record"),
        (ADDRESS[:23], "a damaged record"),
    ],
)
def test_describe(content: bytes, words: str | None) -> None:
    assert describe(content) == words


@given(st.binary(max_size=64))
def test_no_record_breaks_it(content: bytes) -> None:
    describe(content)
