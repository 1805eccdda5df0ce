# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry.pol: what is written is read, what Microsoft describes is read, and no damage goes unnamed."""

from __future__ import annotations

import time

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import preg
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import DecodeError, PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.preg import Entry
from hypothesis import given
from hypothesis import strategies as st

KEY = "Software\\Policies\\Example"
# MS-GPREG 2.2.1, put together by hand: one REG_DWORD and one key without a value.
WRITTEN = (
    b"PReg\1\0\0\0"
    + "[Software\\Odd;]\0;Va;l\0;".encode("utf-16-le")
    + b"\4\0\0\0;\0\4\0\0\0;\0\7\0\0\0]\0"
    + "[Software\\New\0;\0;".encode("utf-16-le")
    + b"\0\0\0\0;\0\0\0\0\0;\0]\0"
)
ENTRIES = (Entry("Software\\Odd;]", "Va;l", 4, b"\7\0\0\0"), Entry("Software\\New", "", 0))

_NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
_ENTRIES = st.lists(
    st.builds(Entry, _NAMES, _NAMES, st.sampled_from(sorted(preg.TYPES)), st.binary(max_size=12)), max_size=4
)


def test_file_of_microsofts_description() -> None:
    assert preg.read(WRITTEN) == ENTRIES
    assert preg.write(ENTRIES) == WRITTEN


@given(_ENTRIES)
def test_written_and_read(entries: list[Entry]) -> None:
    assert preg.read(preg.write(entries)) == tuple(entries)


@given(_ENTRIES, st.data())
def test_damage_is_read_or_named(entries: list[Entry], data: st.DataObject) -> None:
    """Whatever is read of damaged bytes is written as those very bytes: nothing is made up or passed over."""
    content = bytearray(preg.write(entries))
    place = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(place, len(content)))
    content[place:end] = data.draw(st.binary(max_size=6))
    try:
        found = preg.read(bytes(content))
    except DecodeError as error:
        named = error.field.startswith("PReg") and 0 <= error.offset <= len(content)
    else:
        named = preg.write(found) == bytes(content)
    assert named


@pytest.mark.parametrize("length", range(1, len(WRITTEN)))
def test_truncated_file(length: int) -> None:
    if length in (8, len(WRITTEN) - len(preg.write(ENTRIES[1:])) + 8):
        return  # ends behind an entry
    with pytest.raises(DecodeError):
        preg.read(WRITTEN[:length])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "PReg at offset 0x0: does not begin with the signature"),
        (b"PReg\2\0\0\0", "PReg at offset 0x0: does not begin with the signature"),
        (WRITTEN + b"x\0", "PReg[2] at offset 0x78: has no '[' here"),
        (WRITTEN[:-2], "PReg[1].data at offset 0x76: needs 2 bytes, but only 0 are left"),
        (WRITTEN.replace(b"\4\0\0\0;\0\4", b"\6\0\0\0;\0\4"), "PReg[0].type at offset 0x36: is 6, which no policy"),
        (WRITTEN.replace(b"\4\0\0\0;\0\4\0\0", b"\4\0\0\0;\0\0\0\1"), "PReg[0].size at offset 0x3c: is 65536, more"),
        (WRITTEN.replace(b";\0\4\0\0\0;\0\7", b";\0\xff\0\0\0;\0\7"), "PReg[0].data at offset 0x42: needs 255 bytes"),
        (WRITTEN.replace(b"S\0", b"\0\xd8", 1), "PReg[0].key at offset 0xa: is not valid UTF-16"),
        (b"PReg\1\0\0\0[\0a\0b\0c", "PReg[0].key at offset 0xa: has no closing NUL"),
        (WRITTEN[:8] + bytes(preg.LARGEST_FILE - 8), "PReg[0] at offset 0x8: has no '[' here"),
        (bytes(preg.LARGEST_FILE + 1), "PReg at offset 0x400000: has 4194305 bytes, more than any policy"),
    ],
)
def test_damage_and_its_place(content: bytes, said: str) -> None:
    with pytest.raises(DecodeError) as refused:
        preg.read(content)
    assert str(refused.value).startswith(said)


def test_types_are_the_numbers_of_windows() -> None:
    """winnt.h; 6 is a symbolic link, 8 to 10 are lists of hardware resources, which no policy has."""
    assert {number: name.removeprefix("REG_") for number, name in preg.TYPES.items()} == {
        0: "NONE",
        1: "SZ",
        2: "EXPAND_SZ",
        3: "BINARY",
        4: "DWORD",
        5: "DWORD_BIG_ENDIAN",
        7: "MULTI_SZ",
        11: "QWORD",
    }


def test_the_largest_value_that_fits() -> None:
    entry = Entry("k", "v", 3, bytes(65_535))
    assert preg.read(preg.write([entry])) == (entry,)


def test_more_entries_than_a_part_holds() -> None:
    one = preg.write([Entry("k", "v", 4, b"\1\0\0\0")])[8:]
    assert len(preg.read(preg.write([]) + one * 16_384)) == 16_384
    with pytest.raises(DecodeError, match="is one entry more"):
        preg.read(preg.write([]) + one * 16_385)


def test_a_name_without_end_is_refused_fast() -> None:
    started = time.perf_counter()
    with pytest.raises(DecodeError):
        preg.read(b"PReg\1\0\0\0[\0" + b"a\0" * 2_000_000)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "entry",
    [Entry("a\0b", "v", 1), Entry("k", "v\0", 1), Entry("k", "v", 6), Entry("k", "v", 3, bytes(65_536)),
     Entry("k", "\ud800", 1)],
)  # fmt: skip
def test_what_fits_into_no_file(entry: Entry) -> None:
    with pytest.raises(PackageError):
        preg.write([entry])


@pytest.mark.parametrize(
    "name",
    ["**del.Server", "**Del.Server", "**delvals.", "**DelVals.", "**DeleteValues", "**deletekeys", "**SecureKey",
     "**", "**Comment:made by a tool"],
)  # fmt: skip
def test_directives(name: str) -> None:
    assert Entry(KEY, name, 1, b" \0\0\0").directive == name


@pytest.mark.parametrize("name", ["", "Server", "*", "a**del.b", "**soft.Server", "**Soft."])
def test_values(name: str) -> None:
    assert Entry(KEY, name, 1).directive is None


def test_soft_values() -> None:
    assert Entry(KEY, "**SOFT.Server", 1).soft_name == "Server"
    assert Entry(KEY, "Server", 1).soft_name is None
