# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: package_info
short_description: Tell what a provisioning package says, never its secret
version_added: 0.1.0
description:
  - Reads the text of a provisioning package and tells for which machine and domain it is and what is in it.
author:
  - adops.offline_join contributors (@adops)
options:
  _input:
    description:
      - The package as base64, for example the C(AccountData) of an answer file or the return value C(blob) of
        microsoft.ad.offline_join.
    type: str
    required: true
seealso:
  - module: adops.offline_join.package_info
"""

EXAMPLES = r"""
- name: Tell whose package it is
  ansible.builtin.debug:
    msg: "{{ (account_data | adops.offline_join.package_info).machine_name }}"
"""

RETURN = r"""
_value:
  description: The same as RV(adops.offline_join.package_info#module:package).
  type: dict
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.adops.offline_join.plugins.module_utils._inspection import package_description
from ansible_collections.adops.offline_join.plugins.module_utils._package.errors import PackageError
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._rollout import sealing


def package_info(content: Any) -> dict[str, Any]:
    if not isinstance(content, str):
        raise AnsibleFilterError(f"package_info takes the text of a package, not {type(content).__name__}")
    if sealing.is_sealed(content.encode(errors="replace")):
        raise AnsibleFilterError("the package is sealed, and a filter has no keys; use the module package_info")
    try:
        return package_description.describe(Package.read(content.encode(errors="replace")))
    except PackageError as error:
        raise AnsibleFilterError(f"the text {error}") from None


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return {"package_info": package_info}
