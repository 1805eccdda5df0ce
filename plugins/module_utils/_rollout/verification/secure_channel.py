# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``win_domain_info`` tells of the secure channel, judged (MS-NRPC 3.5.4.9.1, NETLOGON_INFO_2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..status_codes import StatusCode, explain

_STATUS_RETURNED = 0x80  # NETLOGON_VERIFY_STATUS_RETURNED: connection_status tells of the trust itself

# Nobody was there to ask, so nothing is known of the secret.
_OUT_OF_REACH = frozenset({53, 1231, 1311, 1355, 1703, 1722})


def failure(channel: Mapping[str, Any]) -> StatusCode | None:
    """Why the channel does not stand, or None when the domain controller has verified it."""
    trust = channel["connection_status"] if channel["flags"] & _STATUS_RETURNED else 0
    for status in (channel["verify_status"], trust, channel["channel_status"]):
        if status != 0:
            return explain(status)
    return None


def out_of_reach(status: StatusCode) -> bool:
    """Whether the channel failed because no domain controller answered."""
    return status.number in _OUT_OF_REACH
