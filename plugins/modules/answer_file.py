#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: answer_file
short_description: Put a machine's package into an answer file for Windows Setup
version_added: 0.3.0
description:
  - Writes the package as C(AccountData) into an C(unattend.xml), so that Windows joins its domain while it is set up,
    without a network and without a further restart.
  - What is in the answer file already stays as it is, byte for byte; only what the join needs is added or replaced.
  - With O(image) it writes into the mounted system drive of a virtual machine that is not started yet.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._opening
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - In words. An answer file is full of secrets, so none of its content is shown.
  idempotent:
    support: full
options:
  name:
    description:
      - The machine that the answer file is for. The package has to be its package.
    type: str
    required: true
  package:
    description:
      - The package file, sealed or not. A sealed one is opened with O(recipient_key).
    type: path
    required: true
  dest:
    description:
      - The answer file. Its directory must be closed to others (mode 0700), and is made where it is not there.
    type: path
  image:
    description:
      - The mount point of the drive that Windows is on. The answer file is C(Windows/Panther/unattend.xml) there,
        where Setup looks for it at the first start of a generalized image.
      - The names are found whatever their case. One directory on the way has to be closed to others (mode 0700),
        because Windows' file systems often have no modes of their own.
    type: path
  template:
    description:
      - An answer file to begin with, each time. By default O(dest) is what is patched, or a new one is made.
    type: path
  configuration_pass:
    description:
      - The pass in which Setup reads the package. V(offlineServicing) only works where Setup or DISM services an image
        offline, and is reported to fail on newer Windows.
    type: str
    choices: [specialize, offlineServicing]
    default: specialize
  architecture:
    description:
      - The processor architecture of the Windows. Setup skips components of another.
    type: str
    choices: [amd64, arm64, x86]
    default: amd64
  rename:
    description:
      - What happens to a C(ComputerName) in the answer file that is not the package's.
    type: str
    choices: [refuse, follow_package]
    default: refuse
notes:
  - B(The answer file is as secret as a password.) It is written with mode 0600. Never put it on a share or an image
    that others read, and wipe it after the first start, see M(adops.offline_join.win_package_wipe).
  - Windows Setup keeps copies in C(C:\Windows\Panther) and C(C:\Windows\Panther\Unattend).
  - "Documented by Microsoft and not yet proved by us on a real Windows: that Setup joins from this file."
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.win_package_wipe
  - plugin: adops.offline_join.answer_file
    plugin_type: filter
requirements:
  - Python 3.11 or later on the host that runs the module
  - cryptography >= 45 and asn1crypto >= 1.5.1 for a sealed package
"""

EXAMPLES = r"""
- name: Write an answer file for a machine, from the team's own template
  adops.offline_join.answer_file:
    name: "{{ inventory_hostname }}"
    package: /srv/packages/berlin/{{ inventory_hostname }}.sealed
    template: /srv/images/unattend.xml
    dest: /srv/answer_files/{{ inventory_hostname }}/unattend.xml
    recipient_key: /etc/offline_join/deploy.pem
    trusted_issuers:
      - /etc/offline_join/issuer.crt
    # The passphrase comes from OFFLINE_JOIN_SEAL_PASSPHRASE.
  delegate_to: localhost

- name: Put the package into the disk of a virtual machine that was never started
  adops.offline_join.answer_file:
    name: BER-VM-001
    package: /srv/packages/berlin/BER-VM-001.sealed
    image: /srv/mounts/BER-VM-001
    recipient_key: /etc/offline_join/deploy.pem
    trusted_issuers:
      - /etc/offline_join/issuer.crt
  delegate_to: localhost
"""

RETURN = r"""
dest:
  description: The answer file.
  returned: success
  type: str
  sample: /srv/answer_files/BER-PC-001/unattend.xml
machine_name:
  description: The machine that joins.
  returned: success
  type: str
  sample: BER-PC-001
domain:
  description: The domain that it joins.
  returned: success
  type: str
  sample: corp.example
