# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every form in which a package is kept, and what is none."""

from __future__ import annotations

import base64
import codecs
import textwrap

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import text
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from hypothesis import given
from hypothesis import strategies as st

PLAIN = base64.b64encode(samples.WINDOWS).decode()
BOM = codecs.BOM_UTF16_LE


def wide(content: str) -> bytes:
    return content.encode("utf-16-le")


class TestWriting:
    def test_djoin_file(self) -> None:
        written = text.to_djoin_file(samples.WINDOWS)
        assert written[:2] == b"\xff\xfe"
        assert written[-2:] == b"\0\0"
        assert written[2:-2] == wide(PLAIN)

    def test_base64_is_one_line(self) -> None:
        assert text.to_base64(samples.WINDOWS) == PLAIN
        assert "\n" not in PLAIN

    def test_package_writes_both(self) -> None:
        package = Package.read(samples.SAMBA)
        assert package.to_djoin_file() == text.to_djoin_file(samples.SAMBA)
        assert package.to_base64() == text.to_base64(samples.SAMBA)

    @given(st.binary(max_size=40))
    def test_what_is_written_is_read(self, tail: bytes) -> None:
        package = samples.WINDOWS[:8] + tail
        assert text.from_any(text.to_djoin_file(package)) == package
        assert text.from_any(text.to_base64(package).encode()) == package
        assert text.from_any(package) == package


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            samples.WINDOWS,
            BOM + wide(PLAIN + "\0"),
            BOM + wide(PLAIN),
            BOM + wide(PLAIN + "\r\n"),
            BOM + wide(PLAIN + "\r\n\0"),
            PLAIN.encode(),
            PLAIN.encode() + b"\n",
            PLAIN.encode() + b"\r\n",
            "\r\n".join(textwrap.wrap(PLAIN, 76)).encode(),
            b"  \t" + PLAIN.encode() + b"\n\n",
        ],
        ids=["bytes", "djoin", "no NUL", "line", "line and NUL", "plain", "LF", "CRLF", "lines", "blanks"],
    )
    def test_forms(self, content: bytes) -> None:
        assert text.from_any(content) == samples.WINDOWS
        assert Package.read(content).machine_name == "wurst2"

    @pytest.mark.parametrize(
        "content",
        [
            wide(PLAIN),
            codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
            codecs.BOM_UTF8 + PLAIN.encode(),
            BOM + wide(PLAIN)[:-1],
            BOM + wide(PLAIN + "\0\0"),
            BOM + b"\x00\xd8",
            PLAIN.encode() + b"\0",
            PLAIN[:-1].encode(),
            PLAIN.replace("A", "-", 1).encode(),
            b"<AccountData>" + PLAIN.encode() + b"</AccountData>",
            "gänzlich anders".encode(),
            bytes(range(256)),
        ],
        ids=[
            "UTF-16 without BOM",
            "UTF-16 big endian",
            "UTF-8 BOM",
            "half a character",
            "two NULs",
            "half a surrogate pair",
            "ASCII with NUL",
            "three characters of four",
            "no base64",
            "XML",
            "umlauts",
            "all bytes",
        ],
    )
    def test_what_is_none_of_them(self, content: bytes) -> None:
        with pytest.raises(PackageError) as raised:
            text.from_any(content)
        assert str(raised.value) == "is neither a djoin file nor base64 nor a binary package"
        assert raised.value.__suppress_context__

    @pytest.mark.parametrize("content", [b"", b"\n", b" \r\n", BOM, BOM + b"\0\0", BOM + wide("\r\n\0")])
    def test_nothing(self, content: bytes) -> None:
        with pytest.raises(PackageError, match=r"^is empty$"):
            text.from_any(content)

    def test_base64_of_something_else(self) -> None:
        with pytest.raises(PackageError, match="ODJ_PROVISION_DATA at offset 0x0: does not begin with the NDR"):
            Package.read(base64.b64encode(b"certainly no package, but long enough"))

    @given(st.binary(max_size=300))
    def test_any_bytes(self, content: bytes) -> None:
        try:
            package = text.from_any(content)
        except PackageError:
            return
        assert package


class TestSize:
    def test_largest_package_is_read_in_every_form(self) -> None:
        largest = samples.WINDOWS[:4] + bytes(text.LARGEST_PACKAGE - 4)
        assert text.from_any(largest) == largest
        assert text.from_any(text.to_djoin_file(largest)) == largest
        lines = text.to_base64(largest).encode()
        assert text.from_any(lines.replace(b"AAAA" * 19, b"AAAA" * 19 + b"\r\n")) == largest

    def test_one_byte_more_is_refused_in_every_form(self) -> None:
        larger = samples.WINDOWS[:4] + bytes(text.LARGEST_PACKAGE - 3)
        for content in (larger, text.to_djoin_file(larger), text.to_base64(larger).encode()):
            with pytest.raises(PackageError, match=r"is larger than any package \(4194305 bytes\)"):
                text.from_any(content)

    def test_a_text_too_large_is_not_even_decoded(self) -> None:
        with pytest.raises(PackageError, match="is larger than any package"):
            text.from_any(b"\n" * (text.LARGEST_TEXT + 1))
        with pytest.raises(PackageError, match="is empty"):
            text.from_any(b"\n" * text.LARGEST_TEXT)

    def test_limit_is_four_mebibytes(self) -> None:
        assert text.LARGEST_PACKAGE == 4 * 1024 * 1024
        assert text.LARGEST_TEXT == 12 * 1024 * 1024
