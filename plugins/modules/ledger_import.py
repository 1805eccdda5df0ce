#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_import
short_description: Take the chain of a writer without the database into the ledger
version_added: 0.2.0
description:
  - A site laptop that cannot reach the ledger keeps one of its own. This module takes its chain, as
    M(adops.offline_join.ledger_export) wrote it, into the ledger, as a chain of its own and byte for byte.
  - The chain is checked against its own hashes first, and against what the ledger already has of this writer. Taken in
    again it changes nothing; a longer one adds what is new.
  - What the new events contradict, such as a package that was applied twice, becomes an event V(conflict) of its
    machine.
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
    support: none
  idempotent:
    support: full
options:
  src:
    description:
      - The file with the chain. Hashes show that nothing in it was changed by accident; who wrote it, only a signature
        tells. Verify that before.
    type: path
    required: true
  writer:
    description:
      - Whose chain records the import and the conflicts, by default the user and the host that run the module.
      - If not set, the environment variable E(OFFLINE_JOIN_LEDGER_WRITER) is used.
    type: str
  who:
    description:
      - Who does it, by default the user that runs the module.
    type: str
  why:
    description:
      - Why it is done.
    type: str
seealso:
  - module: adops.offline_join.ledger_entry
  - module: adops.offline_join.ledger_export
"""

EXAMPLES = r"""
- name: Take in what the laptop of the site recorded
  adops.offline_join.ledger_import:
    ledger: postgresql://rollout@db.corp.example/offline_join
    src: /media/usb/berlin-laptop.chain.json
    why: field kit came back from Berlin
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
chain:
  description: The chain that was taken in.
  returned: success
  type: dict
  contains:
    writer:
      description: Who wrote it.
      type: str
      returned: always
      sample: field@berlin-laptop
    new:
      description: How many of its events were new.
      type: int
      returned: always
    sequence:
      description: The number of the last event that the ledger has of it now.
      type: int
      returned: always
    hash:
      description: The hash of that event.
      type: str
      returned: always
conflicts:
  description: What the new events contradict, by machine.
  returned: success
  type: dict
  sample:
    BER-PC-001: ["package 8226b561daa9 was used twice: applied by awx at ..., and applied by laptop at ..."]
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.exchange import chain_from_json
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.importing import (
    Imported,
    predict,
    take_in,
)

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "src": {"type": "path", "required": True},
}


def take(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    try:
        links = chain_from_json(Path(params["src"]).read_bytes())
    except OSError as error:
        return {"failed": True, "msg": f"read {params['src']}: {error.strerror}; correct src, or the rights on it"}
    except ValueError as error:
        return {"failed": True, "msg": f"{params['src']}: {error}; export it again where it was written"}
    writer = access.writer(params)
    ledger = access.open_ledger(module, create=True)
    if ledger is None or module.check_mode:
        return result(predict(ledger, links, writer=writer))
    return result(take_in(ledger, links, writer=writer, who=access.who(params), why=params["why"] or ""))


def result(imported: Imported) -> dict[str, Any]:
    conflicts: dict[str, list[str]] = {}
    for entry in imported.conflicts:
        conflicts.setdefault(entry.machine, []).append(entry.why)
    head = imported.head
    chain = {"writer": imported.writer, "new": imported.new, "sequence": head.sequence, "hash": head.hash}
    return {"changed": bool(imported.new), "chain": chain, "conflicts": conflicts}


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **access.WRITER_SPEC, **ARGUMENT_SPEC}, take)


if __name__ == "__main__":
    main()
