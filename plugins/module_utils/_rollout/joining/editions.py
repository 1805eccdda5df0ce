# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which editions of Windows can join a domain, and which have DirectAccess, by their SKU number (GetProductInfo).

Windows takes the package on a Home edition and fails at the next start, so the number is looked at before. The class
"Home" is documented as one that cannot join; that each single number belongs to it is inferred.
"""

from __future__ import annotations

_WORKSTATION = 1  # Win32_OperatingSystem.ProductType

_HOME = frozenset(
    {2, 3, 5, 11, 26, 47, 66, 67, 68, 97, 98, 99, 100, 101, 104, 111, 113, 115, 116, 123}
)  # fmt: skip
_JOINABLE = frozenset(
    {1, 4, 6, 16, 27, 28, 48, 49, 69, 70, 71, 72, 84, 103, 121, 122, 125, 126, 129, 130, 140, 141}
    | {161, 162, 164, 165, 171, 172, 175, 188, 191, 205, 206, 207}
)
# Ultimate, Enterprise and Education in all their forms (DirectAccess is documented for these and for servers)
_WITH_DIRECTACCESS = frozenset(
    {1, 4, 27, 28, 70, 71, 72, 84, 121, 122, 125, 126, 129, 130, 140, 141, 171, 172, 175, 188, 191, 205, 206, 207}
)


def can_join(sku: int, product_type: int) -> bool | None:
    """None where nobody wrote down whether this edition can."""
    if sku in _HOME:
        return False
    return True if product_type != _WORKSTATION or sku in _JOINABLE else None


def has_directaccess(sku: int, product_type: int) -> bool:
    return product_type != _WORKSTATION or sku in _WITH_DIRECTACCESS
