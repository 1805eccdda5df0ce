# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's rule of account re-use, line by line."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.account_reuse import Ownership, refusal

DOMAIN, ROOT = "S-1-5-21-1-2-3", "S-1-5-21-9-9-9"
ME, OTHER, GROUP, TRUSTED = (f"{DOMAIN}-{rid}" for rid in (2001, 2002, 2003, 2004))
DOMAIN_ADMINS, ADMINISTRATOR = f"{DOMAIN}-512", f"{DOMAIN}-500"
SIDS = (ME, f"{DOMAIN}-513", GROUP, "S-1-1-0", "S-1-5-11", "S-1-5-32-548")

ALLOWED, CREATOR, OWNER, UNREADABLE = None, "made it within the machine account quota", "its owner", "cannot be read"


def groups(*sids: str) -> frozenset[str]:
    return frozenset(sids)


@pytest.mark.parametrize(
    ("ownership", "expected"),
    [
        # 1: made by this login, whoever owns it
        (Ownership(OTHER, ME), ALLOWED),
        (Ownership(None, ME), ALLOWED),
        # somebody else made it: that Domain Admins own it then says nothing
        (Ownership(DOMAIN_ADMINS, OTHER), CREATOR),
        (Ownership(ME, OTHER), CREATOR),
        (Ownership(DOMAIN_ADMINS, GROUP), CREATOR),
        (Ownership(DOMAIN_ADMINS, OTHER, creator_groups=groups(GROUP)), CREATOR),
        (Ownership(DOMAIN_ADMINS, OTHER, creator_groups=groups(DOMAIN_ADMINS)), ALLOWED),
        (Ownership(DOMAIN_ADMINS, ADMINISTRATOR), ALLOWED),
        (Ownership(DOMAIN_ADMINS, TRUSTED), ALLOWED),
        (Ownership(OTHER, ADMINISTRATOR), OWNER),
        # 2: owned by this login
        (Ownership(ME, None), ALLOWED),
        # 3: owned by administrators
        (Ownership(DOMAIN_ADMINS, None), ALLOWED),
        (Ownership("S-1-5-32-544", None), ALLOWED),
        (Ownership(ADMINISTRATOR, None), ALLOWED),
        (Ownership(f"{ROOT}-519", None), ALLOWED),
        (Ownership(f"{DOMAIN}-519", None), OWNER),
        (Ownership(f"{ROOT}-512", None), OWNER),
        (Ownership("S-1-5-21-7-7-7-512", None), OWNER),
        # 4: owned by a member of these
        (Ownership(OTHER, None, groups(GROUP, DOMAIN_ADMINS)), ALLOWED),
        (Ownership(OTHER, None, groups("S-1-5-32-544")), ALLOWED),
        (Ownership(OTHER, None, groups(GROUP)), OWNER),
        # 5: owned by a group that this login is in; the crowd is no group
        (Ownership(GROUP, None), ALLOWED),
        (Ownership("S-1-5-32-548", None), ALLOWED),
        (Ownership("S-1-5-32-549", None), OWNER),
        (Ownership("S-1-5-11", None), OWNER),
        (Ownership("S-1-1-0", None), OWNER),
        # 6: owned by somebody on the list, or in a group that is on it
        (Ownership(TRUSTED, None), ALLOWED),
        (Ownership(OTHER, None, groups(TRUSTED)), ALLOWED),
        # nothing of it
        (Ownership(OTHER, None), OWNER),
        (Ownership(OTHER, None, groups()), OWNER),
        (Ownership(None, None), UNREADABLE),
    ],
)
def test_rule(ownership: Ownership, expected: str | None) -> None:
    refused = refusal(ownership, SIDS, DOMAIN, [TRUSTED], ROOT)
    assert (refused is None) is (expected is None)
    if refused and expected:
        assert expected in refused.cause
        assert refused.remedy


def test_one_domain_is_its_own_forest_root() -> None:
    assert refusal(Ownership(f"{DOMAIN}-519", None), SIDS, DOMAIN) is None


def test_token_that_could_not_be_read_owns_nothing() -> None:
    assert refusal(Ownership(OTHER, None), (), DOMAIN) is not None
    assert refusal(Ownership(None, None), (), DOMAIN) is not None


def test_refusals_name_who_and_what_to_do() -> None:
    creator = refusal(Ownership(DOMAIN_ADMINS, OTHER), SIDS, DOMAIN)
    assert creator is not None
    assert OTHER in creator.cause
    assert "trusted_owners" in creator.remedy
    owner = refusal(Ownership(OTHER, None, groups()), SIDS, DOMAIN)
    assert owner is not None
    assert owner.cause == f"its owner {OTHER} is neither this login nor an administrator (KB5020276)"
    unknown = refusal(Ownership(OTHER, None), SIDS, DOMAIN)
    assert unknown is not None
    assert "as far as its groups can be read" in unknown.cause
