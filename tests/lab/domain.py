# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's domain: its names, OUs, accounts and the rights of each account."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

REALM = "CORP.EXAMPLE"
DOMAIN = "corp.example"
WORKGROUP = "CORP"
BASE_DN = "DC=corp,DC=example"

STAGING_OU = f"OU=Staging,{BASE_DN}"
PRODUCTION_OUS = (f"OU=Berlin,OU=Production,{BASE_DN}", f"OU=Lyon,OU=Production,{BASE_DN}")
ACCOUNTS_OU = f"OU=Accounts,{BASE_DN}"
GROUPS_OU = f"OU=Groups,{BASE_DN}"
ORGANIZATIONAL_UNITS = (STAGING_OU, f"OU=Production,{BASE_DN}", *PRODUCTION_OUS, ACCOUNTS_OU, GROUPS_OU)
DNS_ZONES = (f"DC=DomainDnsZones,{BASE_DN}", f"DC=ForestDnsZones,{BASE_DN}")
DIRECT_ACCESS_GROUP = f"CN=DirectAccessClients,{GROUPS_OU}"

ACCOUNT_KEYS = ("administrator", "issue", "reissue", "promote", "groups", "user")

# schemaIDGUID or rightsGuid, from MS-ADSC, MS-ADA1 to 3 and MS-ADTS 5.1.3.2.1.
_COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
_RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
_USER_ACCOUNT_CONTROL = "bf967a68-0de6-11d0-a285-00aa003049e2"
_DNS_HOST_NAME = "72e39547-7b18-11d1-adef-00c04fd8d5cd"
_SERVICE_PRINCIPAL_NAME = "f3a64788-5306-11d1-a9c5-0000f80367c1"
_NAME = "bf967a0e-0de6-11d0-a285-00aa003049e2"
_COMMON_NAME = "bf96793f-0de6-11d0-a285-00aa003049e2"
_MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
_PUBLIC_INFORMATION = "e48d0154-bcf8-11d1-8702-00c04fb96050"
_RECOVERY_INFORMATION = "ea715d30-8f53-40d0-bd1e-6109186d782c"


@dataclass(frozen=True)
class Account:
    """Somebody who can log on to the lab's domain."""

    name: str
    upn: str
    password: str = field(repr=False)
    dn: str


@dataclass(frozen=True)
class Grant:
    """Access control entries (SDDL, ``{sid}`` stands for the account) on one object."""

    dn: str
    account: str
    aces: tuple[str, ...]


def _on_computers(*entries: tuple[str, str]) -> tuple[str, ...]:
    """Inherit-only entries for computers below an OU, each from (rights, GUID or "")."""
    return tuple(f"(OA;CIIO;{rights};{guid};{_COMPUTER};{{sid}})" for rights, guid in entries)


# Reading the names of BitLocker's recovery objects.
_ESCROW = f"(OA;CIIO;RP;{_PUBLIC_INFORMATION};{_RECOVERY_INFORMATION};{{sid}})"
GRANTS = (
    Grant(STAGING_OU, "issue", (f"(OA;CI;CC;{_COMPUTER};;{{sid}})", _ESCROW)),
    *(Grant(ou, "issue", (_ESCROW,)) for ou in PRODUCTION_OUS),
    Grant(STAGING_OU, "reissue", _on_computers(
        ("CR", _RESET_PASSWORD), ("WP", _USER_ACCOUNT_CONTROL),
        ("SW", _DNS_HOST_NAME), ("SW", _SERVICE_PRINCIPAL_NAME),
    )),
    Grant(STAGING_OU, "promote", (
        f"(OA;CI;DC;{_COMPUTER};;{{sid}})",
        *_on_computers(("WP", _NAME), ("WP", _COMMON_NAME), ("WDWO", "")), _ESCROW,
    )),
    *(Grant(ou, "promote", (f"(OA;CI;CC;{_COMPUTER};;{{sid}})", _ESCROW)) for ou in PRODUCTION_OUS),
    Grant(DIRECT_ACCESS_GROUP, "groups", (f"(OA;;WP;{_MEMBER};;{{sid}})",)),
)  # fmt: skip


def new_passwords() -> dict[str, str]:
    """A random password for every account, key by key."""
    return {key: random_password() for key in ACCOUNT_KEYS}


def random_password(length: int = 32) -> str:
    """A password that meets the domain's complexity rule and needs no quoting in a shell or smb.conf."""
    alphabet = string.ascii_letters + string.digits + "-_.+"
    body = "".join(secrets.choice(alphabet) for _number in range(length - 4))
    # Letters at both ends: no option and no end of a sentence; a digit and a sign for the complexity rule.
    first, last = secrets.choice(string.ascii_uppercase), secrets.choice(string.ascii_lowercase)
    return f"{first}{body}{secrets.choice(string.digits)}-{last}"


def accounts(passwords: Mapping[str, str]) -> dict[str, Account]:
    """The accounts, by key, with these passwords."""
    found = {}
    for key in ACCOUNT_KEYS:
        name, container = (key, ACCOUNTS_OU)
        if key == "administrator":
            name, container = ("Administrator", f"CN=Users,{BASE_DN}")
        found[key] = Account(name, f"{key}@{DOMAIN}", passwords[key], f"CN={name},{container}")
    return found


def seed_plan(people: Mapping[str, Account]) -> dict[str, Any]:
    """What ``provision.py`` writes into the new domain (it documents the shape)."""
    return {
        "realm": REALM,
        "workgroup": WORKGROUP,
        "organizational_units": list(ORGANIZATIONAL_UNITS),
        "accounts": [asdict(account) for account in people.values()],
        "group": DIRECT_ACCESS_GROUP,
        "grants": [asdict(grant) for grant in GRANTS],
    }
