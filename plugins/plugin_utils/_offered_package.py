# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package that an action plugin offers to its machine, read and opened on the control node."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._package import directaccess
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Claims, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.offer import Offer
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.sealing import SealError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import seal_options, secret_file
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import LARGEST
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

# What an action that offers a package has among its options.
ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "package": {"type": "path", "required": True},
    "serial_number": {"type": "str"},
    **seal_options.OPEN_SPEC,
}


def read(action: ActionBase, arguments: Mapping[str, Any]) -> tuple[Package, Offer]:
    """The package and what the judgement holds against the machine; ``arguments`` are those of ``ARGUMENT_SPEC``.

    :raises AnsibleActionFail: there is no package that can be read, it is not the one that was issued, or its claims
        speak against it
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
    if record is not None and record.package_sha256 != package.sha256:
        raise AnsibleActionFail(
            f"{name}: {path} is not the package that was issued, by the issue record beside it: it was changed, or "
            "belongs to an earlier or unfinished run; issue it again"
        )
    serial_number = claims.serial_number if claims else None
    issued = claims or record
    return package, _offer(
        name, package, serial_number or arguments["serial_number"], issued.password_last_set if issued else None
    )


def _open(action: ActionBase, content: bytes, arguments: Mapping[str, Any]) -> tuple[Package, Claims | None]:
    """The package and, where it is sealed, its claims."""
    if not sealing.is_sealed(content):
        return Package.read(content), None
    if lacking := sealing.missing():
        raise SealError(f"the package is sealed, and opening it needs {lacking[0]}; install it on the control node")

    def vaulted(path: Path) -> bytes:
        try:
            return bytes(action._loader._get_file_contents(str(path))[0])
        except AnsibleError:
            raise SealError(f"{path} cannot be read or decrypted; name a file, and give its vault password") from None

    machine = Machine(arguments["name"], serial_number=arguments["serial_number"])
    opened = seal_options.open_package(content, arguments, machine, vaulted)
    package = Package.read(opened.package)
    if package.domain_name.lower() != opened.claims.domain.lower():
        raise SealError(
            f"its claims say {opened.claims.domain}, and the package inside {package.domain_name}; issue it again"
        )
    return package, opened.claims


def _offer(name: str, package: Package, serial_number: str | None, password_last_set: int | None) -> Offer:
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
        password_last_set=password_last_set,
    )
