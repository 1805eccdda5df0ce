# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Samba says, as the numbers that Windows has."""

from __future__ import annotations

from subprocess import CompletedProcess

import pytest

from tests.twin.member import win32


@pytest.mark.parametrize(
    ("code", "said", "number"),
    [
        (0, "Join to 'corp.example' is OK", 0),
        (255, "Join to domain 'corp.example' is not valid: NT_STATUS_ACCESS_DENIED", 5),
        (24, "failed to kinit password: NT_STATUS_LOGON_FAILURE", 5),
        (255, "Join to domain 'corp.example' is not valid: NT_STATUS_NO_TRUST_SAM_ACCOUNT", 1787),
        (156, "failed to kinit password: NT_STATUS_NO_LOGON_SERVERS", 1311),
        (255, "", 1311),
        (1, "NT_STATUS_SOMETHING_NEW", 5),
    ],
)
def test_each_refusal_has_a_number(code: int, said: str, number: int) -> None:
    assert win32(CompletedProcess(["net"], code, said, "")) == number
    assert win32(CompletedProcess(["net"], code, "", said)) == number
