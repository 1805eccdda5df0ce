# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals as cause and next step, and what a domain controller means by the number with which it refuses to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .errors import DirectoryError
from .libraries import ldap3_exceptions


class Refusal(NamedTuple):
    """Why something is not done, and what to do about it."""

    cause: str
    remedy: str


Causes = dict[type[Exception], Refusal]  # what ldap3's result exceptions mean for an act

# The number that its diagnostic text begins with (winerror.h), with the cause and the next step.
_CAUSES = {
    "00000523": Refusal(
        "it takes the name for none that an account may have",
        "choose a name of letters, digits and hyphens, with at most 15 characters",
    ),
    "0000052D": Refusal(
        "a password filter of the domain controllers refuses random machine passwords",
        "let it pass computers, to which Windows' own password policy does not apply (Notification Packages in "
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa names it)",
    ),
    "00002010": Refusal(
        "this domain controller has no relative identifiers (RIDs) left and cannot fetch more (event 16645)",
        "let it reach the RID master (dcdiag /test:ridmanager /v), or name another domain controller in server, and "
        "run again",
    ),
    "0000216D": Refusal(
        "the login may create no computers here and has used up its machine account quota",
        "delegate it the right to create computers on the organizational unit (module delegation, profile issue), "
        "never a higher quota",
    ),
    "000021C7": Refusal(
        "one of its service principal names is taken elsewhere in the forest",
        "find it (setspn -F -Q HOST/NAME), remove it there (setspn -D) or choose another name",
    ),
}


@contextmanager
def told(
    kind: type[DirectoryError],
    act: str,
    dn: str,
    causes: Causes | None = None,
    remedy: str | None = None,
) -> Iterator[None]:
    """A refusal to write as the one exception of the act.

    What ``causes`` does not name is explained by its number.

    :raises DirectoryError: of this ``kind``
    """
    try:
        yield
    except ldap3_exceptions.LDAPOperationResult as error:
        refusal = (causes or {}).get(type(error)) or explain(error, remedy)
        raise kind(act, *refusal, dn=dn, result=error.result) from None


def explain(error: Any, remedy: str | None = None) -> Refusal:
    """Cause and next step for one of ldap3's result exceptions; the rest of its text may quote what was written.

    ``remedy`` is what to do about a number that is not known here; without one, to look it up.
    """
    number = str(error.message).partition(":")[0].strip()
    if known := _CAUSES.get(number.upper()):
        return known
    look_up = f"look the diagnostic number up: {number or 'none given'}"
    return Refusal(f"the directory refused: {error.description}", remedy or look_up)
