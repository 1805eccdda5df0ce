# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong in the branch, and what the rollout has to say of each machine that it happens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.lab import Lab
from tests.twin.farm import TwinFarm

CLOCK_WRONG = "BER-PC-001"  # the rollout sets it, every time
GATEWAY = "192.0.2.10"
ADAPTER = {"interface_index": 7, "addresses": ["192.0.2.25"], "dns_servers": [GATEWAY]}
HOME_EDITION = 101  # SKU, GetProductInfo
HOUR = 3600.0


@dataclass(frozen=True)
class Accident:
    """``happens`` to a machine, and ``mend`` puts it right where somebody on site can; the run must stop it in
    ``stage`` with a headline that holds ``cause``."""

    what: str
    stage: str
    cause: str
    happens: Callable[[Lab, TwinFarm, str], None]
    mend: Callable[[Lab, TwinFarm, str], None] | None = None


def _set(**state: Any) -> Callable[[Lab, TwinFarm, str], None]:
    def change(_lab: Lab, farm: TwinFarm, name: str) -> None:
        farm.set(name, **state)

    return change


def _move_account(lab: Lab, _farm: TwinFarm, name: str) -> None:
    change = f"dn: CN={name},{lab.staging_ou}\nchangetype: modrdn\nnewrdn: CN={name}\ndeleteoldrdn: 1\n"
    lab.ldap(["ldapmodify"], "administrator", input=change + f"newsuperior: CN=Computers,{lab.base_dn}\n")


def _reset_account(lab: Lab, _farm: TwinFarm, name: str) -> None:
    lab.reset_password(name)


# Before the packages arrive, and after: the network is there then, and the machines have joined.
ON_ARRIVAL = {
    "BER-PC-007": Accident("has Windows Home", "join", "cannot join a domain", _set(sku=HOME_EDITION)),
    "BER-PC-013": Accident("is a domain controller", "join", "is a domain controller", _set(domain_role=5)),
}
AFTERWARDS = {
    "BER-PC-005": Accident(
        "asks the DNS server of the provider", "verify", "its DNS servers are 9.9.9.9",
        _set(adapters=[ADAPTER | {"dns_servers": ["9.9.9.9"]}], network=False),
        mend=_set(adapters=[ADAPTER], network=True),
    ),
    "BER-PC-009": Accident("has its account moved to another OU", "verify", "its account is in", _move_account),
    "BER-PC-011": Accident(
        "was renamed by somebody", "join", "a member of corp.example already, as SOMEBODY",
        _set(active_name="SOMEBODY", pending_name="SOMEBODY"),
    ),
    "BER-NB-002": Accident(
        "had its account reset", "verify", "the domain refuses the machine's secret", _reset_account,
    ),
}  # fmt: skip
