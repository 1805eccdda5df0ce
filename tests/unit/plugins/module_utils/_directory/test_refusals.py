# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals as Windows words them: a known number has a sentence, another one is told, the rest of the text never."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._directory.refusals import explain


def refused(diagnostic: str) -> tuple[str, str]:
    return explain(
        ldap3_exceptions.LDAPUnwillingToPerformResult(result=53, description="unwillingToPerform", message=diagnostic)
    )


@pytest.mark.parametrize(
    ("diagnostic", "cause", "remedy"),
    [
        ("00000523: SysErr: DSID-031A11E2, problem 22 (Invalid argument), data 0\n", "the name", "choose a name"),
        (
            "0000052D: SvcErr: DSID-031A124C, problem 5003 (WILL_NOT_PERFORM), data 0\n",
            "password filter",
            "let it pass",
        ),
        ("00002010: SvcErr: DSID-03151E91, problem 5012 (DIR_ERROR), data 0\n", "event 16645", "dcdiag"),
        ("0000216D: SvcErr: DSID-031A1202, problem 5003 (WILL_NOT_PERFORM), data 0\n", "quota", "module delegation"),
        ("0000216d: in lower case", "quota", "never a higher quota"),
        ("000021C7: AtrErr: DSID-03200EB2, #1:\n", "elsewhere in the forest", "setspn -F -Q"),
    ],
)
def test_known_number_has_its_cause_and_next_step(diagnostic: str, cause: str, remedy: str) -> None:
    told = refused(diagnostic)
    assert cause in told[0]
    assert remedy in told[1]
    assert "DSID" not in "".join(told)


def test_unknown_number_is_told_alone() -> None:
    told = refused("000020EF: NameErr: quoting a secret")
    assert told == ("the directory refused: unwillingToPerform", "look the diagnostic number up: 000020EF")


def test_no_diagnostic_at_all() -> None:
    assert refused("")[1] == "look the diagnostic number up: none given"
