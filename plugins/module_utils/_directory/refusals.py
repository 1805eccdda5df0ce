# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a domain controller means by the number with which it refuses to write."""

from __future__ import annotations

from typing import Any

# The number that its diagnostic text begins with (winerror.h), with the cause and the next step.
_CAUSES = {
    "00000523": (
        "it takes the name for none that an account may have",
        "choose a name of letters, digits and hyphens, with at most 15 characters",
    ),
    "0000052D": (
        "a password filter of the domain controllers refuses random machine passwords",
        "let it pass computers, to which Windows' own password policy does not apply (Notification Packages in "
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa names it)",
    ),
    "00002010": (
        "this domain controller has no relative identifiers (RIDs) left and cannot fetch more (event 16645)",
        "let it reach the RID master (dcdiag /test:ridmanager /v), or name another domain controller in server, and "
        "run again",
    ),
    "0000216D": (
        "the login may create no computers here and has used up its machine account quota",
        "delegate it the right to create computers on the organizational unit (module delegation, profile issue), "
        "never a higher quota",
    ),
    "000021C7": (
        "one of its service principal names is taken elsewhere in the forest",
        "find it (setspn -F -Q HOST/NAME), remove it there (setspn -D) or choose another name",
    ),
}


def explain(error: Any) -> tuple[str, str]:
    """Cause and next step for one of ldap3's result exceptions; the rest of its text may quote what was written."""
    number = str(error.message).partition(":")[0].strip()
    if known := _CAUSES.get(number.upper()):
        return known
    return f"the directory refused: {error.description}", f"look the diagnostic number up: {number or 'none given'}"
