# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``win_domain_info`` tells of the secure channel, judged (MS-NRPC 3.5.4.9.1, NETLOGON_INFO_2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .status_codes import ELEVATION_REQUIRED, StatusCode, explain

REPAIR = "repair the membership (role membership_repair)"

_STATUS_RETURNED = 0x80  # NETLOGON_VERIFY_STATUS_RETURNED: connection_status tells of the trust itself
_ACCESS_DENIED = 5
_SECRET_REFUSED = StatusCode(_ACCESS_DENIED, "ERROR_ACCESS_DENIED", "the domain refuses the machine's secret", REPAIR)

# What the two ends say of the secret that they share. Any other number is no reason to replace it.
_OF_SECRET = frozenset({_ACCESS_DENIED, 1326, 1786, 1787, 1788, 1789})

# Nobody was there to ask, so nothing is known of the secret.
_OUT_OF_REACH = frozenset({53, 64, 121, 1225, 1231, 1232, 1311, 1355, 1460, 1703, 1722, 1726, 1727, 1753, 1908})


@dataclass(frozen=True)
class Fault:
    """Why the secure channel does not stand. ``of_secret``: because the secret of the machine is dead or lost."""

    cause: StatusCode
    of_secret: bool = False

    @property
    def out_of_reach(self) -> bool:
        return out_of_reach(self.cause)


def fault(seen: Mapping[str, Any]) -> Fault | None:
    """What ``win_domain_info`` tells in its subsets locator and channel; None when the channel is verified."""
    if found := seen["locator"]["status"]:
        return Fault(explain(found))
    channel = seen["channel"]
    if channel["verify_status"]:
        return _refused_here(explain(channel["verify_status"]))
    trust = channel["connection_status"] if channel["flags"] & _STATUS_RETURNED else 0
    told = trust or channel["channel_status"]
    return _told(explain(told)) if told else None


def out_of_reach(status: StatusCode) -> bool:
    """Whether a request failed because no domain controller answered."""
    return status.number in _OUT_OF_REACH


def _refused_here(cause: StatusCode) -> Fault:
    """The machine's own Netlogon asks for administrator's rights, and misses them with ERROR_ACCESS_DENIED."""
    return Fault(explain(ELEVATION_REQUIRED)) if cause.number == _ACCESS_DENIED else _told(cause)


def _told(cause: StatusCode) -> Fault:
    cause = _SECRET_REFUSED if cause.number == _ACCESS_DENIED else cause
    return Fault(cause, of_secret=cause.number in _OF_SECRET)
