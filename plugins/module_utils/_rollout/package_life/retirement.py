# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a machine has changed its password since its package was issued: then the package is worthless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import secure_channel
from ..issuing.liveness import password_last_set
from ..status_codes import StatusCode


@dataclass(frozen=True)
class Obstacle:
    """Why a machine cannot change its password. ``out_of_reach``: because no domain controller answered."""

    sentence: str
    out_of_reach: bool = False


def refusal(name: str, account: Mapping[str, Any]) -> str | None:
    """Why the password must not be changed now; ``account`` is the machine's entry of ``computer_info``."""
    if "error" in account:
        return f"the directory does not tell when its password was set: {account['error']}"
    if not account.get("exists"):
        return f"the directory has no account {name}$ that the login can see; look who deleted it"
    return None


def done(account: Mapping[str, Any]) -> bool:
    """Whether the password was set since; without an issue record nobody knows, and it is changed once more."""
    issued = (account.get("issue_record") or {}).get("password_last_set")
    return issued is not None and password_last_set(account) > int(issued)


def arrived(account: Mapping[str, Any], before: int) -> bool:
    """Whether any domain controller has a password that was set after ``before``, a FILETIME."""
    return bool(account.get("exists")) and password_last_set(account) > before


def obstacle(cause: StatusCode) -> Obstacle:
    """A status of Windows in the words of both platforms."""
    return Obstacle(cause.sentence, secure_channel.out_of_reach(cause))
