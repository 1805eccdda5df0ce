# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What policies set, as far as their files can be read, and what is left of a Registry.pol in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SysvolError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.group_policies import PolicyObject
from ansible_collections.adops.offline_join.plugins.module_utils._inspection import policy_settings
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.policy_settings import (
    PolicySettingsReader,
    _numbers,
)
from ansible_collections.adops.offline_join.plugins.module_utils._package.preg import Entry

KEY = "Software\\Policies\\Example"
ONE, TWO = b"\1\0\0\0", b"\2\0\0\0"


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([Entry(KEY, "A", 4, ONE), Entry(KEY.upper(), "a", 4, TWO)], {"a": 2}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "**Del.a", 1, b" \0\0\0")], {}),
        ([Entry(KEY, "**del.a", 1, b" \0\0\0"), Entry(KEY, "A", 4, ONE)], {"a": 1}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "B", 4, TWO), Entry(KEY, "**delvals.", 1)], {}),
        ([Entry(KEY, "A", 4, ONE), Entry("Software", "**DelVals.", 1)], {"a": 1}),
        ([Entry(KEY, "**soft.A", 4, ONE)], {"a": 1}),
        ([Entry(KEY, "A", 4, ONE), Entry(KEY, "**soft.A", 4, TWO)], {"a": 1}),
        ([Entry(KEY, "A", 1, ONE), Entry(KEY, "**SecureKey", 4, ONE)], {}),
    ],
)
def test_numbers(entries: list[Entry], left: dict[str, int]) -> None:
    assert _numbers(entries) == {(KEY.lower(), name): number for name, number in left.items()}


OUT_OF_REACH = SysvolError("open SYSVOL on dc1", "no answer within 10 seconds", "open port 445")
TEMPLATE = b"[Privilege Rights]\r\nSeDenyNetworkLogonRight = *S-1-5-113\r\n"


class Share:
    """SYSVOL as it is told to be: the file of a folder, or what reading it raises; ``opened`` counts."""

    def __init__(self, **files: Any) -> None:
        self.files = files
        self.opened = 0
        self.read_so_far: list[str] = []

    @contextmanager
    def open(self, *_where: Any) -> Iterator[Share]:
        self.opened += 1
        if "nothing" in self.files:
            raise self.files["nothing"]
        yield self

    def read(self, folder: str, file: str, _largest: int) -> bytes | None:
        self.read_so_far.append(f"{folder} {file.rpartition(chr(92))[2]}")
        content: Any = self.files[folder]
        if isinstance(content, Exception):
            raise content
        return content


def policy(name: str, *, security: bool = True, registry: bool = False, readable: bool = True) -> PolicyObject:
    return PolicyObject(f"CN={name}", name, security, registry, readable, folder=name)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Share], PolicySettingsReader]:
    def make(share: Share) -> PolicySettingsReader:
        monkeypatch.setattr(policy_settings, "open_sysvol", share.open)
        connection: Any = SimpleNamespace(settings=None, address="192.0.2.10")
        domain: Any = SimpleNamespace(controller=SimpleNamespace(host_name="dc1.corp.example"))
        return PolicySettingsReader(connection, domain)

    return make


Make = Callable[[Share], PolicySettingsReader]


def test_each_policy_is_read_once_and_only_what_it_has(reader: Make) -> None:
    share = Share(a=TEMPLATE, b=None)
    settings = reader(share)
    for _unit in range(2):
        found, opaque = settings.read(
            [policy("a"), policy("b", security=False, registry=True), policy("c", security=False)]
        )
        assert [(one.name, bool(one.rights)) for one in found] == [("a", True), ("b", False)]
        assert opaque == {}
    assert (share.opened, share.read_so_far) == (1, ["a GptTmpl.inf", "b Registry.pol"])


def test_what_cannot_be_read_is_told_by_name_and_hides_nothing_else(reader: Make) -> None:
    refused = SysvolError("read a", "the domain controller refused (STATUS_ACCESS_DENIED)", "let the login read it")
    share = Share(a=refused, b=b"\xff\xfe\xff", c=TEMPLATE)
    found, opaque = reader(share).read(
        [policy("a"), policy("b", security=False, registry=True), policy("c"), policy("d", readable=False)]
    )
    assert [one.name for one in found] == ["c"]
    assert opaque == {
        "a": "the domain controller refused (STATUS_ACCESS_DENIED)",
        "b": "its files are damaged",
        "d": "it is deleted, or the login may not see it",
    }
    assert "d GptTmpl.inf" not in share.read_so_far


def test_a_share_out_of_reach_is_waited_for_once(reader: Make) -> None:
    share = Share(nothing=OUT_OF_REACH)
    settings = reader(share)
    assert settings.read([policy("a")]) == ([], {"a": OUT_OF_REACH.cause})
    assert settings.read([policy("a"), policy("b")]) == ([], {"a": OUT_OF_REACH.cause, "b": OUT_OF_REACH.cause})
    assert share.opened == 1
