# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the join as numbers for the kit, which judges where no Python runs.

Its C# (plugin_utils/_kit/Judgement.cs) decides in the order of ``claims.check`` and ``windows_join.judge``; what those
decide by is told here out of the same sources, so that nothing is written down twice.
"""

from __future__ import annotations

from typing import Any

from ..clock import KERBEROS_TOLERANCE
from ..joining import editions, right_machine, windows_join

_WORKSTATION = 1  # Win32_OperatingSystem.ProductType
_SKUS = range(0x1000)  # GetProductInfo: far beyond the numbers that were ever given


def table() -> dict[str, Any]:
    """For the kit, in what JSON can hold; ``clock_tolerance`` is in seconds."""
    return {
        "editions_that_cannot_join": [sku for sku in _SKUS if editions.can_join(sku, _WORKSTATION) is False],
        "domain_controller_roles": list(right_machine.DOMAIN_CONTROLLERS),
        "entra_device_join": windows_join.DEVICE_JOIN,
        "clock_tolerance": int(KERBEROS_TOLERANCE),
    }
