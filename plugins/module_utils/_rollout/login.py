# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As whom Ansible logs in on a Windows machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import status_codes


def is_local(user: str, machine_name: str) -> bool:
    r"""Whether it is an account of the machine itself: ``name``, ``.\name`` or ``MACHINE\name``."""
    authority, backslash, _name = user.partition("\\")
    return "@" not in user and (not backslash or authority.lower() in (".", machine_name.lower()))


def without_rights(machine: Mapping[str, Any]) -> str | None:
    """Why a session may neither look nor act, as ``win_machine_info`` tells it; None where it has full rights."""
    if machine["security"]["elevated"]:
        return None
    return status_codes.explain(status_codes.ELEVATION_REQUIRED).sentence
