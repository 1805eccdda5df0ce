# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the policies that reach a unit set for computers, as SYSVOL holds it."""

from __future__ import annotations

from collections.abc import Iterable

from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._directory.errors import DirectoryError
from .._directory.group_policies import PolicyObject
from .._directory.sysvol import Sysvol, open_sysvol
from .._package import preg
from .._package.errors import PackageError
from .._rollout.policy_dangers import PolicySettings, user_rights

_TEMPLATE = "Machine\\Microsoft\\Windows NT\\SecEdit\\GptTmpl.inf"
_REGISTRY = "Machine\\Registry.pol"
_REG_DWORD = 4
_DELETE, _DELETE_ALL = "**del.", "**delvals"


class PolicySettingsReader:
    """Reads the files of each policy once, and says of which it cannot and why."""

    def __init__(self, connection: DirectoryConnection, domain: Domain) -> None:
        self._connection = connection
        self._host_name = domain.controller.host_name
        self._known: dict[str, PolicySettings | str] = {}
        self._out_of_reach: str | None = None

    def read(self, policies: Iterable[PolicyObject]) -> tuple[list[PolicySettings], dict[str, str]]:
        """The settings of these policies, and by name why those of others cannot be read."""
        wanted = {policy.dn: policy for policy in policies if policy.security or policy.registry}
        if missing := [policy for dn, policy in wanted.items() if dn not in self._known]:
            self._read(missing)
        found = {policy.display_name: self._known[dn] for dn, policy in wanted.items()}
        settings = [one for one in found.values() if isinstance(one, PolicySettings)]
        return settings, {name: why for name, why in found.items() if isinstance(why, str)}

    def _read(self, policies: list[PolicyObject]) -> None:
        """SYSVOL that could not be opened once is not waited for again."""
        if self._out_of_reach is None:
            try:
                with open_sysvol(self._connection.settings, self._connection.address, self._host_name) as sysvol:
                    self._known |= {policy.dn: _settings(sysvol, policy) for policy in policies}
            except DirectoryError as fault:
                self._out_of_reach = fault.cause
        if self._out_of_reach is not None:
            self._known |= dict.fromkeys((policy.dn for policy in policies), self._out_of_reach)


def _settings(sysvol: Sysvol, policy: PolicyObject) -> PolicySettings | str:
    if not policy.readable:
        return "it is deleted, or the login may not see it"
    try:
        template = sysvol.read(policy.folder, _TEMPLATE, preg.LARGEST_FILE) if policy.security else None
        registry = sysvol.read(policy.folder, _REGISTRY, preg.LARGEST_FILE) if policy.registry else None
        return PolicySettings(
            policy.display_name,
            rights={} if template is None else user_rights(template),
            numbers={} if registry is None else _numbers(preg.read(registry)),
        )
    except DirectoryError as fault:
        return fault.cause
    except (PackageError, ValueError):
        return "its files are damaged"


def _numbers(entries: Iterable[preg.Entry]) -> dict[tuple[str, str], int]:
    """The numbers that are left when all entries were carried out in their order."""
    numbers: dict[tuple[str, str], int] = {}
    for entry in entries:
        key, name = entry.key.lower(), entry.value_name.lower()
        if name.startswith(_DELETE_ALL):
            numbers = {value: number for value, number in numbers.items() if value[0] != key}
        elif name.startswith(_DELETE):
            numbers.pop((key, name.removeprefix(_DELETE)), None)
        elif entry.value_type == _REG_DWORD and entry.directive is None:
            number = int.from_bytes(entry.data, "little")
            if entry.soft_name is None:
                numbers[key, name] = number
            else:
                numbers.setdefault((key, entry.soft_name.lower()), number)
    return numbers
