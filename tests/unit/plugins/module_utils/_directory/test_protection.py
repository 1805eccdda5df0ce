# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rule without override: which objects are never written, whatever anybody says."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import Entry
from ansible_collections.adops.offline_join.plugins.module_utils._directory.protection import (
    ATTRIBUTES,
    disabled,
    refusal,
)

WORKSTATION: Entry = {
    "objectClass": [b"top", b"person", b"organizationalPerson", b"user", b"computer"],
    "sAMAccountName": [b"BER-PC-001$"],
    "userAccountControl": [b"4096"],
    "primaryGroupID": [b"515"],
}
GROUP_MANAGED = [*WORKSTATION["objectClass"], b"msDS-GroupManagedServiceAccount"]


@pytest.mark.parametrize("flags", [b"4096", b"4098"])
def test_workstation_may_be_written(flags: bytes) -> None:
    account = {**WORKSTATION, "userAccountControl": [flags]}
    assert refusal(account) is None
    assert disabled(account) is (flags == b"4098")


def test_class_is_told_whatever_its_case() -> None:
    assert refusal({**WORKSTATION, "objectClass": [b"top", b"Computer"]}) is None


NEVER = "choose another name; no option allows to write it"


def refused(change: Entry) -> tuple[str, str]:
    """Of an account as a search answers it: with the attributes that were asked for and are there."""
    account = {name: values for name, values in {**WORKSTATION, **change}.items() if values and name in ATTRIBUTES}
    refusing = refusal(account)
    assert refusing is not None
    return refusing


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"objectClass": GROUP_MANAGED}, "is of class msDS-GroupManagedServiceAccount"),
        ({"sAMAccountName": [b"AzureADSSOAcc$"]}, "single sign-on"),
        ({"userAccountControl": [b"532480"], "primaryGroupID": [b"516"]}, "is a domain controller"),
        ({"userAccountControl": [b"83890176"], "primaryGroupID": [b"521"]}, "is a read-only domain controller"),
        ({"userAccountControl": [b"512"]}, "userAccountControl 0x200"),
        ({"userAccountControl": [b"513"]}, "userAccountControl 0x201"),
        ({"userAccountControl": [b"2080"]}, "userAccountControl 0x820"),
    ],
)
def test_what_is_no_workstation_is_never_written(change: Entry, cause: str) -> None:
    told = refused(change)
    assert cause in told[0]
    assert told[1] == NEVER


@pytest.mark.parametrize(
    ("change", "cause", "step"),
    [
        (
            {"userAccountControl": [b"528384"]},
            "is trusted for delegation",
            "Set-ADAccountControl 'BER-PC-001$' -TrustedForDelegation $false",
        ),
        (
            {"userAccountControl": [b"16781312"]},
            "is trusted to authenticate for delegation",
            "Set-ADAccountControl 'BER-PC-001$' -TrustedToAuthForDelegation $false",
        ),
        (
            {"userAccountControl": [b"4128"]},
            "PASSWD_NOTREQD",
            "Set-ADAccountControl 'BER-PC-001$' -PasswordNotRequired $false",
        ),
        ({"userAccountControl": [b"69632"]}, "userAccountControl 0x11000", "@{userAccountControl=4096}"),
        ({"userAccountControl": [b"69634"]}, "userAccountControl 0x11002", "write 0x1002 instead"),
        ({"userAccountControl": [b"4097"]}, "userAccountControl 0x1001", "Set-ADComputer 'BER-PC-001$'"),
        ({"userAccountControl": []}, "does not show its userAccountControl", "right to read"),
        ({"primaryGroupID": []}, "does not show its primaryGroupID", "right to read"),
        ({"primaryGroupID": [b"516"]}, "another primary group", "primaryGroupID 515"),
        ({"adminCount": [b"1"]}, "adminCount", "inherit permissions again"),
    ],
)
def test_workstation_has_to_be_made_a_plain_one_first(change: Entry, cause: str, step: str) -> None:
    told = refused(change)
    assert cause in told[0]
    assert step in told[1]
    assert "then run again" in told[1]
    assert told[1].endswith(f"else {NEVER}")


def test_account_whose_flags_cannot_be_read_is_not_called_disabled() -> None:
    assert disabled({}) is False
