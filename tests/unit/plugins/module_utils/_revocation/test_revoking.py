# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts that are revoked already but for their key credentials, which the lab's domain controller does not keep."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectionLost
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._revocation.answer import Answer
from ansible_collections.adops.offline_join.plugins.module_utils._revocation.revoking import Order, Revoker
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.revocation_record import (
    RevocationRecord,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.revocation_store import RevocationStore

LOST = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")
FORBIDDEN = ldap3_exceptions.LDAPInsufficientAccessRightsResult(result=50, description="insufficientAccessRights")
GUID = uuid.UUID(int=7)


def dn(name: str) -> str:
    return f"CN={name},OU=Staging,DC=corp,DC=example"


class Directory:
    """PC-1 and PC-2, disabled and with two key credentials each; a write ends with ``failures``, if there are any."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.writes: list[tuple[str, dict[str, Any]]] = []

    def search(self, _base: str, asked: str, *_more: Any) -> list[tuple[str, dict[str, list[bytes]]]]:
        if "nTDSDSA" in asked:
            return [("CN=NTDS Settings,CN=DC1,CN=Sites", {})]
        if "(objectClass=server)" in asked:
            return [("CN=DC1,CN=Sites", {"dNSHostName": [b"dc1.corp.example"]})]
        names = [name for name in ("PC-1", "PC-2") if f"sAMAccountName={name.lower()}$" in asked]
        return [(dn(name), self.account(name)) for name in names]

    def account(self, name: str) -> dict[str, list[bytes]]:
        return {
            "objectClass": [b"top", b"computer"],
            "sAMAccountName": [f"{name}$".encode()],
            "objectSid": [bytes([1, 5, 0, 0, 0, 0, 0, 5]) + struct.pack("<5I", 21, 1, 2, 3, 1104)],
            "objectGUID": [GUID.bytes_le],
            "primaryGroupID": [b"515"],
            "userAccountControl": [b"4098"],
            "pwdLastSet": [b"7"],
            "msDS-KeyCredentialLink": [b"B:4:one", b"B:4:two"],
        }

    def replace(self, dn: str, changes: dict[str, Any]) -> None:
        self.writes.append((dn, changes))
        for failure in self.failures:
            raise failure


@pytest.fixture
def directory() -> Directory:
    return Directory()


Revoke = Callable[..., list[Answer]]


@pytest.fixture
def revoke(directory: Directory, tmp_path: Path) -> Revoke:
    store = RevocationStore(tmp_path)
    for name in ("PC-1", "PC-2"):
        store.write(
            RevocationRecord(
                machine=name,
                domain="corp.example",
                object_guid=str(GUID),
                reason="stick lost",
                revoked="2026-11-21T04:23:00+00:00",
                used=False,
                package_sha256=None,
                password_last_set=7,
            )
        )

    def run(*names: str, check_mode: bool = False) -> list[Answer]:
        connection: Any = directory
        controller = SimpleNamespace(host_name="dc1.corp.example")
        domain: Any = SimpleNamespace(
            base_dn="DC=corp,DC=example",
            configuration_dn="CN=Configuration,DC=corp,DC=example",
            dns_name="corp.example",
            controller=controller,
        )
        caller: Any = SimpleNamespace(sids=frozenset())
        order = Order("again")
        revoker = Revoker(connection, domain, caller, Evidence(None), store, order, check_mode=check_mode)
        return revoker.revoke(names)

    return run


CLEARED = {"msDS-KeyCredentialLink": []}


def test_they_are_cleared(revoke: Revoke, directory: Directory) -> None:
    [answer] = revoke("PC-1")
    assert directory.writes == [(dn("PC-1"), CLEARED)]
    assert (answer.state, answer.error, answer.reason) == ("revoked", None, "stick lost")
    assert answer.to_result()["changes"] == [{"what": "key_credentials", "before": "2", "after": ""}]
    assert answer.controllers == {"dc1.corp.example": True}


def test_a_check_writes_nothing(revoke: Revoke, directory: Directory) -> None:
    [answer] = revoke("PC-1", check_mode=True)
    assert directory.writes == []
    assert (answer.state, answer.changed, answer.controllers) == ("to be revoked", True, {})


def test_what_may_not_be_cleared_is_reported_and_is_no_failure(revoke: Revoke, directory: Directory) -> None:
    """They open nothing as long as the account is disabled, and whoever enables it must know."""
    directory.failures = [FORBIDDEN]
    [answer] = revoke("PC-1")
    assert (answer.state, answer.error, answer.changed) == ("revoked", None, False)
    [told] = [one for one in answer.to_result()["outlives"] if "key credentials" in one]
    assert told.startswith("2 key credentials open the account once it is enabled again (clear msDS-KeyCredentialLink")


def test_without_a_connection_no_other_is_tried(revoke: Revoke, directory: Directory) -> None:
    directory.failures = [LOST]
    answers = revoke("PC-1", "PC-2")
    assert [one for one, _changes in directory.writes] == [dn("PC-1")]
    assert [answer.state for answer in answers] == ["refused", "refused"]
    assert all("stopped answering" in (answer.error or "") for answer in answers)
