# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hands' own file and their way to run a tool."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils import _samba_member

MARKER = {"package_sha256": "a" * 64, "join_time": "Sat Nov 21 03:23:26 2026 UTC"}
NAME = "offline_join.json"
# What Samba 4.17 says of a member, without lengths, flags and keys.
TRUST = """\
    CORP: struct secrets_domain_infoB
        version                  : SECRETS_DOMAIN_INFO_VERSION_1 (1)
        reserved                 : 0x00000000 (0)
        info                     : union secrets_domain_infoU(case 1)
        info1                    : *
            info1: struct secrets_domain_info1
                reserved_flags           : 0x0000000000000000 (0)
                join_time                : Sat Nov 21 17:12:43 2026 UTC
                computer_name            : 'SAMPLE1'
                account_name             : 'SAMPLE1$'
                secure_channel_type      : SEC_CHAN_WKSTA (2)
                domain_info: struct lsa_DnsDomainInfo
                    name: struct lsa_StringLarge
                        string                   : *
                            string                   : 'CORP'
                    dns_domain: struct lsa_StringLarge
                        string                   : *
                            string                   : 'corp.example'
                    dns_forest: struct lsa_StringLarge
                        string                   : *
                            string                   : 'corp.example'
                    domain_guid              : b2b0dc6c-1dac-443f-b844-2cd6fee4e855
                    sid                      : *
                        sid                      : S-1-5-21-2832189115-2602446565-1867387304
"""
GLOBAL = """\
# Global parameters
[global]
\tnetbios name = PC
\tpasswd chat = *new*password* %n\\n
\tprivate dir = /var/lib/samba/private
\tserver string = a = b

[homes]
\tprivate dir = /elsewhere
"""


def test_marker_there_and_back(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert _samba_member.read_marker(str(tmp_path)) == MARKER
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_newer_marker_replaces_the_older(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER | {"more": "x" * 1000})
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert _samba_member.read_marker(str(tmp_path)) == MARKER


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"null", b"\xff", b'"text"'])
def test_what_is_no_marker(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    assert _samba_member.read_marker(str(tmp_path)) is None


def test_marker_is_json(tmp_path: Path) -> None:
    _samba_member.write_marker(str(tmp_path), MARKER)
    assert json.loads((tmp_path / NAME).read_text()) == MARKER


def test_missing_tool_is_named() -> None:
    with pytest.raises(_samba_member.ToolError) as raised:
        _samba_member.run(["no-such-tool-of-samba", "x"])
    assert str(raised.value) == "'no-such-tool-of-samba' is not installed; install Samba's client tools"


def test_tool_speaks_english_and_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    done = _samba_member.run(["sh", "-c", "echo $LC_ALL; cat; echo wrong >&2; exit 3"])
    assert (done.stdout, done.stderr, done.returncode) == ("C\n", "wrong\n", 3)


def test_tool_gets_the_descriptors_named_and_no_other() -> None:
    given, kept = (os.memfd_create(name) for name in ("given", "kept"))
    try:
        os.write(given, b"content")
        listing = f"cat /proc/self/fd/{given}; test -e /proc/self/fd/{kept} || echo ' alone'"
        done: subprocess.CompletedProcess[str] = _samba_member.run(["sh", "-c", listing], (given,))
    finally:
        os.close(given)
        os.close(kept)
    assert done.stdout == "content alone\n"


class Answered(Exception):
    """How a module ends."""


class Module:
    """A module that ends as Ansible's does."""

    def fail_json(self, **result: object) -> None:
        raise Answered(result)

    exit_json = fail_json


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts something in the place of one of Samba's tools that says what it is told to."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(name: str, words: str, code: int = 0) -> None:
        (tmp_path / "words").write_text(words)
        (tmp_path / name).write_text(f"#!/bin/sh\ncat {tmp_path}/words\nexit {code}\n")
        (tmp_path / name).chmod(0o700)

    return make


def test_membership_as_samba_tells_it(tool: Callable[..., None]) -> None:
    tool("net", TRUST)
    assert _samba_member.membership() == {
        "join_time": "Sat Nov 21 17:12:43 2026 UTC",
        "computer_name": "SAMPLE1",
        "domain_guid": "b2b0dc6c-1dac-443f-b844-2cd6fee4e855",
        "dns_domain": "corp.example",
    }


def test_what_samba_does_not_say_is_left_out(tool: Callable[..., None]) -> None:
    without = [line for line in TRUST.splitlines(keepends=True) if "domain_guid" not in line]
    tool("net", "".join(without))
    assert set(_samba_member.membership() or {}) == {"join_time", "computer_name", "dns_domain"}


def test_no_member(tool: Callable[..., None]) -> None:
    tool("net", TRUST, 255)
    assert _samba_member.membership() is None


def test_configuration_is_that_of_the_global_section(tool: Callable[..., None]) -> None:
    tool("testparm", GLOBAL)
    assert _samba_member.configuration() == {
        "netbios name": "PC",
        "passwd chat": "*new*password* %n\\n",
        "private dir": "/var/lib/samba/private",
        "server string": "a = b",
    }


def test_a_configuration_that_samba_rejects(tool: Callable[..., None]) -> None:
    tool("testparm", GLOBAL, 1)
    with pytest.raises(_samba_member.ToolError, match=r"^testparm rejects smb\.conf; correct it first$"):
        _samba_member.configuration()


def test_a_tool_that_gives_no_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_samba_member, "_SECONDS", 0.05)
    with pytest.raises(_samba_member.ToolError, match=r"^'sleep' gave no answer in 0\.05 seconds$"):
        _samba_member.run(["sleep", "60"])


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (_samba_member.ToolError("'net' is not installed"), "'net' is not installed"),
        (
            OSError("the package AAAA cannot be read"),
            "unexpected OSError at test_samba_member.py:{}; please report it with this line",
        ),
    ],
)
def test_no_text_of_an_unforeseen_failure_leaves_the_machine(failure: Exception, words: str) -> None:
    def act(_module: Module) -> dict[str, object]:
        raise failure

    with pytest.raises(Answered) as answered:
        _samba_member.answer(Module(), act)
    told = words.format(act.__code__.co_firstlineno + 1)
    assert answered.value.args == ({"msg": told, "exception": None},)


def test_an_answer() -> None:
    with pytest.raises(Answered) as answered:
        _samba_member.answer(Module(), lambda _module: {"changed": True})
    assert answered.value.args == ({"changed": True},)
