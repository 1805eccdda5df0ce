# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package that an action plugin offers to its machine, read on the control node."""

from __future__ import annotations

from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.module_utils import _secret_file
from ansible_collections.adops.offline_join.plugins.module_utils._package import directaccess
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.text import LARGEST_TEXT
from ansible_collections.adops.offline_join.plugins.module_utils._package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.offer import Offer


def read(name: str, path: Path) -> Package:
    """
    :raises AnsibleActionFail: there is no package that can be read, or it is not the one that was issued
    """
    try:
        package = Package.read(_secret_file.read(path, LARGEST_TEXT))
    except OSError as error:
        raise AnsibleActionFail(f"{name}: {path} cannot be read: {error.strerror}; issue its package first") from None
    except PackageError as error:
        raise AnsibleActionFail(f"{name}: {path} {error}; issue it again") from None
    record = PackageStore(path.parent).read_record(package.machine_name)
    if record is not None and record.package_sha256 != package.sha256:
        raise AnsibleActionFail(
            f"{name}: {path} is not the package that was issued, by the issue record beside it: it was changed, or "
            "belongs to an earlier or unfinished run; issue it again"
        )
    return package


def offer(name: str, package: Package, serial_number: str | None = None) -> Offer:
    """What the judgement holds against the machine; ``name`` and ``serial_number`` are the inventory's."""
    domain = package.join.dns_domain_info
    return Offer(
        machine_name=name,
        package_machine_name=package.machine_name,
        dns_domain=package.domain_name,
        netbios_domain=domain.name or "",
        domain_guid=str(domain.domain_guid),
        package_sha256=package.sha256,
        serial_number=serial_number,
        directaccess=directaccess.has_policies(package.parts),
    )
