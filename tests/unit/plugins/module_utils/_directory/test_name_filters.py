# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many names at once: each once, in lists that fit into one search, and none of them breaks out of its filter."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._directory.name_filters import (
    any_account,
    any_of,
    chunks,
)


def test_each_name_once_in_lists_that_fit() -> None:
    names = [f"PC-{number:03}" for number in range(401)]
    found = list(chunks(names + [name.lower() for name in names]))
    assert [len(some) for some in found] == [200, 200, 1]
    assert [name for some in found for name in some] == [name.lower() for name in names]
    assert not list(chunks([]))


def test_a_name_stays_a_value() -> None:
    assert any_account(["pc-1", "pc*)(cn=x"]) == r"(|(sAMAccountName=pc-1$)(sAMAccountName=pc\2a\29\28cn=x$))"
    assert any_of([("dc", "@"), ("name", "(")]) == r"(|(dc=@)(name=\28))"
