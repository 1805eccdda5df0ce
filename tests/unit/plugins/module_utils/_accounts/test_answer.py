# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account's answer shows of its changes, and which failure it keeps."""

from __future__ import annotations

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.answer import AccountAnswer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.account_state import Change, Kind

GROUP = "CN=DirectAccessClients,OU=Groups,DC=corp,DC=example"


def test_nothing_is_known_yet() -> None:
    answer = AccountAnswer("PC-1")
    assert answer.to_result() == {"changed": False, "changes": []}
    assert answer.before_and_after() == ("", "")


def test_changes_in_their_order_and_without_empty_sides() -> None:
    answer = AccountAnswer("PC-1", done=[Change(Kind.ENABLED, "yes", "no"), Change(Kind.GROUP, "", GROUP)])
    assert answer.changed
    assert answer.before_and_after() == ("enabled: yes\n", f"enabled: no\ngroup: {GROUP}\n")
    assert answer.to_result()["changes"] == [
        {"what": "enabled", "before": "yes", "after": "no"},
        {"what": "group", "before": "", "after": GROUP},
    ]


def test_first_cause_stays_and_names_the_machine() -> None:
    answer = AccountAnswer("PC-1")
    answer.fail("the cause")
    answer.fail(ValueError("what follows from it"))
    assert answer.to_result()["error"] == "PC-1: the cause"
