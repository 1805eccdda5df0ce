# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must never be written, whoever asks: objects that look like computers and are something else.

Managed service accounts, domain controllers and the accounts of services are computers to the directory; a
password reset would break what uses them. There is no option that overrides this.
"""

from __future__ import annotations

from .connection import Entry
from .domain import number

ATTRIBUTES = ["objectClass", "sAMAccountName", "userAccountControl", "primaryGroupID", "adminCount"]

_ENABLED, _DISABLED = 0x1000, 0x1002  # WORKSTATION_TRUST_ACCOUNT, alone or with ACCOUNTDISABLE
_DOMAIN_COMPUTERS = 515
_SPECIAL_FLAGS = {
    0x4000000: "is a read-only domain controller",
    0x2000: "is a domain controller",
    0x80000: "is trusted for delegation",
    0x1000000: "is trusted to authenticate for delegation",
    0x20: "may have an empty password (PASSWD_NOTREQD)",
}
_SPECIAL_NAMES = {"azureadssoacc$": "signs users on to Entra ID (seamless single sign-on)"}
_REMEDY = "choose another name; no option allows to write it"


def refusal(entry: Entry) -> tuple[str, str] | None:
    """Why this object is never written, as cause and remedy, or None. Needs :data:`ATTRIBUTES`."""
    cause = _special(entry) or _unusual(entry)
    return (f"the account {cause}", _REMEDY) if cause else None


def disabled(entry: Entry) -> bool:
    return bool((number(entry, "userAccountControl") or 0) & (_DISABLED ^ _ENABLED))


def _special(entry: Entry) -> str | None:
    most_specific = entry["objectClass"][-1].decode("ascii")
    if most_specific.lower() != "computer":
        return f"is of class {most_specific}"
    name = entry["sAMAccountName"][0].decode("utf-8").lower()
    if name in _SPECIAL_NAMES:
        return _SPECIAL_NAMES[name]
    flags = number(entry, "userAccountControl") or 0
    return next((meaning for flag, meaning in _SPECIAL_FLAGS.items() if flags & flag), None)


def _unusual(entry: Entry) -> str | None:
    flags = number(entry, "userAccountControl") or 0
    if flags not in (_ENABLED, _DISABLED):
        return f"has userAccountControl {flags:#x}, not that of a workstation"
    if number(entry, "primaryGroupID") != _DOMAIN_COMPUTERS:
        return "has another primary group than Domain Computers"
    if number(entry, "adminCount"):
        return "is or was a member of a protected group (adminCount)"
    return None
