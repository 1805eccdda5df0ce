# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account out of its creator's hands: what changes, and which bytes of the security descriptor."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import access_list, ownership
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import ModifyError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._directory.security_descriptor import decode
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import (
    AccountState,
    Change,
    Kind,
    WantedState,
    changes,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ISSUER, MAKER, PROMOTER, ADMINS = (f"{sddl.DOMAIN_SID}-{rid}" for rid in (2001, 2002, 2003, 512))
STAGING, BERLIN = "OU=Staging,DC=corp,DC=example", "OU=Berlin,DC=corp,DC=example"
NOW = AccountState(f"CN=PC-1,{STAGING}", STAGING, True, None, (), owner=ISSUER, creator=MAKER, trustees=(ISSUER, MAKER))
RESET = "00299570-246d-11d0-a768-00aa006e0529"


def test_owner_and_creator_lose_their_rights_before_the_move() -> None:
    assert changes(NOW, WantedState(owner=PROMOTER, path=BERLIN)) == [
        Change(Kind.OWNER, ISSUER, PROMOTER),
        Change(Kind.RIGHTS, ISSUER, ""),
        Change(Kind.RIGHTS, MAKER, ""),
        Change(Kind.PATH, STAGING, BERLIN),
    ]


@pytest.mark.parametrize(
    ("now", "wanted", "expected"),
    [
        ({"owner": PROMOTER, "creator": None, "trustees": ()}, {"owner": PROMOTER}, []),
        ({"owner": PROMOTER, "creator": None, "trustees": (PROMOTER,)}, {"owner": PROMOTER}, []),
        ({"owner": ADMINS, "creator": None}, {"owner": PROMOTER}, [Change(Kind.OWNER, ADMINS, PROMOTER)]),
        ({"owner": None, "creator": None}, {"owner": PROMOTER}, [Change(Kind.OWNER, "", PROMOTER)]),
        ({}, {"stripped": frozenset({MAKER})}, [Change(Kind.RIGHTS, MAKER, "")]),
        ({}, {}, []),
    ],
)
def test_what_changes(now: dict[str, Any], wanted: dict[str, Any], expected: list[Change]) -> None:
    state = AccountState(**(vars(NOW) | now))
    found = changes(state, WantedState(**wanted))
    assert found == expected
    assert not any(one.endangers_the_machine for one in found)


def test_who_has_entries_of_their_own() -> None:
    """Ordinary accounts that were allowed something here: not what the class names, what is inherited or denied."""
    text = f"D:(A;;RP;;;{ADMINS})(A;;CR;;;S-1-5-32-548)(A;;CR;;;{ISSUER})(OA;;CR;{RESET};;{ISSUER})(D;;CR;;;{MAKER})"
    descriptor = decode(sddl.encode(sddl.parse(f"{text}(A;ID;CR;;;{PROMOTER})")))
    assert ownership.trustees(descriptor) == (ISSUER,)


@pytest.mark.parametrize("name", sddl.RECORDED)
def test_the_owner_is_written_and_the_list_stays(name: str) -> None:
    before = sddl.RECORDED[name][0]
    stripped = access_list.without_aces(before, lambda _ace: False)
    after = access_list.with_owner(stripped, PROMOTER)
    assert decode(after).owner == PROMOTER
    assert decode(after).dacl == decode(before).dacl
    assert decode(access_list.with_owner(after, ADMINS)).owner == ADMINS
    with pytest.raises(ValueError, match="truncated"):
        access_list.with_owner(before[:10], PROMOTER)


class Connection:
    """Notes the one write."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.written: list[Any] = []
        self._refusal = refusal

    def replace(self, *what: Any) -> None:
        self.written.append(what)
        if self._refusal:
            raise self._refusal


def test_both_in_one_operation() -> None:
    descriptor = sddl.encode(sddl.parse(f"O:{ISSUER}D:(A;;RP;;;{ADMINS})(A;;CR;;;{ISSUER})"))
    for owner, flags in ((PROMOTER, 5), (None, 4)):
        connection: Any = Connection()
        ownership.hand_over(connection, "CN=PC-1", descriptor, owner, {ISSUER})
        [(dn, attributes, [control])] = connection.written
        assert dn == "CN=PC-1"
        assert control["criticality"]
        assert bytes(control["controlValue"])[-1] == flags
        written = decode(attributes["nTSecurityDescriptor"][0])
        assert written.owner == owner
        assert [ace.trustee for ace in written.dacl or ()] == [ADMINS]


def test_refusals_name_the_way_out() -> None:
    descriptor = sddl.encode(sddl.parse(f"O:{ISSUER}D:(A;;RP;;;{ADMINS})"))
    refused: Any = Connection(ldap3_exceptions.LDAPConstraintViolationResult(19, "constraintViolation"))
    with pytest.raises(ModifyError, match="owner: self"):
        ownership.hand_over(refused, "CN=PC-1", descriptor, ADMINS, set())
    with pytest.raises(ModifyError, match="repair its permissions"):
        ownership.hand_over(refused, "CN=PC-1", descriptor[:12], ADMINS, set())
