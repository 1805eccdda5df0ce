# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must never be written, whoever asks: objects that look like computers and are something else.

Managed service accounts, domain controllers and the accounts of services are computers to the directory; a
password reset would break what uses them. There is no option that overrides this: an account that is a plain
workstation's after all has to be made to look like one first.
"""

from __future__ import annotations

from .connection import Entry
from .domain import number
from .refusals import Refusal

ATTRIBUTES = ["objectClass", "sAMAccountName", "userAccountControl", "primaryGroupID", "adminCount"]
NEVER = "choose another name; no option allows to write it"

ENABLED, DISABLED = 0x1000, 0x1002  # WORKSTATION_TRUST_ACCOUNT, alone or with ACCOUNTDISABLE
_DOMAIN_COMPUTERS = 515
_CONTROLLERS = {0x4000000: "is a read-only domain controller", 0x2000: "is a domain controller"}
# With the parameter of Set-ADAccountControl. The last one is what "Active Directory Users and Computers" sets on every
# computer that is made there.
_CLEARABLE = {
    0x80000: ("is trusted for delegation", "TrustedForDelegation"),
    0x1000000: ("is trusted to authenticate for delegation", "TrustedToAuthForDelegation"),
    0x20: ("may have an empty password (PASSWD_NOTREQD)", "PasswordNotRequired"),
}
_SPECIAL_NAMES = {"azureadssoacc$": "signs users on to Entra ID (seamless single sign-on)"}


def refusal(entry: Entry) -> Refusal | None:
    """Why this object is never written as it is, or None. Needs :data:`ATTRIBUTES`.

    The remedy is :data:`NEVER` for what is no workstation at all.
    """
    if special := _special(entry):
        return Refusal(f"the account {special}", NEVER)
    if unusual := _unusual(entry):
        cause, step = unusual
        remedy = f"if it is a plain workstation's, {step}, then run again; else {NEVER}"
        return Refusal(f"the account {cause}", remedy)
    return None


def disabled(entry: Entry) -> bool:
    return bool((number(entry, "userAccountControl") or 0) & (DISABLED ^ ENABLED))


def _special(entry: Entry) -> str | None:
    most_specific = entry["objectClass"][-1].decode("ascii")
    if most_specific.lower() != "computer":
        return f"is of class {most_specific}"
    if (name := _name(entry).lower()) in _SPECIAL_NAMES:
        return _SPECIAL_NAMES[name]
    flags = number(entry, "userAccountControl") or 0
    if controller := next((meaning for flag, meaning in _CONTROLLERS.items() if flags & flag), None):
        return controller
    strange = "userAccountControl" in entry and not flags & ENABLED
    return f"has userAccountControl {flags:#x}, not that of a workstation" if strange else None


def _unusual(entry: Entry) -> tuple[str, str] | None:
    if hidden := [one for one in ("userAccountControl", "primaryGroupID") if one not in entry]:
        return f"does not show its {' and '.join(hidden)}", "give the login the right to read that"
    flags, name = int(entry["userAccountControl"][0]), _name(entry)
    for flag, (meaning, parameter) in _CLEARABLE.items():
        if flags & flag:
            return meaning, f"clear the flag (Set-ADAccountControl '{name}' -{parameter} $false)"
    if (plain := flags & DISABLED) != flags:
        step = f"write {plain:#x} instead (Set-ADComputer '{name}' -Replace @{{userAccountControl={plain}}})"
        return f"has userAccountControl {flags:#x}, not that of a workstation", step
    if number(entry, "primaryGroupID") != _DOMAIN_COMPUTERS:
        step = "make it a member of that group and that its primary one (primaryGroupID 515)"
        return "has another primary group than Domain Computers", step
    if number(entry, "adminCount"):
        step = "take it out of every protected group, clear adminCount and let it inherit permissions again"
        return "is or was a member of a protected group (adminCount)", step
    return None


def _name(entry: Entry) -> str:
    return entry["sAMAccountName"][0].decode("utf-8")
