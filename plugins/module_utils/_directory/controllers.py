# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writable domain controllers of the domain, and what each of them alone knows of an account.

lastLogon and logonCount are not replicated (MS-ADA1 2.351, 2.375): only the controller that a machine used
shows that it was used.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from . import computers
from .computers import ComputerAccount
from .connection import DirectoryConnection, connect
from .containers import split
from .domain import Domain, text
from .errors import DirectoryError
from .libraries import escape_filter_chars


def writable(connection: DirectoryConnection, domain: Domain) -> list[str]:
    """The host names of all domain controllers with a writable copy of the domain, in no particular order.

    :raises SearchError: the sites cannot be read
    """
    sites = f"CN=Sites,{domain.configuration_dn}"
    masters = f"(&(objectClass=nTDSDSA)(msDS-hasMasterNCs={escape_filter_chars(domain.base_dn)}))"
    servers = {split(dn)[1].lower() for dn, _entry in connection.search(sites, masters, ["objectGUID"])}
    everyone = connection.search(sites, "(objectClass=server)", ["dNSHostName"])
    return [text(entry, "dNSHostName") for dn, entry in everyone if dn.lower() in servers and "dNSHostName" in entry]


def survey(
    connection: DirectoryConnection, domain: Domain, names: Iterable[str]
) -> dict[str, dict[str, ComputerAccount] | None]:
    """The accounts as each writable domain controller has them; None where one does not answer.

    The same login is used everywhere. The outer keys are host names, the inner ones machine names in lower case.
    """
    names = list(names)
    found: dict[str, dict[str, ComputerAccount] | None] = {}
    for host in writable(connection, domain):
        if host.lower() == domain.controller.host_name.lower():
            found[host] = computers.find(connection, domain, names)
            continue
        try:
            with connect(dataclasses.replace(connection.settings, server=host)) as other:
                found[host] = computers.find(other, domain, names)
        except DirectoryError:
            found[host] = None
    return found
