# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which recovery passwords the machine is asked to back up, and what its answers mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.checks import Verdict
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import escrow
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout.verified_machines import (
    BROKEN,
    GUID,
    Case,
    put,
)

PROTECTOR = f"{{{GUID}}}"
SECOND = "{22222222-0000-0000-0000-000000000000}"
BARE = put("account.recovery_objects", [])


def volume(drive: str, *protectors: tuple[str, int], **other: Any) -> dict[str, Any]:
    found = {"drive": drive, "volume_type": 1, "protection_status": 1, "conversion_status": 1}
    return {**found, "protectors": [{"id": name, "type": kind} for name, kind in protectors], **other}


def wanted(*changes: Callable[[Case], None]) -> list[str]:
    case = Case()
    for change in changes:
        change(case)
    return escrow.to_back_up(case.outcome().headline, case.subject)


def answer(status: int, protector: str = PROTECTOR) -> list[dict[str, Any]]:
    return [{"id": protector, "status": status}]


def test_what_the_directory_has_is_not_backed_up() -> None:
    assert wanted() == []


def test_the_recovery_passwords_and_nothing_else() -> None:
    assert wanted(BARE) == [PROTECTOR]


def test_every_recovery_password_of_the_volumes_that_have_none_there() -> None:
    volumes = [
        volume("C:", (PROTECTOR, 3)),
        volume("D:", (SECOND, 3), ("{33333333-0000-0000-0000-000000000000}", 3)),
        volume("E:", ("{44444444-0000-0000-0000-000000000000}", 3), conversion_status=0),
        volume("F:", ("{55555555-0000-0000-0000-000000000000}", 3), volume_type=2),
    ]
    assert wanted(put("machine.security.bitlocker", volumes)) == [SECOND, "{33333333-0000-0000-0000-000000000000}"]


def test_the_guid_decides_whatever_its_case() -> None:
    assert wanted(put("account.recovery_objects", [f"2026-11-21T04:23:31-00:00{PROTECTOR.lower()}"])) == []


def test_a_volume_without_a_recovery_password_has_none_to_back_up() -> None:
    assert wanted(BARE, put("machine.security.bitlocker", [volume("C:", (PROTECTOR, 1))])) == []


@pytest.mark.parametrize("earlier", ["domain_controller", "secure_channel", "laps"])
def test_an_earlier_cause_comes_first(earlier: str) -> None:
    """Without a domain controller or a secure channel the machine has nowhere to back up to."""
    assert wanted(BARE, BROKEN[earlier][0]) == []


@pytest.mark.parametrize("setting", ["ignore", "escrowed", "required"])
def test_only_where_it_is_looked_at(setting: str) -> None:
    assert bool(wanted(BARE, put("expected.bitlocker", setting))) is (setting != "ignore")


@pytest.mark.parametrize("conversion", [1, 2, 4])
@pytest.mark.parametrize("setting", ["escrowed", "required"])
def test_device_encryption_waits_for_its_policy(setting: str, conversion: int) -> None:
    """Windows 11 24H2 encrypts with a clear key; no protector is there before a policy can store one."""
    case = Case()
    put("expected.bitlocker", setting)(case)
    clear = volume("C:", protection_status=0, conversion_status=conversion)
    put("machine.security.bitlocker", [clear])(case)
    outcome = case.outcome()
    assert outcome.pending
    said = str(outcome.headline)
    assert said.startswith("C: is encrypted, but its protection is off and it has no recovery password: it waits for ")
    assert "the staging OU" in said
    assert wanted(put("machine.security.bitlocker", [clear])) == []


@pytest.mark.parametrize(("protection", "conversion"), [(1, 1), (2, 1), (2, None), (0, 3), (0, 5)])
def test_what_is_protected_or_being_decrypted_waits_for_no_policy(protection: int, conversion: int | None) -> None:
    case = Case()
    seen = volume("C:", (PROTECTOR, 1), protection_status=protection, conversion_status=conversion)
    put("machine.security.bitlocker", [seen])(case)
    assert not case.outcome().pending
    assert "has no recovery password" in str(case.outcome().headline)


