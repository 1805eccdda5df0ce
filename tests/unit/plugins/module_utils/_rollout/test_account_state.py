# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted of an account against what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import (
    AccountState,
    Change,
    Kind,
    WantedGroups,
    WantedState,
    changes,
)

STAGING, BERLIN = "OU=Staging,DC=corp,DC=example", "OU=Berlin,DC=corp,DC=example"
ONE, TWO, THREE = (f"CN={name},OU=Groups,DC=corp,DC=example" for name in ("One", "Two", "Three"))
NOW = AccountState(f"CN=PC-1,{STAGING}", STAGING, True, "desk", (ONE, TWO))
ADMINS, OWNER, MAKER, STRANGER = (f"S-1-5-21-1-2-3-{rid}" for rid in (512, 1101, 1102, 1103))
OWNED = replace(NOW, owner=OWNER, creator=MAKER, trustees=(ADMINS, STRANGER, MAKER, OWNER))


def test_nothing_wanted_nothing_changed() -> None:
    assert changes(NOW, WantedState()) == []


def test_what_is_so_already_is_no_change() -> None:
    wanted = WantedState(STAGING.upper(), True, "desk", WantedGroups(add=(ONE.lower(),), remove=(THREE,)))
    assert changes(NOW, wanted) == []
    assert changes(NOW, WantedState(groups=WantedGroups(exactly=(TWO.upper(), ONE)))) == []
    assert changes(replace(NOW, description=None), WantedState(description="")) == []


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        (WantedState(path=BERLIN), Change(Kind.PATH, STAGING, BERLIN)),
        (WantedState(enabled=False), Change(Kind.ENABLED, "yes", "no")),
        (WantedState(description="hall"), Change(Kind.DESCRIPTION, "desk", "hall")),
        (WantedState(description="Desk"), Change(Kind.DESCRIPTION, "desk", "Desk")),
        (WantedState(description=""), Change(Kind.DESCRIPTION, "desk", "")),
        (WantedState(groups=WantedGroups(add=(ONE, THREE, THREE.lower()))), Change(Kind.GROUP, "", THREE.lower())),
        (WantedState(groups=WantedGroups(remove=(TWO.lower(), THREE))), Change(Kind.GROUP, TWO.lower(), "")),
        (WantedState(groups=WantedGroups(exactly=(ONE,))), Change(Kind.GROUP, TWO, "")),
        (WantedState(absent=True, path=BERLIN, enabled=False), Change(Kind.ACCOUNT, NOW.distinguished_name, "")),
    ],
)
def test_one_change(wanted: WantedState, change: Change) -> None:
    assert changes(NOW, wanted) == [change]


def test_first_description() -> None:
    [change] = changes(replace(NOW, description=None), WantedState(description="hall"))
    assert change == Change(Kind.DESCRIPTION, "", "hall")


@pytest.mark.parametrize(
    ("now", "wanted", "expected"),
    [
        # whoever owned or made it loses its entries with the ownership, the new owner keeps its own
        (
            OWNED,
            WantedState(owner=ADMINS),
            [
                Change(Kind.OWNER, OWNER, ADMINS),
                Change(Kind.RIGHTS, MAKER, ""),
                Change(Kind.RIGHTS, OWNER, ""),
            ],
        ),
        (OWNED, WantedState(owner=MAKER), [Change(Kind.OWNER, OWNER, MAKER), Change(Kind.RIGHTS, OWNER, "")]),
        (OWNED, WantedState(owner=OWNER), [Change(Kind.RIGHTS, MAKER, "")]),
        # those named lose theirs, with an owner or without
        (OWNED, WantedState(stripped=frozenset({STRANGER, TWO})), [Change(Kind.RIGHTS, STRANGER, "")]),
        (
            replace(OWNED, owner=ADMINS, creator=None),
            WantedState(owner=ADMINS, stripped=frozenset({STRANGER, ADMINS})),
            [Change(Kind.RIGHTS, STRANGER, "")],
        ),
        # nobody knows who owns it
        (NOW, WantedState(owner=ADMINS), [Change(Kind.OWNER, "", ADMINS)]),
        (OWNED, WantedState(), []),
    ],
)
def test_owner_and_rights(now: AccountState, wanted: WantedState, expected: list[Change]) -> None:
    assert changes(now, wanted) == expected
    assert not any(change.endangers_the_machine for change in expected)


def test_words_of_results_and_diffs() -> None:
    assert [kind.value for kind in Kind] == ["owner", "rights", "enabled", "description", "path", "group", "account"]


def test_an_exact_list_joins_and_leaves() -> None:
    wanted = WantedState(groups=WantedGroups(exactly=(THREE, ONE)))
    assert changes(NOW, wanted) == [Change(Kind.GROUP, "", THREE), Change(Kind.GROUP, TWO, "")]
    everything = changes(NOW, WantedState(groups=WantedGroups(exactly=())))
    assert everything == [Change(Kind.GROUP, ONE, ""), Change(Kind.GROUP, TWO, "")]


def test_the_move_comes_after_what_its_old_place_allows_and_before_groups() -> None:
    wanted = WantedState(BERLIN, False, "hall", WantedGroups(add=(THREE,)))
    kinds = [change.kind for change in changes(NOW, wanted)]
    assert kinds == [Kind.ENABLED, Kind.DESCRIPTION, Kind.PATH, Kind.GROUP]


@pytest.mark.parametrize(
    ("wanted", "endangers"),
    [
        (WantedState(path=BERLIN), True),
        (WantedState(absent=True), True),
        (WantedState(enabled=False), True),
        (WantedState(description="hall"), False),
        (WantedState(groups=WantedGroups(exactly=())), False),
    ],
)
def test_what_endangers_a_live_machine(wanted: WantedState, endangers: bool) -> None:
    found = changes(NOW, wanted)
    assert found
    assert all(change.endangers_the_machine is endangers for change in found)


def test_enabling_endangers_nobody() -> None:
    [change] = changes(replace(NOW, enabled=False), WantedState(enabled=True))
    assert change == Change(Kind.ENABLED, "no", "yes")
    assert not change.endangers_the_machine
    [described] = changes(NOW, WantedState(description="no"))
    assert not described.endangers_the_machine
