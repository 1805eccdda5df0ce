# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody has left on a computer account that would outlive its next password.

An account that carries one of these is not reused: whoever prepared it would have a door into the machine, or the
account already serves something. What cannot be seen counts as a preparation, too. The flags of userAccountControl
are ``protection``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from . import explicit_entries
from .connection import Entry
from .domain import sid_text, text
from .security_descriptor import decode

ATTRIBUTES = [
    "sAMAccountName",
    "msDS-AllowedToDelegateTo",
    "msDS-KeyCredentialLink",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "servicePrincipalName",
    "sIDHistory",
    "nTSecurityDescriptor",
]

# The last two are added by Windows itself (Remote Desktop, WinRM) once it runs: no sign of a preparation, and they
# change nothing for whoever holds the account. Whether it runs is for the evidence of use to say.
_EXPECTED_SERVICES = {"host", "restrictedkrbhost", "termsrv", "wsman"}
_SHOWN = 3


@dataclass(frozen=True)
class Preparation:
    """``name`` in a few words, ``evidence`` as found, ``remedy`` in one sentence."""

    name: str
    evidence: str
    remedy: str


@dataclass(frozen=True)
class _Account:
    entry: Entry
    domain_sid: str
    dns_suffixes: Collection[str]

    @property
    def name(self) -> str:
        return text(self.entry, "sAMAccountName").removesuffix("$")

    def values(self, attribute: str) -> list[str]:
        return [value.decode("utf-8", "replace") for value in self.entry.get(attribute, [])]

    def clearing(self, attribute: str) -> str:
        return f"clear it (Set-ADComputer '{self.name}$' -Clear {attribute})"


def find(entry: Entry, domain_sid: str, dns_suffixes: Collection[str]) -> list[Preparation]:
    """Everything found on a computer account, of which ``ATTRIBUTES`` were read with the control ``owner_and_dacl``.

    ``dns_suffixes``: the DNS domains that names of its own may be in, which is the domain's own name and any value
    of msDS-AllowedDNSSuffixes.
    """
    hidden = [one for one in ("sAMAccountName", "nTSecurityDescriptor") if one not in entry]
    if hidden:
        remedy = "give the login the right to read the account"
        return [Preparation("hidden attributes", f"{_listed(hidden)} cannot be read", remedy)]
    account = _Account(entry, domain_sid, dns_suffixes)
    return [found for look in _LOOKS for found in look(account)]


def _constrained_delegation(account: _Account) -> Iterator[Preparation]:
    if services := account.values("msDS-AllowedToDelegateTo"):
        evidence = f"msDS-AllowedToDelegateTo names {_listed(services)}"
        yield Preparation("constrained delegation", evidence, account.clearing("msDS-AllowedToDelegateTo"))


def _key_credentials(account: _Account) -> Iterator[Preparation]:
    """Windows writes one of its own on a machine that runs, and itself clears them when it reuses an account."""
    if count := len(account.values("msDS-KeyCredentialLink")):
        evidence = f"msDS-KeyCredentialLink has {count} value{'s' if count > 1 else ''}"
        yield Preparation("key credentials", evidence, account.clearing("msDS-KeyCredentialLink"))


def _resource_based_delegation(account: _Account) -> Iterator[Preparation]:
    attribute = "msDS-AllowedToActOnBehalfOfOtherIdentity"
    for value in account.entry.get(attribute, []):
        try:
            dacl = decode(value).dacl
            allowed = "everybody" if dacl is None else _listed([ace.trustee for ace in dacl if ace.allow] or ["nobody"])
        except ValueError as error:
            allowed = f"somebody ({error})"
        remedy = f"clear {attribute} (Set-ADComputer {account.name} -PrincipalsAllowedToDelegateToAccount $null)"
        yield Preparation("resource-based delegation", f"{attribute} allows {allowed}", remedy)


def _service_principal_names(account: _Account) -> Iterator[Preparation]:
    """Every name but those of a plain member for its own host; a port or a third part is not plain."""
    name = account.name.lower()
    hosts = {name} | {f"{name}.{suffix.lower()}" for suffix in account.dns_suffixes}
    foreign = []
    for spn in account.values("servicePrincipalName"):
        service, _slash, host = spn.lower().partition("/")
        if service not in _EXPECTED_SERVICES or host not in hosts:
            foreign.append(spn)
    if foreign:
        remedy = "remove what nothing uses (setspn -D), or choose another name where a service runs under it"
        yield Preparation("foreign service principal names", _listed(foreign), remedy)


def _sid_history(account: _Account) -> Iterator[Preparation]:
    if sids := [sid_text(value) for value in account.entry.get("sIDHistory", [])]:
        remedy = (
            f"clear sIDHistory (Get-ADComputer {account.name} | Set-ADComputer -Remove @{{sIDHistory='{sids[0]}'}})"
        )
        yield Preparation("SID history", f"sIDHistory holds {_listed(sids)}", remedy)


def _explicit_entries(account: _Account) -> Iterator[Preparation]:
    remedy = (
        "make Domain Admins the owner and put the access control list back to the default of its class (dsacls DN /S)"
    )
    try:
        descriptor = decode(account.entry["nTSecurityDescriptor"][0])
    except ValueError as error:
        yield Preparation("an unreadable access control list", str(error), remedy)
        return
    for name, evidence in explicit_entries.unexplained(descriptor, account.domain_sid):
        yield Preparation(name, evidence, remedy)


def _listed(values: list[str]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(values[:_SHOWN]) + more


_LOOKS: tuple[Callable[[_Account], Iterator[Preparation]], ...] = (
    _constrained_delegation,
    _key_credentials,
    _resource_based_delegation,
    _service_principal_names,
    _sid_history,
    _explicit_entries,
)
