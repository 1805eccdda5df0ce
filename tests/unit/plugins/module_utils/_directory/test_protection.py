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


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"objectClass": GROUP_MANAGED}, "is of class msDS-GroupManagedServiceAccount"),
        ({"sAMAccountName": [b"AzureADSSOAcc$"]}, "single sign-on"),
        ({"userAccountControl": [b"532480"], "primaryGroupID": [b"516"]}, "is a domain controller"),
        ({"userAccountControl": [b"83890176"], "primaryGroupID": [b"521"]}, "is a read-only domain controller"),
        ({"userAccountControl": [b"528384"]}, "is trusted for delegation"),
        ({"userAccountControl": [b"16781312"]}, "is trusted to authenticate for delegation"),
        ({"userAccountControl": [b"4128"]}, "PASSWD_NOTREQD"),
        ({"userAccountControl": [b"69632"]}, "userAccountControl 0x11000"),
        ({"userAccountControl": [b"4097"]}, "userAccountControl 0x1001"),
        ({"userAccountControl": []}, "userAccountControl 0x0"),
        ({"primaryGroupID": [b"516"]}, "another primary group"),
        ({"primaryGroupID": []}, "another primary group"),
        ({"adminCount": [b"1"]}, "adminCount"),
    ],
)
def test_everything_else_may_not(change: Entry, cause: str) -> None:
    # as a search answers it: with the attributes that were asked for and are there
    account = {name: values for name, values in {**WORKSTATION, **change}.items() if values and name in ATTRIBUTES}
    refused = refusal(account)
    assert refused is not None
    assert cause in refused[0]
    assert "no option allows to write it" in refused[1]


def test_account_whose_flags_cannot_be_read_is_not_called_disabled() -> None:
    assert disabled({}) is False
