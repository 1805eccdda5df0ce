#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_packages
short_description: Fetch sealed packages and their records from the ledger
version_added: 0.3.0
description:
  - Writes what the ledger keeps of the packages that were issued last, as files with mode 0600, where
    M(adops.offline_join.packages) and M(adops.offline_join.revocation) would have written them. So one job issues
    packages, and others in other containers apply, revoke or audit them.
  - What lies in O(dest) already is left alone, unless the package was issued again or revoked elsewhere since. Of a
    package that was revoked only the records are fetched.
  - Packages stay sealed. Opening one takes a recipient's key, which is in no ledger.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.ledger_group
  - adops.offline_join._ledger
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  names:
    description:
      - The machines.
    type: list
    elements: str
    required: true
  dest:
    description:
      - The directory of the packages. It is made with mode 0700 if it is not there.
    type: path
    required: true
seealso:
  - module: adops.offline_join.ledger_entry
  - module: adops.offline_join.join
"""

EXAMPLES = r"""
- name: Fetch the packages that another job issued
  adops.offline_join.ledger_packages:
    ledger: postgresql://rollout@db.corp.example/offline_join
    names: [BER-PC-001, BER-PC-002]
    dest: /srv/packages/berlin
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine's package, by the name that was given.
  returned: always, unless the ledger could not be read
  type: dict
  contains:
    changed:
      description: Whether a file was written.
      type: bool
      returned: always
    known:
      description: Whether the ledger knows of a package of this machine.
      type: bool
      returned: always
    package:
      description: The sealed package, none where neither the ledger keeps one nor one is there.
      type: str
      returned: always
      sample: /srv/packages/berlin/BER-PC-001.sealed
    error:
      description: Why it was not written, and what to do.
      type: str
      returned: failure of this machine
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._ledger.fetching import fetch
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_form import SealedFiles
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "names": {"type": "list", "elements": "str", "required": True},
    "dest": {"type": "path", "required": True},
}


def write(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    try:
        ledger = access.open_ledger(module, allow_missing=True)
        store = PackageStore(Path(params["dest"]), SealedFiles())
        return to_result(fetch(ledger, params["names"], store, check_mode=module.check_mode))
    except OSError as error:
        place = error.filename or params["dest"]
        return {"failed": True, "msg": f"write to {place}: {error.strerror}; correct dest, or the rights on it"}


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **ARGUMENT_SPEC}, write)


if __name__ == "__main__":
    main()
