# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A working member as it is seen, everything that can be expected of it, and one way to break each check."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import TICKS, Reading
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification import causal_order
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.causal_order import Outcome
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.verification.subject import (
    POLICY_SUBJECT,
    Expected,
    Subject,
)

NOON = 1_795_262_400
NOW = (NOON + 11_644_473_600) * TICKS
DAY = 86400 * TICKS
JOINED = NOW - DAY
STAGING, PRODUCTION = "OU=Staging,DC=corp,DC=example", "OU=Berlin,OU=Production,DC=corp,DC=example"
DN = f"CN=BER-PC-001,{PRODUCTION}"
GROUP = "CN=DirectAccessClients,OU=Groups,DC=corp,DC=example"
GUID = "8F1F2A6C-0D9C-4C56-9E0E-5A0F2E7B1C11"
MACHINE_SID, DOMAIN_SID = "S-1-5-21-1-2-3", "S-1-5-21-7-8-9"
WSUS = {"key": r"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate", "name": "WUServer"}
FILTER = {
    "key": r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System",
    "name": "LocalAccountTokenFilterPolicy",
}

FOLLOWING = {"running": True, "type": "NT5DS", "type_from_policy": False, "peers": "time.windows.com,0x9"}

EXPECTED: dict[str, Any] = {
    "name": "ber-pc-001",
    "domain": "corp.example",
    "serial_number": "5CG1234XYZ",
    "dns_servers": ("192.0.2.10", "192.0.2.11"),
    "organizational_units": (STAGING, PRODUCTION),
    "groups": ("DirectAccessClients",),
    "policies": ("Workstation Baseline",),
    "policy_values": ({**WSUS, "data": "https://wsus"},),
    "certificates": ({"issuer": "issuing ca", "key_usage": "1.3.6.1.5.5.7.3.2", "template": None},),
    "directaccess": (2,),
    "laps": True,
    "bitlocker": "required",
    "administrators": ("machine-500", "domain-512"),
    "without_bootstrap": True,
}
MACHINE: dict[str, Any] = {
    "identity": {
        "active_name": "BER-PC-001",
        "pending_name": "BER-PC-001",
        "serial_number": "5CG1234XYZ",
        "machine_sid": MACHINE_SID,
    },
    "membership": {"domain_role": 1, "part_of_domain": True, "domain": "corp.example", "pending_join": None},
    "clock": {"utc": NOW, "w32time": FOLLOWING},
    "restart": {"policy_refresh": False},
    "security": {
        "elevated": True,
        "bitlocker_status": 0,
        "bitlocker": [
            {
                "drive": "C:",
                "volume_type": 0,
                "protection_status": 1,
                "conversion_status": 1,
                "protectors": [{"id": "{11111111-0000-0000-0000-000000000000}", "type": 1},
                               {"id": f"{{{GUID}}}", "type": 3}],
            }
        ],
        "administrators": [f"{MACHINE_SID}-500", f"{DOMAIN_SID}-512"],
    },
    "network": {"adapters": [{"addresses": ["fe80::1%7", "192.0.2.25"], "dns_servers": ["192.0.2.10"]}]},
    "remains": {"files": []},
}  # fmt: skip
DOMAIN: dict[str, Any] = {
    "locator": {
        "status": 0,
        "domain_controller": "DC1.corp.example",
        "address": "192.0.2.10",
        "controller_site": "Berlin",
        "client_site": "Berlin",
    },
    "channel": {
        "rediscover_status": 0,
        "verify_status": 0,
        "flags": 0x80,
        "connection_status": 0,
        "channel_status": 0,
        "domain_controller": "DC1.corp.example",
    },
    "clock": {"status": 0, "server": "DC1.corp.example", "offset": 0, "round_trip": 8000},
    "policy": {
        "core": {"status": 0, "started": NOW, "ended": NOW},
        "applied": [{"guid": "{31B2F340-016D-11D2-945F-00C04FB984F9}", "display_name": "Workstation Baseline"}],
        "registry_values": [{**POLICY_SUBJECT, "data": DN}, {**WSUS, "data": "https://wsus"}, {**FILTER, "data": None}],
    },
    "certificates": [
        {
            "issuer": "CN=Corp Issuing CA",
            "not_before": JOINED,
            "not_after": NOW + DAY,
            "key_usages": ["1.3.6.1.5.5.7.3.2"],
            "template": None,
            "has_private_key": True,
        }
    ],
    "directaccess": {"status": 2, "substatus": 0},
    "events": [{"id": 4098, "time": JOINED, "status": None}],
}
REPLICA = {
    "exists": True,
    "distinguished_name": DN,
    "object_guid": "guid",
    "password_last_set": JOINED,
    "groups": [GROUP],
}
ACCOUNT: dict[str, Any] = {
    "exists": True,
    "distinguished_name": DN,
    "sid": f"{DOMAIN_SID}-1104",
    "object_guid": "guid",
    "enabled": True,
    "groups": [GROUP],
    "password_last_set": JOINED,
    "all_groups": [GROUP],
    "doubles": [],
    "laps_expiration": JOINED + 31 * DAY,
    "recovery_objects": [f"2026-11-21T04:23:31-00:00{{{GUID}}}"],
    "replicas": {"dc1.corp.example": REPLICA, "dc2.corp.example": None},
}


