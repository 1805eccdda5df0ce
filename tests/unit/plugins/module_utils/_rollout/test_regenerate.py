# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option regenerate: every combination of what there may be."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.regenerate import (
    CHOICES,
    Decision,
    Found,
    decide,
)

DN = "CN=PC-1,OU=Staging,DC=corp,DC=example"
FAULT = "PC-1.djoin is the package of another account"
KEEP, ISSUE = Decision(), Decision(issue=True)


def test_choices() -> None:
    assert CHOICES == ("never", "missing")


@pytest.mark.parametrize(
    ("account", "exists", "package_fault", "regenerate", "outcome"),
    [
        (None, False, None, "never", ISSUE),
        (None, False, None, "missing", ISSUE),
        (None, True, None, "never", "there is a package file, but no such account"),
        (None, True, None, "missing", ISSUE),
        (None, True, FAULT, "never", "there is a package file, but no such account"),
        (None, True, FAULT, "missing", ISSUE),
        (DN, False, None, "never", "there is no package of it in dest"),
        (DN, False, None, "missing", "there is no package of it in dest"),
        (DN, True, None, "never", KEEP),
        (DN, True, None, "missing", KEEP),
        (DN, True, FAULT, "never", FAULT),
        (DN, True, FAULT, "missing", FAULT),
    ],
)
def test_table(
    account: str | None, exists: bool, package_fault: str | None, regenerate: str, outcome: Decision | str
) -> None:
    decision = decide(Found(account, exists, package_fault), regenerate)
    if isinstance(outcome, Decision):
        assert decision == outcome
        return
    assert not decision.issue
    assert outcome in (decision.refusal or "")
    assert ";" in (decision.refusal or ""), "a refusal says what to do"


@pytest.mark.parametrize("regenerate", CHOICES)
def test_an_account_is_named_and_never_issued_again(regenerate: str) -> None:
    refusal = decide(Found(DN, False, None), regenerate).refusal or ""
    assert refusal.startswith(f"the account exists ({DN}), but ")
    assert "delete the account if no machine uses it" in refusal
