# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a package brings the policies of a DirectAccess client.

A client is told by the keys of its connectivity assistant and of its IPsec-bound corporate resources (inferred from the
client policy that Remote Access makes; no package made by Windows with such a policy is known to us).
"""

from __future__ import annotations

from collections.abc import Iterable

from . import parts
from .structures import PackagePart, PolicyElementList, PolicyPart

_KEYS = (
    r"software\policies\microsoft\windows\networkconnectivityassistant",
    r"software\policies\microsoft\windows\networkconnectivitystatusindicator\corporateconnectivity",
)


def has_policies(package_parts: Iterable[PackagePart]) -> bool:
    """
    :raises PackageError: the policies cannot be read
    """
    return any(
        (element.key_path or "").lower().startswith(_KEYS)
        for part in package_parts
        if part.part_type == parts.POLICY
        for content in _policies(part)
        for element in content.elements or ()
    )


def _policies(part: PackagePart) -> Iterable[PolicyElementList]:
    content = parts.read(part)
    return (content.element_lists or ()) if isinstance(content, PolicyPart) else ()
