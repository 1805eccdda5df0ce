# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which logins are accounts of the machine itself, and stay when it leaves its domain."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.login import is_local


@pytest.mark.parametrize("user", ["", "admin", ".", r".\admin", r"BER-PC-001\admin", r"ber-pc-001\admin"])
def test_accounts_of_the_machine(user: str) -> None:
    assert is_local(user, "Ber-PC-001")


@pytest.mark.parametrize(
    "user",
    [r"CORP\admin", "admin@corp.example", r"\admin", r".\admin@corp.example", r"BER-PC-0011\admin", r"BER\BER-PC-001"],
)
def test_accounts_of_somebody_else(user: str) -> None:
    assert not is_local(user, "Ber-PC-001")
