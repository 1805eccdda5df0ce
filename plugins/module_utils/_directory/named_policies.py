# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one group policy object of a display name, and where its files lie (MS-GPOL 2.2.4, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from .connection import DirectoryConnection, Entry
from .domain import Domain, number, text
from .errors import SearchError
from .libraries import escape_filter_chars

_ATTRIBUTES = ["gPCFileSysPath", "flags", "versionNumber"]
_COMPUTER_PART_DISABLED = 2  # flags
_COMPUTER_VERSION = 0xFFFF  # the low half of versionNumber; the high one counts changes of the part for users


@dataclass(frozen=True)
class NamedPolicy:
    """``folder`` is its gPCFileSysPath, a UNC path into SYSVOL."""

    display_name: str
    folder: str


def find(connection: DirectoryConnection, domain: Domain, display_name: str) -> NamedPolicy:
    """
    :raises SearchError: there is none of this name or more than one, or it sets nothing for computers
    """
    act = f"find the group policy object {display_name}"
    wanted = f"(&(objectClass=groupPolicyContainer)(displayName={escape_filter_chars(display_name)}))"
    found = connection.search(f"CN=Policies,CN=System,{domain.base_dn}", wanted, _ATTRIBUTES)
    if not found:
        remedy = "give its display name as the console shows it, and let the login read it"
        raise SearchError(act, "there is none of this name, or the login may not see it", remedy)
    if len(found) > 1:
        dns = ", ".join(sorted(dn for dn, _entry in found))
        raise SearchError(act, f"{len(found)} have this name ({dns})", "rename all but one of them")
    [(dn, entry)] = found
    for applies, cause, remedy in _refusals(entry):
        if applies:
            raise SearchError(act, cause, remedy, dn=dn)
    return NamedPolicy(display_name, text(entry, "gPCFileSysPath"))


def _refusals(entry: Entry) -> list[tuple[bool, str, str]]:
    return [
        (
            bool((number(entry, "flags") or 0) & _COMPUTER_PART_DISABLED),
            "its computer settings are disabled",
            "enable them, or leave it out",
        ),
        (
            not (number(entry, "versionNumber") or 0) & _COMPUTER_VERSION,
            "it has no part for computers",
            "set something for computers in it, or leave it out",
        ),
        (
            "gPCFileSysPath" not in entry,
            "it does not say where its files are",
            "repair it in the console, or leave it out",
        ),
    ]
