# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package that an action plugin offers to its machine, read and opened on the control node."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._package import directaccess
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import (
    Claims,
    Machine,
    check_machine,
    check_time,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import (
    issued_package,
    seal_options,
    secret_file,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import LARGEST
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.plugin_utils import _vaulted_file

# What an action that offers a package has among its options.
ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "package": {"type": "path", "required": True},
    "serial_number": {"type": "str"},
    **seal_options.OPEN_SPEC,
}


def read(action: ActionBase, arguments: Mapping[str, Any]) -> tuple[Package, Offer]:
    """The package and what the judgement holds against the machine; ``arguments`` are those of ``ARGUMENT_SPEC``.

    :raises AnsibleActionFail: there is no package that can be read, it is not the one that was issued, or by its claims
        it is not for this machine
    """
    name, path = arguments["name"], Path(arguments["package"])
    try:
        package, claims = _open(action, secret_file.read(path, LARGEST), arguments)
    except OSError as error:
        raise AnsibleActionFail(f"{name}: {path} cannot be read: {error.strerror}; issue its package first") from None
    except PackageError as error:
        raise AnsibleActionFail(f"{name}: {path} {error}; issue it again") from None
    except SealError as error:
        raise AnsibleActionFail(f"{name}: {path}: {error}") from None
    record = PackageStore(path.parent).read_record(package.machine_name)
    if fault := issued_package.fault(path, package, claims, record):
        raise AnsibleActionFail(f"{name}: {fault}")
    return package, _offer(arguments, package, claims, record)


def _open(action: ActionBase, content: bytes, arguments: Mapping[str, Any]) -> tuple[Package, Claims | None]:
    """The package and, where it is sealed, its claims."""
    if not sealing.is_sealed(content):
        return Package.read(content), None
    if lacking := sealing.missing():
        raise SealError(f"the package is sealed, and opening it needs {lacking[0]}; install it on the control node")
    # Whether it has expired, is no matter on a machine that it was applied to before.
    opened = seal_options.open_package(content, arguments, None, _vaulted_file.reader(action))
    machine = Machine(arguments["name"], serial_number=arguments["serial_number"])
    if refusal := check_machine(opened.claims, machine):
        raise SealError(refusal)
    return Package.read(opened.package), opened.claims


def _offer(arguments: Mapping[str, Any], package: Package, claims: Claims | None, record: IssueRecord | None) -> Offer:
    domain = package.join.dns_domain_info
    told = [one.password_last_set for one in (claims, record) if one]
    return Offer(
        machine_name=arguments["name"],
        package_machine_name=package.machine_name,
        dns_domain=package.domain_name,
        netbios_domain=domain.name or "",
        domain_guid=str(domain.domain_guid),
        package_sha256=package.sha256,
        serial_number=(claims.serial_number if claims else None) or arguments["serial_number"],
        directaccess=directaccess.has_policies(package.parts),
        password_last_set=next((time for time in told if time is not None), None),
        untimely=check_time(claims, datetime.now(UTC)) if claims else None,
    )