def test_a_broken_volume_goes_before_one_that_waits() -> None:
    volumes = [volume("C:", protection_status=0), volume("D:", (SECOND, 3))]
    case = Case()
    put("machine.security.bitlocker", volumes)(case)
    assert str(case.outcome().headline).startswith("D: is encrypted, and no recovery password of it")
    assert not case.outcome().pending
    assert wanted(put("machine.security.bitlocker", volumes)) == [SECOND]


def unseen(status: int, setting: str) -> Case:
    case = Case()
    put("expected.bitlocker", setting)(case)
    put("machine.security.bitlocker", None)(case)
    put("machine.security.bitlocker_status", status)(case)
    return case


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(0, "manage-bde"), (1, "manage-bde -status"), (2, "an administrator with full rights"), (27, "manage-bde")],
)
def test_what_cannot_be_seen_is_no_pass(status: int, remedy: str) -> None:
    """Access denied, a provider that does not load, a timeout: nobody knows whether the machine is encrypted."""
    case = unseen(status, "escrowed")
    [check] = [one for one in case.outcome().findings if one.id == "bitlocker"]
    assert check.verdict is Verdict.UNKNOWN
    assert f"MI_Result {status}" in check.evidence
    assert remedy in check.remedy
    assert case.outcome().headline is None
    assert case.outcome().warnings() == [str(check)]


def test_what_is_required_has_to_be_seen() -> None:
    case = unseen(2, "required")
    assert case.outcome().pending
    assert "MI_Result 2" in str(case.outcome().headline)


@pytest.mark.parametrize("status", [3, 5])
def test_a_windows_without_bitlocker(status: int) -> None:
    """The name space or the class is not there."""
    case = unseen(status, "escrowed")
    [check] = [one for one in case.outcome().findings if one.id == "bitlocker"]
    assert check.verdict is Verdict.PASS
    assert check.evidence == "this Windows has no BitLocker"
    required = unseen(status, "required").outcome()
    assert required.pending
    assert "not encrypted: every volume, because this Windows has no BitLocker" in str(required.headline)


def test_a_backup_is_seen_by_the_next_run() -> None:
    case = Case()
    BARE(case)
    before = case.outcome()
    after = before.instead(escrow.judge([PROTECTOR], answer(0, PROTECTOR.lower())))
    assert not before.pending
    assert after.pending
    assert [one.id for one in after.findings] == [one.id for one in before.findings]
    assert after.headline is not None
    assert str(after.headline) == (
        "no recovery password of an encrypted volume is seen in the directory, and the machine was told to back up "
        f"{PROTECTOR}; run again once it has replicated; where it stays so, let the login see the names of recovery "
        "objects (module delegation, profiles issue and promote)"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (1, "no policy asks for it (S_FALSE, 1)"),
        (0x80310008, "BitLocker is not active there (FVE_E_NOT_ACTIVATED, 0x80310008)"),
        (0x8031003A, "(FVE_E_INVALID_PROTECTOR_TYPE, 0x8031003a)"),
        (0x8007054B, "the domain or its controllers were not found (ERROR_NO_SUCH_DOMAIN, 1355)"),
        (0x80310099, "BitLocker refused (no known name, 0x80310099); read the log"),
    ],
)
def test_a_backup_that_windows_refuses(status: int, words: str) -> None:
    check = escrow.judge([PROTECTOR], answer(status))
    assert check.stops
    assert f"{PROTECTOR} was not backed up: " in check.evidence
    assert words in str(check)


def test_one_refusal_among_several() -> None:
    check = escrow.judge([PROTECTOR, SECOND], [*answer(0), *answer(1, SECOND)])
    assert f"{SECOND} was not backed up" in check.evidence


def test_a_protector_that_is_gone() -> None:
    assert "the machine has no such protector any more" in str(escrow.judge([PROTECTOR], []))
