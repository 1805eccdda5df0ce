# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the machine that answers is the one that is meant: an address may be somebody else's by now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .offer import same

DOMAIN_CONTROLLERS = (4, 5)  # Win32_ComputerSystem.DomainRole
_LOOK = "look which machine answers at this address"


def wrong_machine(machine: Mapping[str, Any], serial_number: str | None, *, harm: str) -> str | None:
    """Why a Windows machine must be left alone, as ``win_machine_info`` tells it; None where nothing speaks against it.

    ``serial_number`` is the one that it should have, where anybody knows it; ``harm`` is why a domain controller is
    left alone.
    """
    if machine["membership"]["domain_role"] in DOMAIN_CONTROLLERS:
        return f"the machine is a domain controller, {harm}; take it out of the inventory"
    found = machine["identity"]["serial_number"]
    if serial_number and found and not same(serial_number.strip(), found.strip()):
        return f"its serial number is {found}, not {serial_number}; {_LOOK}"
    return None


def wrong_domain(machine: Mapping[str, Any], domain: str) -> str | None:
    """Why a member, where the machine is one, is none of ``domain``."""
    membership = machine["membership"]
    if membership["part_of_domain"] and not same(membership["domain"], domain):
        return f"the machine is a member of {membership['domain']}, not of {domain}; {_LOOK}"
    return None


def wrong_name(machine: Mapping[str, Any], name: str) -> str | None:
    found = machine["identity"]["active_name"]
    return None if same(found, name) else f"the machine is called {found}, not {name}; {_LOOK}"
