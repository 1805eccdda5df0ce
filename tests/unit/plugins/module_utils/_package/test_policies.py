# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registry.pol files as the part POLICY: values as they are, what the part cannot say given back, all in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts, policies
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.preg import Entry
from ansible_collections.adops.offline_join.plugins.module_utils._package.structures import (
    PolicyElement,
    PolicyElementList,
    PolicyPart,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

KEY = "Software\\Policies\\Example"
TEXT = "Grüße\0".encode("utf-16-le")


def made(*entries: Entry) -> tuple[list[tuple[str | None, str | None, int, bytes | None]], list[str]]:
    values, directives = policies.elements("Baseline", entries)
    assert (values.source, values.root_key_id) == ("Baseline", 0x80000002)
    found = [(e.key_path, e.value_name, e.value_type, e.value_data) for e in values.elements or ()]
    return found, list(map(str, directives))


def test_values_keep_key_name_type_data_and_order() -> None:
    entries = [Entry(KEY, "b", 1, TEXT), Entry("HKLM\\odd", "", 4, b"\1\0\0\0"), Entry(KEY, "a", 3, b"\0\1\2")]
    found, directives = made(*entries)
    assert found == [(e.key, e.value_name, e.value_type, e.data) for e in entries]
    assert not directives


def test_no_data_is_a_null_pointer() -> None:
    assert made(Entry(KEY, "", 0))[0] == [(KEY, "", 0, None)]


def test_directives_are_given_back_and_never_become_values() -> None:
    found, directives = made(
        Entry(KEY, "**delvals.", 1, b" \0\0\0"), Entry(KEY, "a", 4, b"\1\0\0\0"), Entry(KEY, "**del.b", 1, b" \0\0\0")
    )
    assert [one[1] for one in found] == ["a"]
    assert directives == [f"**delvals. of {KEY}", f"**del.b of {KEY}"]


def test_soft_value_is_set_unless_the_policy_sets_it_before() -> None:
    one, two = b"\1\0\0\0", b"\2\0\0\0"
    assert made(Entry(KEY, "**soft.a", 4, one))[0] == [(KEY, "a", 4, one)]
    assert made(Entry(KEY, "A", 4, two), Entry(KEY.upper(), "**soft.a", 4, one))[0] == [(KEY, "A", 4, two)]
    assert [data for *_rest, data in made(Entry(KEY, "**soft.a", 4, one), Entry(KEY, "a", 4, two))[0]] == [one, two]


@pytest.mark.parametrize(
    ("value_type", "data", "name", "value"),
    [
        (0, None, "REG_NONE", None),
        (1, TEXT, "REG_SZ", "Grüße"),
        (1, TEXT[:-2], "REG_SZ", "Grüße"),
        (1, b"\x41", "REG_SZ", "41"),
        (1, b"\x00\xd8", "REG_SZ", "00d8"),
        (2, "%windir%\0".encode("utf-16-le"), "REG_EXPAND_SZ", "%windir%"),
        (3, b"\0\xff", "REG_BINARY", "00ff"),
        (4, b"\1\2\0\0", "REG_DWORD", 513),
        (4, b"\1\2", "REG_DWORD", "0102"),
        (5, b"\0\0\2\1", "REG_DWORD_BIG_ENDIAN", 513),
        (7, "one\0two\0\0".encode("utf-16-le"), "REG_MULTI_SZ", ["one", "two"]),
        (11, b"\1" + bytes(7), "REG_QWORD", 1),
        (99, b"\1", "99", "01"),
    ],
)
def test_told_value(value_type: int, data: bytes | None, name: str, value: Any) -> None:
    element = PolicyElement(key_path=KEY, value_name="a", value_type=value_type, value_data=data)
    part = PolicyPart(element_lists=(PolicyElementList(source="Baseline", root_key_id=1, elements=(element,)),))
    [told] = policies.describe(part)
    assert told == {
        "source": "Baseline",
        "values": 1,
        "elements": [{"key": KEY, "name": "a", "type": name, "value": value}],
    }
    assert json.loads(json.dumps(told)) == told


def test_package_with_policies() -> None:
    first, _none = policies.elements("Baseline", [Entry(KEY, "a", 1, TEXT)])
    second, _none = policies.elements("/srv/wired.pol", [Entry(KEY, "a", 4, b"\1\0\0\0"), Entry(KEY, "", 0)])
    package = samples.build(policies=[first, second])
    assert parts.read(package.parts[-1]) == PolicyPart(element_lists=(first, second))
    assert package.parts[-1].flags == 0
    told = Package.read(package.to_djoin_file()).describe()["parts"][-1]
    assert (told["name"], [one["source"] for one in told["sources"]]) == ("policy", ["Baseline", "/srv/wired.pol"])


def test_package_without_policies_has_no_such_part() -> None:
    assert parts.POLICY not in [part.part_type for part in samples.build().parts]
