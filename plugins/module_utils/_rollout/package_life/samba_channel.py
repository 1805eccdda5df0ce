# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``samba_member_password`` tells, judged: whether the secure channel stood and the password was changed.

The names are those of ``net rpc testjoin`` of Samba 4.17, seen with a real domain controller; the names out of reach
beyond NETWORK_UNREACHABLE and CONNECTION_REFUSED are inferred.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .retirement import Obstacle

_STATUS = re.compile(r"\bNT_STATUS_\w+")

# Nobody was there to ask, so nothing is known of the secret.
_OUT_OF_REACH = frozenset(
    f"NT_STATUS_{name}"
    for name in (
        *("NETWORK_UNREACHABLE", "HOST_UNREACHABLE", "CONNECTION_REFUSED", "CONNECTION_DISCONNECTED"),
        *("CONNECTION_RESET", "IO_TIMEOUT", "NO_LOGON_SERVERS", "DOMAIN_CONTROLLER_NOT_FOUND"),
    )
)
_NOT_JOINED = "NT_STATUS_CANT_ACCESS_DOMAIN_INFO"
_BROKEN = {
    _NOT_JOINED: ("the host is no member", "apply its package first"),
    "NT_STATUS_ACCESS_DENIED": ("the domain refuses the machine's secret", "join it again with a new package"),
    # One answer to both, seen.
    "NT_STATUS_NO_TRUST_SAM_ACCOUNT": ("its account is disabled or gone", "look who did that and why"),
}


def obstacle(domain: str, said: Mapping[str, Any]) -> Obstacle | None:
    """Why the host has not changed its password, or None where nothing stands in the way."""
    if said["channel"]["return_code"] != 0:
        return _broken_channel(domain, _line(said["channel"]["output"]))
    changed = said["changetrustpw"]
    if changed is None or changed["return_code"] == 0:
        return None
    return Obstacle(
        f"net ads changetrustpw: {_line(changed['output'])}; look at its clock and whether it reaches the ports 88 and "
        "464 of its domain controller"
    )


def joined(said: Mapping[str, Any]) -> bool:
    """Whether the host has a secret to prove at all."""
    return _NOT_JOINED not in said["channel"]["output"]


def _broken_channel(domain: str, output: str) -> Obstacle:
    names = _STATUS.findall(output)
    name = names[-1] if names else ""
    # It says nothing at all where DNS knows no domain controller.
    if not output:
        return Obstacle(f"it finds no domain controller of {domain}; look at its network and DNS", out_of_reach=True)
    if name in _OUT_OF_REACH:
        return Obstacle(f"no domain controller answers ({name}); look at its network and VPN", out_of_reach=True)
    if name in _BROKEN:
        meaning, remedy = _BROKEN[name]
        return Obstacle(f"{meaning} ({name}); {remedy}")
    return Obstacle(f"net rpc testjoin: {output}; correct that")


def _line(output: str) -> str:
    return " ".join(output.split())
