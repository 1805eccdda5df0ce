# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is offered to a machine: what its package says, and for which machine of the inventory it is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """``serial_number`` is the inventory's or None; ``directaccess``: the package brings policies of DirectAccess.

    ``password_last_set``, a FILETIME, is when issuing the package set the account's password; None is nobody knows.
    ``untimely`` is why its claims forbid to apply it now, which is no matter where it was applied before.
    """

    machine_name: str
    package_machine_name: str
    dns_domain: str
    netbios_domain: str
    domain_guid: str
    package_sha256: str
    serial_number: str | None = None
    directaccess: bool = False
    password_last_set: int | None = None
    untimely: str | None = None

    def misdirected(self) -> str | None:
        """Why the package is not for this machine of the inventory; None when it is."""
        if same(self.package_machine_name, self.machine_name):
            return None
        return (
            f"the package is for {self.package_machine_name}, not for {self.machine_name}; "
            "look which file package names"
        )


def same(one: str, other: str) -> bool:
    """Names of machines and domains do not differ by case."""
    return one.lower() == other.lower()
