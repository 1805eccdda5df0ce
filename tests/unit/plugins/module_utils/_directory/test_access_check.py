# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access check, rule by rule."""

from __future__ import annotations

import uuid

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import access_check as rights
from ansible_collections.adops.offline_join.plugins.module_utils._directory.access_check import (
    granted,
    passed_on,
    specific,
    token,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._directory import sddl

ME, OTHER, GROUP = (f"{sddl.DOMAIN_SID}-{rid}" for rid in (2001, 2002, 2003))
SIDS = (ME, GROUP, "S-1-1-0", "S-1-5-11")
CLASS, SET, ATTRIBUTE, STRANGER = (uuid.UUID(int=number) for number in (1, 2, 3, 4))
PATH = (CLASS, SET, ATTRIBUTE)


@pytest.mark.parametrize(
    ("dacl", "may"),
    [
        ("", False),
        (f"(A;;WP;;;{ME})", True),
        (f"(A;;WP;;;{GROUP})", True),
        (f"(A;;WP;;;{OTHER})", False),
        (f"(A;;RP;;;{ME})", False),
        # the first entry that decides a right decides it
        (f"(D;;WP;;;{ME})(A;;WP;;;{ME})", False),
        (f"(A;;WP;;;{ME})(D;;WP;;;{ME})", True),
        (f"(D;;RP;;;{ME})(A;;WP;;;{ME})", True),
        (f"(D;;WP;;;{OTHER})(A;;WP;;;{ME})", True),
        # an entry that names a thing speaks of that thing and of what is inside it
        (f"(OA;;WP;{ATTRIBUTE};;{ME})", True),
        (f"(OA;;WP;{SET};;{ME})", True),
        (f"(OA;;WP;{CLASS};;{ME})", True),
        (f"(OA;;WP;{STRANGER};;{ME})", False),
        (f"(OD;;WP;{STRANGER};;{ME})(A;;WP;;;{ME})", True),
        (f"(OD;;WP;{SET};;{ME})(OA;;WP;{ATTRIBUTE};;{ME})", False),
        (f"(OA;;WP;;{STRANGER};{ME})", True),
        # inherit-only entries speak of what is below
        (f"(A;CIIO;WP;;;{ME})", False),
        (f"(D;CIIO;WP;;;{ME})(A;;WP;;;{ME})", True),
        (f"(A;CIID;WP;;;{ME})", True),
        # generic rights
        (f"(A;;GA;;;{ME})", True),
        (f"(A;;GW;;;{ME})", True),
        (f"(A;;GRGX;;;{ME})", False),
        (f"(D;;GA;;;{ME})(A;;WP;;;{ME})", False),
        # a condition that cannot be judged never grants and always denies
        (f"(XA;;WP;;;{ME})", False),
        (f"(XD;;WP;;;{ME})(A;;WP;;;{ME})", False),
    ],
)
def test_one_right(dacl: str, may: bool) -> None:
    assert granted(sddl.parse(f"O:{OTHER}D:{dacl}"), SIDS, rights.WRITE_PROPERTY, PATH) is may


def test_several_rights_may_come_from_several_entries() -> None:
    descriptor = sddl.parse(f"O:{OTHER}D:(A;;RP;;;AU)(A;;WP;;;{ME})")
    assert granted(descriptor, SIDS, rights.READ_PROPERTY | rights.WRITE_PROPERTY)
    assert not granted(descriptor, SIDS, rights.READ_PROPERTY | rights.WRITE_PROPERTY | rights.DELETE)


def test_without_a_dacl_everybody_may_everything() -> None:
    assert granted(sddl.parse(f"O:{OTHER}"), (), 0xF01FF)


def test_right_to_everything_needs_no_named_thing() -> None:
    assert not granted(sddl.parse(f"D:(OA;;WP;{ATTRIBUTE};;{ME})"), SIDS, rights.WRITE_PROPERTY)


@pytest.mark.parametrize(
    ("owner", "dacl", "may_read_and_write_dacl"),
    [
        (ME, "", True),
        (GROUP, "", True),
        (OTHER, "", False),
        (ME, f"(D;;WD;;;{ME})", True),
        # an entry for OWNER RIGHTS takes the place of what an owner may anyhow
        (ME, "(A;;RC;;;OW)", False),
        (ME, "(A;;RCWD;;;OW)", True),
        (ME, "(D;;WD;;;OW)", False),
        (ME, "(A;CIIO;RC;;;OW)", True),
        (OTHER, "(A;;RCWD;;;OW)", False),
    ],
)
def test_owner(owner: str, dacl: str, may_read_and_write_dacl: bool) -> None:
    descriptor = sddl.parse(f"O:{owner}D:{dacl}")
    assert granted(descriptor, SIDS, rights.READ_CONTROL | rights.WRITE_DAC) is may_read_and_write_dacl
    assert not granted(descriptor, SIDS, rights.WRITE_OWNER)
    assert not granted(descriptor, SIDS, rights.DELETE)


def test_self_is_the_object_itself() -> None:
    descriptor = sddl.parse("O:BAD:(A;;SW;;;PS)")
    assert granted(descriptor, token(SIDS, ME), rights.VALIDATED_WRITE)
    assert not granted(descriptor, token(SIDS, OTHER), rights.VALIDATED_WRITE)
    assert not granted(descriptor, token(SIDS), rights.VALIDATED_WRITE)


def test_generic_rights_are_spelled_out() -> None:
    assert specific(0x10000000) == 0xF01FF
    assert specific(0x80000000 | rights.DELETE) == 0x20094 | rights.DELETE


def test_what_a_new_object_inherits() -> None:
    inherited = passed_on(sddl.parse(f"O:{OTHER}D:(A;CIIO;RC;;;{ME})(A;;WD;;;{ME})(OA;CI;WP;;{STRANGER};{ME})"), CLASS)
    assert (inherited.owner, len(inherited.dacl or ())) == (None, 1)
    assert granted(inherited, SIDS, rights.READ_CONTROL)
    assert not granted(inherited, SIDS, rights.WRITE_DAC)
    assert not granted(inherited, SIDS, rights.WRITE_PROPERTY)


def test_without_a_dacl_nothing_is_passed_on() -> None:
    """Nobody can tell what the object will have then, which is not the same as nothing."""
    assert passed_on(sddl.parse(f"O:{OTHER}"), CLASS).dacl is None
