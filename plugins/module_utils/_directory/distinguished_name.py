# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Distinguished names as texts (RFC 4514)."""

from __future__ import annotations

import re

_FIRST_NAME = re.compile(r"((?:[^,\\]|\\.)*),(.*)", re.DOTALL)  # a comma after a backslash separates nothing


def split(dn: str) -> tuple[str, str]:
    """The relative name of an object and the DN of its container."""
    match = _FIRST_NAME.fullmatch(dn)
    return (match[1], match[2]) if match else (dn, "")
