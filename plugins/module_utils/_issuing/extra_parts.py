# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What packages bring along beside the join: site and names (JOIN2), and certificates; judged before any is issued."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._package import certificates, parts
from .._package.errors import PackageError
from .._package.structures import CertificatePart, Join2Part
from .._rollout.names import computer_name
from .._rollout.sealing import SealError
from . import certificate_sources
from .certificate_sources import Authorities

PASSPHRASE = "OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE"

# The options of all machines of a call, and those of each machine.
ADDITIONS_SPEC: dict[str, dict[str, Any]] = {
    "site": {"type": "str"},
    "persistent_site": {"type": "bool", "default": False},
    "primary_dns_suffix": {"type": "str"},
    "root_ca_files": {"type": "list", "elements": "path", "default": []},
    "client_certificate_passphrase": {"type": "str", "no_log": True},
}
MACHINE_SPEC: dict[str, dict[str, Any]] = {
    "netbios_name": {"type": "str"},
    "client_certificate": {"type": "path"},
}
# RFC 1123 2.1, with the underscore that Active Directory's own DNS names may have
_DNS_NAME = re.compile(r"(?=.{1,255}\Z)(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")


@dataclass(frozen=True)
class Additions:
    """By machine; ``faults`` are of those that must get no package."""

    join2: Mapping[str, Join2Part] = field(default_factory=dict)
    certificates: Mapping[str, CertificatePart] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


def needs_certificates(machines: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> bool:
    """Whether the libraries that read certificates are needed."""
    wanted = options.get("root_ca_certificates") or options["root_ca_files"]
    return bool(wanted or any(machine["client_certificate"] for machine in machines))


def collect(
    machines: Sequence[Mapping[str, Any]],
    options: Mapping[str, Any],
    authorities: Authorities,
    domain_netbios_name: str,
    now: datetime,
) -> Additions:
    """From the options of the two specifications above, machines with their ``name``.

    :raises PackageError: what is for all machines cannot be
    """
    _check_options(options)
    faults = _name_faults(machines, domain_netbios_name)
    passphrase = options["client_certificate_passphrase"] or os.environ.get(PASSPHRASE)
    own_keys = _ClientCertificates(passphrase, now)
    shared = certificates.part(authorities.roots, authorities.intermediates, None)
    join2, carried = {}, {}
    for machine in machines:
        name = machine["name"]
        try:
            pfx = own_keys.read(machine["client_certificate"], name)
        except SealError as error:
            faults.setdefault(name, str(error))
            continue
        part = certificates.part(authorities.roots, authorities.intermediates, pfx) if pfx else shared
        if part:
            carried[name] = part
        if said := parts.join2(
            options["site"],
            persistent_site=options["persistent_site"],
            netbios_name=machine["netbios_name"],
            primary_dns_domain=options["primary_dns_suffix"],
        ):
            join2[name] = said
    return Additions(join2, carried, faults)


class _ClientCertificates:
    """Reads each one for one machine only: a key that two machines have proves neither of them."""

    def __init__(self, passphrase: str | None, now: datetime) -> None:
        self._passphrase = passphrase
        self._now = now
        self._machines: dict[str, str] = {}

    def read(self, path: str | None, name: str) -> bytes | None:
        if path is None:
            return None
        other = self._machines.setdefault(path, name)
        if other != name:
            raise SealError(f"its client certificate {path} is that of {other}, too; give every machine its own")
        return certificate_sources.client_certificate(path, self._passphrase, self._now)


def _check_options(options: Mapping[str, Any]) -> None:
    suffix = options["primary_dns_suffix"]
    if suffix is not None and not _DNS_NAME.fullmatch(suffix):
        raise PackageError(f"primary_dns_suffix {suffix!r} is no DNS name; write it like corp.example")
    if options["persistent_site"] and not options["site"]:
        raise PackageError("persistent_site is set, but no site; name the site that the machines shall keep")


def _name_faults(machines: Sequence[Mapping[str, Any]], domain_netbios_name: str) -> dict[str, str]:
    """A NetBIOS name obeys the rules for machines' names, and no two machines of the list have the same one."""
    faults = computer_name.faults(
        [machine["netbios_name"] or machine["name"] for machine in machines], domain_netbios_name
    )
    return {
        machine["name"]: f"its netbios_name {machine['netbios_name']} cannot be: {faults[machine['netbios_name']]}"
        for machine in machines
        if machine["netbios_name"] in faults
    }
