# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of a machine are called, wherever they lie: its package and the records beside it."""

from __future__ import annotations

DJOIN, SEALED = ".djoin", ".sealed"  # the forms of a package
ISSUE_RECORD, REVOCATION_RECORD = ".issue.json", ".revoked.json"


def file_name(machine: str, suffix: str) -> str:
    """In upper case, because case does not tell machines apart."""
    return f"{machine.upper()}{suffix}"
