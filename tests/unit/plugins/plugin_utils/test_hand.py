# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No exception of an action plugin shows its text, except those that were written to be read."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.playbook.task import Task
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded

SECRET = "xQ7-vN2_kT9+wR4=hB6"


class Action:
    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self._task = Task()

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run."""
        if self.error:
            raise self.error
        return {"changed": False, "task_vars": task_vars}


@pytest.mark.parametrize("error", [ValueError(SECRET), KeyError(SECRET), UnicodeDecodeError("x", b"", 0, 1, SECRET)])
def test_unexpected_exceptions_lose_their_text(error: Exception) -> None:
    with pytest.raises(AnsibleActionFail) as raised:
        Action(error).run()
    assert str(raised.value).startswith(f"unexpected {type(error).__name__} at test_hand.py:")
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("kind", [AnsibleActionFail, AnsibleConnectionFailure])
def test_failures_with_chosen_words_pass(kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"PC-1: smb\.conf says"):
        Action(kind("PC-1: smb.conf says no")).run()


def test_success_passes() -> None:
    assert Action(None).run(None, {"a": 1}) == {"changed": False, "task_vars": {"a": 1}}
    assert Action.run.__doc__ == "Run."
