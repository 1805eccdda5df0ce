# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the directory keeps what opens a machine in need: names and times only, never a secret.

The names of BitLocker's recovery objects hold the identifiers of their protectors, and LAPS notes when a password
expires. The passwords and keys themselves are other attributes, and those are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import computers
from .connection import DirectoryConnection
from .domain import Domain, number, text

_RECOVERY_OBJECTS = "(objectClass=msFVE-RecoveryInformation)"
# Of the LAPS of 2015, and of the one that is a part of Windows.
_EXPIRATIONS = ["ms-Mcs-AdmPwdExpirationTime", "msLAPS-PasswordExpirationTime"]


def recovery_objects(connection: DirectoryConnection, dn: str) -> list[str]:
    """The names of the recovery objects below an account, as far as the login sees them.

    :raises SearchError: the account is not there
    """
    return sorted(text(entry, "name") for _dn, entry in connection.search(dn, _RECOVERY_OBJECTS, ["name"]))


def laps_expirations(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> dict[str, int]:
    """The later of both LAPS' times as a FILETIME, by machine name in lower case; without one it is left out."""
    found = computers.search(connection, domain, names, ["sAMAccountName", *_EXPIRATIONS])
    times = {
        name: max((number(entry, attribute) or 0 for attribute in _EXPIRATIONS), default=0)
        for name, (_dn, entry) in found.items()
    }
    return {name: time for name, time in times.items() if time}
