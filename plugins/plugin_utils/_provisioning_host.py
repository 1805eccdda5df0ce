# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows host that makes packages: asked for one after the other, and each answer read before it counts."""

from __future__ import annotations

import uuid
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._package import parts
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing import provisioning
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import same
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import Hand


class ProvisioningError(Exception):
    """There is no package; the text says why and what to do."""


class ProvisioningHost:
    """The host that a task of this action runs on."""

    def __init__(self, action: ActionBase, task_vars: dict[str, Any]) -> None:
        self.name = str(action._task.delegate_to or task_vars.get("inventory_hostname"))
        self._hand = Hand(action, self.name, task_vars)

    def domain(self) -> str:
        """DNS name of the domain that it is a member of.

        :raises AnsibleActionFail: it cannot provision
        """
        seen = self._hand.call("win_machine_info", subsets=["membership"])
        if refusal := provisioning.host_refusal(seen["membership"]):
            raise AnsibleActionFail(f"{self.name}: {refusal}")
        return str(seen["membership"]["domain"])

    def provision(self, request: dict[str, Any]) -> Package:
        """``request`` has the options of ``win_provision_package``.

        :raises ProvisioningError: Windows made no package, or not the one that was asked for
        """
        try:
            done = self._hand.call_secretly("win_provision_package", request)
        except AnsibleActionFail as failure:
            raise ProvisioningError(str(failure)) from None
        if refusal := provisioning.refusal(done["status"]):
            raise ProvisioningError(f"Windows made no package: {refusal}")
        try:
            package = Package.read((done["package"] or "").encode())
        except PackageError as error:
            raise ProvisioningError(f"the package that Windows made {error}; please report it") from None
        if shortcoming := _shortcoming(package, request):
            raise ProvisioningError(f"the package that Windows made {shortcoming}")
        return package


def object_guid(package: Package) -> str | None:
    """The account's objectGUID, where the package tells it (JOIN4)."""
    guids: list[uuid.UUID] = [parts.read(part).object_guid for part in package.parts if part.part_type == parts.JOIN4]
    return str(guids[0]) if guids else None


def _shortcoming(package: Package, request: dict[str, Any]) -> str | None:
    if not same(package.machine_name, request["machine_name"]) or not same(package.domain_name, request["domain"]):
        return f"is for {package.machine_name} in {package.domain_name}; look which domain the host asks"
    if package.account_sid is None:
        return "does not name its account; provision on Windows Server 2019 or later"
    certificates = [parts.read(part) for part in package.parts if part.part_type == parts.CERTIFICATES]
    if request["certificate_templates"] and not any(one.pfx_stores for one in certificates):
        return (
            "has no certificate; look at the rights to enroll for the templates, at the CA, and at "
            r"%WINDIR%\Debug\NetSetup.log on the host, then run again"
        )
    return None