class Case:
    """Everything of one verification, to be changed in place."""

    def __init__(self) -> None:
        self.expected = copy.deepcopy(EXPECTED)
        self.machine = copy.deepcopy(MACHINE)
        self.domain = copy.deepcopy(DOMAIN)
        self.account = copy.deepcopy(ACCOUNT)

    @property
    def subject(self) -> Subject:
        reading = Reading(self.machine["clock"]["utc"], NOON, NOON)
        return Subject(self.machine, self.domain, self.account, reading)

    def outcome(self, tolerate: Iterable[str] = ()) -> Outcome:
        return causal_order.verify(Expected(**self.expected), self.subject, list(tolerate))

    def value(self, wanted: dict[str, str], data: Any) -> None:
        """Let the registry have this."""
        [found] = [one for one in self.domain["policy"]["registry_values"] if one["name"] == wanted["name"]]
        found["data"] = data


def put(place: str, value: Any) -> Callable[[Case], None]:
    """A change at a place such as ``machine.identity.active_name``."""

    def change(case: Case) -> None:
        *way, last = place.split(".")
        at: Any = getattr(case, way[0])
        for step in way[1:]:
            at = at[step]
        at[last] = value

    return change


def registry(wanted: dict[str, str], data: Any) -> Callable[[Case], None]:
    return lambda case: case.value(wanted, data)


# One change for each check, in causal order, with which it alone stops the machine, and whether that is pending.
BROKEN: dict[str, tuple[Callable[[Case], None], bool]] = {
    "identity": (put("machine.identity.serial_number", "OTHER"), False),
    "membership": (put("machine.membership.domain_role", 5), False),
    "address": (put("machine.network.adapters", [{"addresses": ["169.254.3.4"], "dns_servers": ["192.0.2.10"]}]), True),
    "dns_servers": (put("expected.dns_servers", ("192.0.2.99",)), False),
    "domain_controller": (put("domain.locator.status", 1355), True),
    "clock": (put("domain.clock.offset", -3600 * TICKS), False),
    "name": (put("machine.identity.active_name", "SOMEBODY"), False),
    "account": (put("account.enabled", False), False),
    "doubles": (put("account.doubles", ["CN=OTHER,DC=corp,DC=example"]), False),
    "replication": (put("account.replicas", {"dc1.corp.example": {"exists": False}}), True),
    "secure_channel": (put("domain.channel.verify_status", 5), False),
    "organizational_unit": (put("expected.organizational_units", (STAGING,)), False),
    "groups": (put("expected.groups", ("Other",)), False),
    "policy": (put("expected.policies", ("Other",)), False),
    "policy_values": (registry(WSUS, None), False),
    "certificates": (put("domain.certificates", []), True),
    "directaccess": (put("domain.directaccess", {"status": 0, "substatus": 0}), True),
    "laps": (put("account.laps_expiration", JOINED + 29 * DAY), True),
    "bitlocker": (put("account.recovery_objects", []), False),
    "administrators": (put("machine.security.administrators", ["S-1-5-21-1-2-3-500"]), False),
    "remains": (put("machine.remains.files", [{"path": "C:\\odj.txt", "kind": 0}]), False),
    "bootstrap": (registry(FILTER, 1), False),
}
