# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: answer_file
short_description: An answer file for Windows Setup with a provisioning package in it
version_added: 0.3.0
description:
  - Takes the text of a provisioning package and gives the text of an C(unattend.xml) that joins its machine.
  - B(The text is as secret as a password), as is the package. Hide tasks that handle it with C(no_log), or use the
    module, which keeps it from all output.
author:
  - adops.offline_join contributors (@adops)
options:
  _input:
    description:
      - The package as base64, for example the return value C(blob) of microsoft.ad.offline_join. A sealed one has to be
        opened first, because a filter has no keys.
    type: str
    required: true
  template:
    description:
      - The text of an answer file to begin with. By default a new one is made.
    type: str
  configuration_pass:
    description:
      - The same as O(adops.offline_join.answer_file#module:configuration_pass).
    type: str
    choices: [specialize, offlineServicing]
    default: specialize
  architecture:
    description:
      - The same as O(adops.offline_join.answer_file#module:architecture).
    type: str
    choices: [amd64, arm64, x86]
    default: amd64
  rename:
    description:
      - The same as O(adops.offline_join.answer_file#module:rename).
    type: str
    choices: [refuse, follow_package]
    default: refuse
seealso:
  - module: adops.offline_join.answer_file
"""

EXAMPLES = r"""
- name: Give a virtual machine its answer file through the API of its hypervisor
  ansible.builtin.uri:
    url: https://hypervisor.corp.example/api/machines/{{ inventory_hostname }}/sysprep
    method: PUT
    body_format: json
    body:
      unattend_xml: "{{ package_text | adops.offline_join.answer_file(template=lookup('file', 'unattend.xml')) }}"
  delegate_to: localhost
  no_log: true
"""

RETURN = r"""
_value:
  description: The answer file.
  type: str
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.adops.offline_join.plugins.module_utils._package import unattend
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing

CHOICES = {
    "configuration_pass": unattend.PASSES,
    "architecture": unattend.ARCHITECTURES,
    "rename": ("refuse", "follow_package"),
}


def answer_file(
    content: Any,
    template: str | None = None,
    configuration_pass: str = unattend.SPECIALIZE,
    architecture: str = "amd64",
    rename: str = "refuse",
) -> str:
    given = {"configuration_pass": configuration_pass, "architecture": architecture, "rename": rename}
    for option, value in given.items():
        if value not in CHOICES[option]:
            raise AnsibleFilterError(f"answer_file: {option} is one of {', '.join(CHOICES[option])}")
    if not isinstance(content, str):
        raise AnsibleFilterError(f"answer_file takes the text of a package, not {type(content).__name__}")
    if sealing.is_sealed(content.encode(errors="replace")):
        raise AnsibleFilterError("the package is sealed, and a filter has no keys; use the module answer_file")
    if template is not None and not isinstance(template, str):
        raise AnsibleFilterError(f"answer_file: template is the text of an answer file, not {type(template).__name__}")
    try:
        package = Package.read(content.encode(errors="replace"))
    except PackageError as error:
        raise AnsibleFilterError(f"the text {error}") from None
    wanted = unattend.Wanted(package, configuration_pass, architecture, rename == "follow_package")
    try:
        return unattend.write(None if template is None else template.encode(), wanted).decode()
    except (PackageError, UnicodeError) as error:
        cause = error if isinstance(error, PackageError) else "cannot be written as UTF-8"
        raise AnsibleFilterError(f"the template {cause}") from None


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"answer_file": answer_file}
