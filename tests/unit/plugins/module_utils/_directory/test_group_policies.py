# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies reach a unit, from links that a directory may hold (MS-GPOL 2.2.2, 3.2.5.1.5)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ConnectionLost, SearchError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.group_policies import GroupPolicies

BASE = "DC=corp,DC=example"
UNIT = f"OU=Berlin,{BASE}"
SECURITY = b"[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
Entries = dict[str, Any]


def policy(number: int) -> str:
    return f"CN={{{number:08}-0000-4000-8000-000000000000}},CN=Policies,CN=System,{BASE}"


def links(*linked: tuple[int, int]) -> list[bytes]:
    """Of policies by number, with the options of each link."""
    return ["".join(f"[LDAP://{policy(number)};{options}]" for number, options in linked).encode()]


class Directory:
    """Entries by DN; what is an exception there is raised."""

    def __init__(self, entries: Entries) -> None:
        made = {policy(number): {
            "displayName": [f"Policy {number}".encode()],
            "versionNumber": [b"3"],
            "flags": [b"0"],
            "gPCMachineExtensionNames": [SECURITY],
        } for number in range(1, 5)}  # fmt: skip
        self._entries = {BASE: {}, UNIT: {}} | made | entries
        self.read_so_far: list[str] = []

    def read(self, dn: str, _attributes: list[str]) -> dict[str, list[bytes]]:
        self.read_so_far.append(dn)
        entry: Any = self._entries[dn]
        if isinstance(entry, Exception):
            raise entry
        return dict(entry)


def reaching(entries: Entries, dn: str = UNIT) -> list[tuple[str, str, bool]]:
    """Name, place and enforcement of what reaches the unit, in order."""
    connection: Any = Directory(entries)
    domain: Any = SimpleNamespace(base_dn=BASE)
    found = GroupPolicies(connection, domain).reaching(dn)
    return [(link.policy.display_name, link.linked_to, link.enforced) for link in found]


def test_the_nearest_first() -> None:
    entries = {UNIT: {"gPLink": links((2, 0))}, BASE: {"gPLink": links((1, 0))}}
    assert reaching(entries) == [("Policy 2", UNIT, False), ("Policy 1", BASE, False)]


def test_a_disabled_link_does_not_reach() -> None:
    assert reaching({UNIT: {"gPLink": links((1, 1), (2, 3), (3, 0))}}) == [("Policy 3", UNIT, False)]


def test_what_is_blocked_and_what_is_enforced() -> None:
    entries = {UNIT: {"gPLink": links((2, 0)), "gPOptions": [b"1"]}, BASE: {"gPLink": links((1, 0), (3, 2))}}
    assert reaching(entries) == [("Policy 2", UNIT, False), ("Policy 3", BASE, True)]
    assert reaching(entries, BASE) == [("Policy 1", BASE, False), ("Policy 3", BASE, True)]


@pytest.mark.parametrize(
    "change",
    [{"flags": [b"2"]}, {"flags": [b"3"]}, {"gPCMachineExtensionNames": None}],
    ids=["computers off", "all off", "nothing for computers"],
)
def test_a_policy_that_clients_leave_out(change: Entries) -> None:
    entry = {"displayName": [b"X"], "versionNumber": [b"1"], "gPCMachineExtensionNames": [SECURITY], **change}
    entry = {name: value for name, value in entry.items() if value is not None}
    assert reaching({UNIT: {"gPLink": links((1, 0), (2, 0))}, policy(1): entry}) == [("Policy 2", UNIT, False)]


@pytest.mark.parametrize("answer", [{}, {"flags": [b"0"]}, SearchError("read", "it is not there", "look")])
def test_a_policy_that_nobody_sees_may_set_anything(answer: Any) -> None:
    """Deleted or hidden: it must not be taken for harmless."""
    connection: Any = Directory({UNIT: {"gPLink": links((1, 0))}, policy(1): answer})
    domain: Any = SimpleNamespace(base_dn=BASE)
    [link] = GroupPolicies(connection, domain).reaching(UNIT)
    assert (link.policy.readable, link.policy.security, link.policy.registry) == (False, True, True)
    assert "(deleted, or not readable)" in link.policy.display_name


def test_a_lost_connection_is_no_deleted_policy() -> None:
    lost = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")
    with pytest.raises(ConnectionLost):
        reaching({UNIT: {"gPLink": links((1, 0))}, policy(1): lost})


def test_each_is_read_once() -> None:
    directory = Directory({UNIT: {"gPLink": links((1, 0))}, BASE: {"gPLink": links((1, 2))}})
    connection: Any = directory
    domain: Any = SimpleNamespace(base_dn=BASE.upper())
    policies = GroupPolicies(connection, domain)
    assert policies.reaching(UNIT) == policies.reaching(UNIT)
    assert sorted(directory.read_so_far) == sorted([UNIT, BASE, policy(1)])


def test_a_unit_of_another_domain_ends_somewhere() -> None:
    entries: Entries = {dn: {} for dn in ("OU=X,DC=other", "DC=other")}
    assert reaching(entries | {"OU=X,DC=other": {"gPLink": links((1, 0))}}, "OU=X,DC=other") == [
        ("Policy 1", "OU=X,DC=other", False)
    ]
