# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What group policies would do to the connection of the phase site: a local account's logon over WinRM.

Which of several policies wins is not worked out: where one that reaches a unit closes what another one opens, nothing
is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WINRM = r"software\policies\microsoft\windows\winrm\service"
_SYSTEM = r"software\microsoft\windows\currentversion\policies\system"
_DENY_NETWORK_LOGON = "SeDenyNetworkLogonRight"
# Registry values (WindowsRemoteManagement.admx, WindowsRemoteShell.admx, SecGuide.admx) that close something when 0.
_CLOSING = {
    (_WINRM, "allowautoconfig"): "closes WinRM",
    (_WINRM, "allownegotiate"): "forbids WinRM to let anybody in with NTLM",
    (rf"{_WINRM}\winrs", "allowremoteshellaccess"): "forbids remote shells",
    (_SYSTEM, "localaccounttokenfilterpolicy"): "takes their rights from local administrators over the network",
}
# Everyone, Network, Authenticated Users, Local account, Local account and member of Administrators, Administrators.
_LOCAL_ACCOUNTS = {"S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-113", "S-1-5-114", "S-1-5-32-544"}
_SECTION = re.compile(r"\[(.+)\]")


@dataclass(frozen=True)
class PolicySettings:
    """What one policy sets for computers.

    ``rights`` are the user rights of its security template with those who have them, a SID or a name each; ``numbers``
    are its registry values that are numbers, by key and name in lower case.
    """

    name: str
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Dangers:
    """Each one says which policies do what: ``certain`` ones, and ``possible`` ones."""

    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


def user_rights(template: bytes) -> dict[str, tuple[str, ...]]:
    """The section Privilege Rights of a security template, GptTmpl.inf (MS-GPSB 2.2.6).

    :raises ValueError: it is no text that Windows would write
    """
    marked = template.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = template.decode("utf-16" if marked else "utf-8")
    rights: dict[str, tuple[str, ...]] = {}
    section = ""
    for line in map(str.strip, text.splitlines()):
        if found := _SECTION.fullmatch(line):
            section = found[1].lower()
        elif section == "privilege rights" and "=" in line:
            right, _equals, holders = line.partition("=")
            rights[right.strip()] = tuple(one.strip().lstrip("*") for one in holders.split(",") if one.strip())
    return rights


def judge(policies: Iterable[PolicySettings]) -> Dangers:
    """The dangers of all policies that reach one unit."""
    settings: dict[str, dict[str, bool | None]] = {}
    for policy in policies:
        for act, closes in _acts(policy).items():
            settings.setdefault(act, {})[policy.name] = closes
    certain: list[str] = []
    possible: list[str] = []
    for act, said in settings.items():
        closing = [name for name, closes in said.items() if closes is not False]
        if closing:
            sure = all(said.values())
            (certain if sure else possible).append(f"{', '.join(closing)} {act}")
    return Dangers(tuple(certain), tuple(possible))


def _acts(policy: PolicySettings) -> dict[str, bool | None]:
    """What it does, whether that closes the way: None where it denies somebody of whom only the name is known."""
    found: dict[str, bool | None] = {
        act: policy.numbers[value] == 0 for value, act in _CLOSING.items() if value in policy.numbers
    }
    denied = policy.rights.get(_DENY_NETWORK_LOGON)
    if denied is not None:
        named = any(not one.upper().startswith("S-1-") for one in denied)
        closes = bool(_LOCAL_ACCOUNTS & {one.upper() for one in denied})
        found["denies network logon to local accounts"] = closes or (None if named else False)
    return found
