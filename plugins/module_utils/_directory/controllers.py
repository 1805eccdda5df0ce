# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domain controllers of the domain, and what each of the writable ones alone knows of an account.

lastLogon and logonCount are not replicated (MS-ADA1 2.351, 2.375): only the controller that a machine used
shows that it was used.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import computers
from .computers import ComputerAccount
from .connection import DirectoryConnection
from .distinguished_name import split
from .domain import Domain, text
from .libraries import escape_filter_chars, escape_rdn
from .survey import ask

# A server's settings object, by class, with the attribute that lists the domains it has a whole copy of.
_WRITABLE, _READ_ONLY = ("nTDSDSA", "msDS-hasMasterNCs"), ("nTDSDSARO", "msDS-hasFullReplicaNCs")


def writable(connection: DirectoryConnection, domain: Domain) -> list[str]:
    """The host names of all domain controllers with a writable copy of the domain, sorted.

    :raises SearchError: the sites cannot be read
    """
    return _hosts(connection, domain, _sites(domain), _WRITABLE)


def everyone(connection: DirectoryConnection, domain: Domain) -> list[str]:
    """The same with the read-only ones."""
    return _hosts(connection, domain, _sites(domain), _WRITABLE, _READ_ONLY)


def of_site(connection: DirectoryConnection, domain: Domain, site: str) -> tuple[list[str], list[str]]:
    """The host names of the writable and of the read-only domain controllers of a site, each sorted.

    :raises SearchError: there is no such site
    """
    base = f"CN=Servers,CN={escape_rdn(site)},{_sites(domain)}"
    return _hosts(connection, domain, base, _WRITABLE), _hosts(connection, domain, base, _READ_ONLY)


def survey(
    connection: DirectoryConnection, domain: Domain, names: Iterable[str]
) -> dict[str, dict[str, ComputerAccount] | None]:
    """The accounts as each writable domain controller has them; None where one does not answer.

    The outer keys are host names, the inner ones machine names in lower case.
    """
    names = list(names)
    hosts = writable(connection, domain)
    return ask(connection, domain, hosts, lambda controller: computers.find(controller, domain, names))


def _sites(domain: Domain) -> str:
    return f"CN=Sites,{domain.configuration_dn}"


def _hosts(connection: DirectoryConnection, domain: Domain, base: str, *kinds: tuple[str, str]) -> list[str]:
    partition = escape_filter_chars(domain.base_dn)
    any_kind = "".join(f"(&(objectClass={kind})({copies}={partition}))" for kind, copies in kinds)
    servers = {split(dn)[1].lower() for dn, _entry in connection.search(base, f"(|{any_kind})", ["objectGUID"])}
    found = connection.search(base, "(objectClass=server)", ["dNSHostName"])
    names = [text(entry, "dNSHostName") for dn, entry in found if dn.lower() in servers and "dNSHostName" in entry]
    return sorted(names, key=str.lower)
