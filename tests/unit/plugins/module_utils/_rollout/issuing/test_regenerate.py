# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole table of the option regenerate."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.regenerate import (
    CHOICES,
    Act,
    Decision,
    PackageFile,
    decide,
)

DN = "CN=BER-PC-001,OU=Staging,DC=corp,DC=example"
ABSENT, UNUSABLE, SOUND = PackageFile.ABSENT, PackageFile.UNUSABLE, PackageFile.SOUND
DEAD, EXPIRED = PackageFile.DEAD, PackageFile.EXPIRED


def test_choices_of_the_option() -> None:
    assert CHOICES == ("never", "missing", "dead", "always")


@pytest.mark.parametrize("regenerate", CHOICES)
def test_new_machine(regenerate: str) -> None:
    assert decide(None, ABSENT, regenerate) == Decision(Act.CREATE, "")


@pytest.mark.parametrize("package", [UNUSABLE, DEAD, SOUND])
@pytest.mark.parametrize("regenerate", CHOICES)
def test_file_whose_account_is_gone(package: PackageFile, regenerate: str) -> None:
    decision = decide(None, package, regenerate)
    assert decision.act is (Act.REFUSE if regenerate == "never" else Act.CREATE)
    assert ("remove the file, or set regenerate to missing" in decision.refusal) is (regenerate == "never")


@pytest.mark.parametrize(
    ("package", "acts"),
    [
        (ABSENT, [Act.REFUSE, Act.REISSUE, Act.REISSUE, Act.REISSUE]),
        (UNUSABLE, [Act.REFUSE, Act.REISSUE, Act.REISSUE, Act.REISSUE]),
        (DEAD, [Act.REFUSE, Act.REFUSE, Act.REISSUE, Act.REISSUE]),
        (EXPIRED, [Act.REFUSE, Act.REFUSE, Act.REISSUE, Act.REISSUE]),
        (SOUND, [Act.KEEP, Act.KEEP, Act.KEEP, Act.REISSUE]),
    ],
    ids=lambda value: value.name if isinstance(value, PackageFile) else "",
)
def test_account_that_exists(package: PackageFile, acts: list[Act]) -> None:
    assert [decide(DN, package, regenerate).act for regenerate in CHOICES] == acts


@pytest.mark.parametrize("package", [ABSENT, UNUSABLE])
def test_refusal_names_the_account_and_what_is_wrong_with_the_package(package: PackageFile) -> None:
    refusal = decide(DN, package, "never").refusal
    assert DN in refusal
    assert package.value in refusal


@pytest.mark.parametrize("package", [DEAD, EXPIRED])
@pytest.mark.parametrize("regenerate", ["never", "missing"])
def test_dead_package_is_never_replaced_by_the_way(package: PackageFile, regenerate: str) -> None:
    refusal = decide(DN, package, regenerate).refusal
    assert refusal.startswith(f"{package.value}; set regenerate to dead")
    assert "a new password breaks that membership" in refusal


@pytest.mark.parametrize(
    ("package", "acts"),
    [
        (ABSENT, [Act.REFUSE, Act.REISSUE, Act.REISSUE, Act.REISSUE]),
        (UNUSABLE, [Act.REFUSE, Act.REISSUE, Act.REISSUE, Act.REISSUE]),
        (DEAD, [Act.KEEP, Act.KEEP, Act.KEEP, Act.REISSUE]),
        (EXPIRED, [Act.KEEP, Act.KEEP, Act.KEEP, Act.REISSUE]),
        (SOUND, [Act.KEEP, Act.KEEP, Act.KEEP, Act.REISSUE]),
    ],
    ids=lambda value: value.name if isinstance(value, PackageFile) else "",
)
def test_package_that_did_its_work(package: PackageFile, acts: list[Act]) -> None:
    """It may be over by now; where it is asked for, another is refused later, because the machine lives."""
    assert [decide(DN, package, regenerate, used=True).act for regenerate in CHOICES] == acts


def test_use_is_no_matter_without_an_account() -> None:
    assert decide(None, EXPIRED, "missing", used=True).act is Act.CREATE
