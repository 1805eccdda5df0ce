# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals as Windows words them: a known number has a sentence, another one is told, the rest of the text never."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import (
    ConnectionLost,
    MoveError,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import ldap3_exceptions
from ansible_collections.adops.offline_join.plugins.module_utils._directory.refusals import Refusal, explain, told


def unwilling(diagnostic: str) -> Exception:
    return ldap3_exceptions.LDAPUnwillingToPerformResult(
        result=53, description="unwillingToPerform", message=diagnostic
    )


def refused(diagnostic: str) -> tuple[str, str]:
    return explain(unwilling(diagnostic))


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
    said = refused(diagnostic)
    assert cause in said[0]
    assert remedy in said[1]
    assert "DSID" not in "".join(said)


def test_unknown_number_is_told_alone() -> None:
    said = refused("000020EF: NameErr: quoting a secret")
    assert said == ("the directory refused: unwillingToPerform", "look the diagnostic number up: 000020EF")


def test_no_diagnostic_at_all() -> None:
    assert refused("")[1] == "look the diagnostic number up: none given"


@pytest.mark.parametrize(
    ("diagnostic", "causes", "remedy", "said"),
    [
        ("", {ldap3_exceptions.LDAPUnwillingToPerformResult: Refusal("as here", "so")}, "look", "as here (53); so"),
        ("", {ldap3_exceptions.LDAPNoSuchObjectResult: Refusal("no", "no")}, "look", "unwillingToPerform (53); look"),
        ("000020EF: NameErr", None, None, "unwillingToPerform (53); look the diagnostic number up: 000020EF"),
        ("0000216D: SvcErr", None, "look", "has used up its machine account quota (53); delegate it"),
    ],
)
def test_the_exception_of_the_act_tells_what_is_known_best(
    diagnostic: str, causes: dict[type[Exception], Refusal] | None, remedy: str | None, said: str
) -> None:
    with pytest.raises(MoveError) as raised, told(MoveError, "move it", "CN=PC-1", causes, remedy):
        raise unwilling(diagnostic)
    assert said in str(raised.value).replace("LDAP result ", "")
    assert (raised.value.act, raised.value.dn, raised.value.result) == ("move it", "CN=PC-1", 53)
    assert raised.value.__suppress_context__


def test_what_is_no_refusal_passes() -> None:
    lost = ConnectionLost("ask dc1", "the domain controller stopped answering", "look at it")
    with pytest.raises(ConnectionLost), told(MoveError, "move it", "CN=PC-1"):
        raise lost
