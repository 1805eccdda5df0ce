# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has a machine's name already: objects of the domain, service principal names of the forest."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .connection import DirectoryConnection, Entry, connect
from .domain import Domain, guid, text
from .name_filters import any_of, chunks

# 3269 speaks TLS from the start, 3268 takes StartTLS and sealed Kerberos (MS-ADTS 5.1.1.2, 6.1.1.2.2.1.2.1.3).
_GLOBAL_CATALOG = {"ldaps": 3269, "start_tls": 3268, "none": 3268}
# What Windows registers for every machine: at the join, at its first start, for WinRM and Remote Desktop.
_SERVICES = ("HOST", "RestrictedKrbHost", "WSMAN", "TERMSRV")


@dataclass(frozen=True)
class Holder:
    """An object that has something of a machine's name. ``object_class`` is its most specific one.

    ``account_name`` is None for what is no account, or where the login may not see it; ``values`` are what it holds.
    """

    distinguished_name: str
    object_class: str
    object_guid: str
    account_name: str | None
    common_name: str
    values: tuple[str, ...] = ()


Found = dict[str, list[Holder]]  # by machine name in lower case


def by_name(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> Found:
    """Objects of any class whose account name, with or without a dollar sign, or common name is a machine's."""

    def terms(name: str) -> list[tuple[str, str]]:
        return [("sAMAccountName", f"{name}$"), ("sAMAccountName", name), ("name", name)]

    return _search(connection, domain.base_dn, names, terms, ["name"])


def by_host_name(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> Found:
    """Computers whose dNSHostName is a machine's. It has no index, so the class narrows the search."""

    def terms(name: str) -> list[tuple[str, str]]:
        return [("dNSHostName", f"{name}.{domain.dns_name}")]

    return _search(connection, domain.base_dn, names, terms, ["dNSHostName"], "(objectCategory=computer)")


def by_service(connection: DirectoryConnection, domain: Domain, names: Iterable[str], base: str | None = None) -> Found:
    """Objects with a service principal name of a machine; the base "" is all that a global catalog knows."""

    def terms(name: str) -> list[tuple[str, str]]:
        hosts = (name, f"{name}.{domain.dns_name}")
        return [("servicePrincipalName", f"{service}/{host}") for service in _SERVICES for host in hosts]

    chosen = domain.base_dn if base is None else base
    return _search(connection, chosen, names, terms, ["servicePrincipalName"])


def by_service_in_forest(connection: DirectoryConnection, domain: Domain, names: Iterable[str]) -> Found:
    """The same with all domains of the forest, from the global catalog of the same domain controller.

    :raises DirectoryError: there is none, or it refuses
    """
    settings = connection.settings
    with connect(dataclasses.replace(settings, port=_GLOBAL_CATALOG[settings.tls_mode])) as catalog:
        return by_service(catalog, domain, names, "")


def _search(
    connection: DirectoryConnection,
    base: str,
    names: Iterable[str],
    terms: Callable[[str], list[tuple[str, str]]],
    attributes: list[str],
    narrow: str = "",
) -> Found:
    found: Found = {}
    for some in chunks(names):
        wanted = {(attribute.lower(), value.lower()): name for name in some for attribute, value in terms(name)}
        anyone = any_of(term for name in some for term in terms(name))
        asked = f"(&{narrow}{anyone})" if narrow else anyone
        for dn, entry in connection.search(base, asked, [*_DESCRIBING, *attributes]):
            mine: dict[str, list[str]] = {}
            for attribute in {"sAMAccountName", *attributes}:
                for value in _texts(entry, attribute):
                    if name := wanted.get((attribute.lower(), value.lower())):
                        mine.setdefault(name, []).append(value)
            for name, values in mine.items():
                found.setdefault(name, []).append(_holder(dn, entry, values))
    return found


_DESCRIBING = ["objectClass", "objectGUID", "sAMAccountName", "name"]


def _holder(dn: str, entry: Entry, values: list[str]) -> Holder:
    return Holder(
        distinguished_name=dn,
        object_class=(_texts(entry, "objectClass") or ["object"])[-1],
        object_guid=str(guid(entry, "objectGUID")) if "objectGUID" in entry else "",
        account_name=text(entry, "sAMAccountName") if "sAMAccountName" in entry else None,
        common_name=text(entry, "name") if "name" in entry else "",
        values=tuple(dict.fromkeys(values)),
    )


def _texts(entry: Entry, attribute: str) -> list[str]:
    return [value.decode("utf-8") for value in entry.get(attribute, [])]
