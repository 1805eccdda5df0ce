# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The group policies that all packages of one call bring along, read before anything is issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._directory import named_policies
from .._directory.connection import DirectoryConnection
from .._directory.domain import Domain
from .._directory.errors import DirectoryError, SearchError, SysvolError
from .._directory.sysvol import Sysvol, open_sysvol
from .._package import policies, preg
from .._package.errors import PackageError
from .._package.policies import Directive
from .._package.structures import PolicyElementList

_FILE = "Machine\\Registry.pol"


@dataclass(frozen=True)
class Policy:
    """The values of one policy, and the directives that are left out of them."""

    values: PolicyElementList
    left_out: Sequence[Directive] = ()

    def to_result(self) -> dict[str, Any]:
        """What the module returns for it."""
        return {
            "source": self.values.source,
            "value_count": len(self.values.elements or ()),
            "left_out": list(map(str, self.left_out)),
        }


@dataclass
class PolicyReading:
    """Reads every policy before it complains, so that all faults are mended at once."""

    connection: DirectoryConnection
    domain: Domain
    skip_unsupported: bool
    _faults: list[str] = field(default_factory=list)

    def read(self, names: Iterable[str], paths: Iterable[str]) -> list[Policy]:
        """The policies of these display names and of these files, in this order.

        :raises ConnectionLost: the domain controller stopped answering
        :raises PackageError: naming each fault
        """
        contents = self._named(list(dict.fromkeys(names))) + self._of_files(dict.fromkeys(paths))
        found = [policy for source, content in contents if (policy := self._policy(source, content))]
        if self._faults:
            raise PackageError("\n".join(["no package was issued, because of the policies for them:", *self._faults]))
        return found

    def _named(self, names: list[str]) -> list[tuple[str, bytes]]:
        objects = []
        for name in names:
            try:
                objects.append(named_policies.find(self.connection, self.domain, name))
            except SearchError as fault:
                self._faults.append(str(fault))
        if not objects:
            return []
        try:
            host_name = self.domain.controller.host_name
            with open_sysvol(self.connection.settings, self.connection.address, host_name) as sysvol:
                contents = [(one.display_name, self._content(sysvol, one)) for one in objects]
        except DirectoryError as fault:
            self._faults.append(str(fault))
            return []
        return [(name, content) for name, content in contents if content is not None]

    def _content(self, sysvol: Sysvol, policy: named_policies.NamedPolicy) -> bytes | None:
        try:
            content = sysvol.read(policy.folder, _FILE, preg.LARGEST_FILE)
        except SysvolError as fault:
            self._faults.append(f"{policy.display_name}: {fault}")
            return None
        if content is None:
            cause = f"it sets no registry values for computers ({_FILE} of {policy.folder} is not there)"
            self._faults.append(f"{policy.display_name}: {cause}; leave it out, or check SYSVOL's replication")
        return content

    def _of_files(self, paths: Iterable[str]) -> list[tuple[str, bytes]]:
        found = []
        for path in paths:
            try:
                with Path(path).open("rb") as file:
                    found.append((path, file.read(preg.LARGEST_FILE + 1)))
            except OSError as fault:
                self._faults.append(f"{path} cannot be read: {fault.strerror}; name a Registry.pol file")
        return found

    def _policy(self, source: str, content: bytes) -> Policy | None:
        try:
            values, directives = policies.elements(source, preg.read(content))
        except PackageError as fault:
            self._faults.append(f"{source} is no Registry.pol, or is damaged: {fault}; make it anew")
            return None
        if directives and not self.skip_unsupported:
            said = ", ".join(map(str, directives))
            remedy = "take it out of the policy, or set unsupported_policy to skip"
            self._faults.append(f"{source}: a package can set values only, not {said}; {remedy}")
        elif not values.elements:
            self._faults.append(f"{source} has no value that a package could set; leave it out")
        return Policy(values, directives)
