# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies would cut a local account's connection over WinRM, and when that is not certain."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.policy_dangers import (
    Dangers,
    PolicySettings,
    judge,
    user_rights,
)

DENY = "SeDenyNetworkLogonRight"
SERVICE = "software\\policies\\microsoft\\windows\\winrm\\service"
TEMPLATE = """[Unicode]\r
Unicode=yes\r
[Privilege Rights]\r
SeDenyNetworkLogonRight = *S-1-5-32-546, *S-1-5-114,Gast\r
SeShutdownPrivilege =\r
[Version]\r
SeBackupPrivilege = *S-1-5-32-544\r
signature="$CHICAGO$"\r
"""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_template(encoding: str) -> None:
    assert user_rights(TEMPLATE.encode(encoding)) == {
        DENY: ("S-1-5-32-546", "S-1-5-114", "Gast"),
        "SeShutdownPrivilege": (),
    }


@pytest.mark.parametrize("template", [b"\xff\xfe\x00\xd8", b"\xff\xfea", b"\x80"])
def test_template_that_is_none(template: bytes) -> None:
    with pytest.raises(ValueError, match="decode"):
        user_rights(template)


def rights(*denied: str, name: str = "Baseline") -> PolicySettings:
    return PolicySettings(name, rights={DENY: denied})


def number(key: str, value: str, data: int, name: str = "Baseline") -> PolicySettings:
    return PolicySettings(name, numbers={(key, value): data})


@pytest.mark.parametrize("sid", ["S-1-5-113", "S-1-5-114", "s-1-5-32-544", "S-1-1-0"])
def test_network_logon_is_denied_to_local_accounts(sid: str) -> None:
    assert judge([rights("S-1-5-32-546", sid)]).certain == ("Baseline denies network logon to local accounts",)


def test_others_may_be_denied() -> None:
    assert judge([rights(), rights("S-1-5-32-546"), PolicySettings("Empty")]) == Dangers()


def test_a_name_is_nobody_whom_we_know() -> None:
    assert judge([rights("Gast")]).possible == ("Baseline denies network logon to local accounts",)
    assert judge([rights("Gast", "S-1-5-114")]).certain


@pytest.mark.parametrize(
    ("key", "value", "act"),
    [
        (SERVICE, "allowautoconfig", "closes WinRM"),
        (SERVICE, "allownegotiate", "forbids WinRM to let anybody in with NTLM"),
        (f"{SERVICE}\\winrs", "allowremoteshellaccess", "forbids remote shells"),
        ("software\\microsoft\\windows\\currentversion\\policies\\system", "localaccounttokenfilterpolicy",
         "takes their rights from local administrators over the network"),
    ],
)  # fmt: skip
def test_values_that_close(key: str, value: str, act: str) -> None:
    assert judge([number(key, value, 0)]) == Dangers(certain=(f"Baseline {act}",))
    assert judge([number(key, value, 1)]) == Dangers()


def test_other_values() -> None:
    assert judge([number(SERVICE, "allowbasic", 0), number("software", "allowautoconfig", 0)]) == Dangers()


def test_policies_that_agree_and_that_contradict_each_other() -> None:
    closing = [number(SERVICE, "allowautoconfig", 0, name) for name in ("One", "Two")]
    assert judge(closing) == Dangers(certain=("One, Two closes WinRM",))
    opening = number(SERVICE, "allowautoconfig", 1, "Three")
    assert judge([*closing, opening]) == Dangers(possible=("One, Two closes WinRM",))
    assert judge([rights("S-1-5-114", name="One"), rights(name="Two")]).possible
