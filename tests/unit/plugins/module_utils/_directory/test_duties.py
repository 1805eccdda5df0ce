# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entries of each duty, written once more by hand from Microsoft's specifications."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import schema_ids
from ansible_collections.adops.offline_join.plugins.module_utils._directory.duties import GRANTS, Duty, Place
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ME = f"{sddl.DOMAIN_SID}-2001"
COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
RECOVERY_INFORMATION = "ea715d30-8f53-40d0-bd1e-6109186d782c"
PUBLIC_INFORMATION = "e48d0154-bcf8-11d1-8702-00c04fb96050"
ESCROW = f"(OA;CIIO;RP;{PUBLIC_INFORMATION};{RECOVERY_INFORMATION};{ME})"
WANTED = {
    (Duty.ISSUE, Place.STAGING): [f"(OA;CI;CC;{COMPUTER};;{ME})", ESCROW],
    (Duty.ISSUE, Place.PRODUCTION): [ESCROW],
    (Duty.REISSUE, Place.STAGING): [
        f"(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;{COMPUTER};{ME})",  # Reset Password
        f"(OA;CIIO;WP;bf967a68-0de6-11d0-a285-00aa003049e2;{COMPUTER};{ME})",  # userAccountControl
        f"(OA;CIIO;SW;72e39547-7b18-11d1-adef-00c04fd8d5cd;{COMPUTER};{ME})",  # validated DNS host name
        f"(OA;CIIO;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;{COMPUTER};{ME})",  # validated SPN
    ],
    (Duty.PROMOTE, Place.STAGING): [
        f"(OA;CI;DC;{COMPUTER};;{ME})",
        f"(OA;CIIO;WP;bf967a0e-0de6-11d0-a285-00aa003049e2;{COMPUTER};{ME})",  # name
        f"(OA;CIIO;WP;bf96793f-0de6-11d0-a285-00aa003049e2;{COMPUTER};{ME})",  # cn
        f"(OA;CIIO;WDWO;;{COMPUTER};{ME})",
        ESCROW,
    ],
    (Duty.PROMOTE, Place.PRODUCTION): [f"(OA;CI;CC;{COMPUTER};;{ME})", ESCROW],
    (Duty.GROUPS, Place.GROUP): [f"(OA;;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;;{ME})"],  # member
}
RESTRICTIONS = uuid.UUID("4c164200-20c0-11d0-a768-00aa006e0529")


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.parametrize("place", Place)
def test_entries_are_these_and_no_other(duty: Duty, place: Place) -> None:
    ours = tuple(grant.ace(ME) for grant in GRANTS[duty] if grant.place is place)
    assert ours == sddl.parse("D:" + "".join(WANTED.get((duty, place), []))).dacl


@pytest.mark.parametrize("duty", Duty)
def test_no_duty_hands_over_the_machines(duty: Duty) -> None:
    """Neither the property set that holds msDS-AllowedToActOnBehalfOfOtherIdentity, nor all properties or rights."""
    for grant in GRANTS[duty]:
        assert grant.object_type != RESTRICTIONS
        assert grant.object_type or grant.mask == 0xC0000, "an entry without an object type is for everything"


def test_words_tell_the_entries_of_a_duty_apart() -> None:
    for grants in GRANTS.values():
        words = [(grant.place, grant.words) for grant in grants]
        assert len({*words}) == len(words)


def test_ids_are_told_by_name() -> None:
    ids = {value for value in vars(schema_ids).values() if isinstance(value, uuid.UUID)}
    told = {schema_ids.told(one) for one in ids}
    assert len(told) == len(ids)
    assert not told & {str(one) for one in ids}, "every id of this list has a name"
    assert schema_ids.told(uuid.UUID(int=7)) == "00000000-0000-0000-0000-000000000007"