configuration_pass:
  description: The pass in which Setup reads the package.
  returned: success
  type: str
  sample: specialize
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.claims import Machine
from ansible_collections.adops.offline_join.plugins.module_utils._storage import (
    answer_file,
    closed_places,
    issued_package,
    seal_options,
    secret_file,
)
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import LARGEST
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "package": {"type": "path", "required": True},
    "dest": {"type": "path"},
    "image": {"type": "path"},
    "template": {"type": "path"},
    "configuration_pass": {"type": "str", "choices": list(unattend.PASSES), "default": unattend.SPECIALIZE},
    "architecture": {"type": "str", "choices": list(unattend.ARCHITECTURES), "default": "amd64"},
    "rename": {"type": "str", "choices": ["refuse", "follow_package"], "default": "refuse"},
    **seal_options.OPEN_SPEC,
}


def ensure(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    name, dest = params["name"], Path(params["image"] or params["dest"])
    try:
        package = read_package(module)
        dest = place(module)
        before = answer_file.read(dest)
        template = before
        if params["template"]:
            template = answer_file.read(Path(params["template"]))
            if template is None:
                raise PackageError(f"the template {params['template']} is not there; correct its path")
        after = unattend.write(template, wanted(params, package))
        seen = answer_file.seen(before)
        require_own(seen, package)
        if before != after and not module.check_mode:
            secret_file.make_directory(dest.parent)
            secret_file.write(dest, after)
    except PackageError as error:
        return {"failed": True, "msg": f"{name}: answer file {dest}: {error}"}
    except OSError as error:
        return {"failed": True, "msg": f"{name}: {error.filename or dest}: {error.strerror}; look who may write there"}
    current = before is not None and before == after
    return {
        "changed": before != after,
        "dest": str(dest),
        "machine_name": package.machine_name,
        "domain": package.domain_name,
        "configuration_pass": params["configuration_pass"],
        "diff": {
            "before_header": str(dest),
            "after_header": str(dest),
            "before": answer_file.in_words(seen, current=current),
            "after": answer_file.in_words(answer_file.seen(after), current=True),
        },
    }


def read_package(module: AnsibleModule) -> Package:
    """
    :raises PackageError: it is no package, another machine's, or not the one that was issued
    :raises SealError: it cannot be opened, or must not be used
    """
    name, path, claims = module.params["name"], Path(module.params["package"]), None
    try:
        content = secret_file.read(path, LARGEST)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}; name its package") from None
    if sealing.is_sealed(content):
        modules.require_sealing(module)
        opened = seal_options.open_package(content, module.params, Machine(name))
        content, claims = opened.package, opened.claims
    package = Package.read(content)
    if package.machine_name.lower() != name.lower():
        raise PackageError(f"{path} is the package of {package.machine_name}; name the one of {name}")
    record = PackageStore(path.parent).read_record(package.machine_name)
    require(issued_package.fault(path, package, claims, record))
    return package


def place(module: AnsibleModule) -> Path:
    """Where the answer file belongs; nobody else can read there.

    :raises PackageError: somebody could
    """
    if module.params["image"]:
        image = Path(module.params["image"])
        require(closed_places.mount_fault(image))
        return answer_file.in_image(image)
    dest = Path(module.params["dest"])
    require(closed_places.directory_fault(dest.parent))
    require(closed_places.file_fault(dest))
    return dest


def require(fault: str | None) -> None:
    if fault:
        raise PackageError(fault)


def wanted(params: dict[str, Any], package: Package) -> unattend.Wanted:
    return unattend.Wanted(
        package=package,
        configuration_pass=params["configuration_pass"],
        architecture=params["architecture"],
        rename=params["rename"] == "follow_package",
    )


def require_own(seen: unattend.Seen | None, package: Package) -> None:
    """What is overwritten from a template has to be this machine's: else the mount point is another's."""
    for machine in seen.machines if seen else ():
        if machine.lower() != package.machine_name.lower():
            remedy = "look whether the right image is mounted, or name another file"
            raise PackageError(f"holds the package of {machine}, not of {package.machine_name}; {remedy}")


def main() -> None:
    modules.run(ARGUMENT_SPEC, ensure, required_one_of=[("dest", "image")], mutually_exclusive=[("dest", "image")])


if __name__ == "__main__":
    main()
