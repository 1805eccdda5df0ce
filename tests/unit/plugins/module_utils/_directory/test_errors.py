# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an error of the directory tells."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import errors
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import DirectoryError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DirectoryError)]


@pytest.mark.parametrize("kind", KINDS)
def test_text_holds_act_cause_result_and_remedy(kind: type[DirectoryError]) -> None:
    error = kind("read CN=x", "it is not there", "check the name", dn="CN=x", result=32)
    assert str(error) == "read CN=x: it is not there (LDAP result 32); check the name"
    assert (error.act, error.cause, error.remedy) == ("read CN=x", "it is not there", "check the name")
    assert (error.dn, error.result) == ("CN=x", 32)


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_answer_there_is_no_result(kind: type[DirectoryError]) -> None:
    error = kind("connect", "no route", "look at the firewall")
    assert str(error) == "connect: no route; look at the firewall"
    assert (error.dn, error.result) == (None, None)


def test_result_0_is_an_answer() -> None:
    assert "(LDAP result 0)" in str(DirectoryError("a", "b", "c", result=0))
