#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_export
short_description: Write the ledger, or a part of it, to files
version_added: 0.2.0
description:
  - Writes what the ledger knows of machines for people outside of the team, or a writer's whole chain for another
    ledger. The chains are verified first; from a ledger that somebody changed nothing is written unless O(broken) says
    so.
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
  dest:
    description:
      - The file to write, with mode 0600. Its directory must be there.
    type: path
    required: true
  format:
    description:
      - V(json) has states, events and what the chains proved. V(machines_csv) has a row for each machine,
        V(events_csv) one for each event; in both no cell is taken for a formula by a spreadsheet.
      - V(chain) is the whole chain of one writer, for M(adops.offline_join.ledger_import) elsewhere.
      - V(heads) are the ends of all chains, to be kept or signed elsewhere and given to
        M(adops.offline_join.ledger_info) as O(adops.offline_join.ledger_info#module:noted_heads).
    type: str
    required: true
    choices: [json, machines_csv, events_csv, chain, heads]
  names:
    description:
      - The machines to write of, by default all or those of O(branch). Not for V(chain) and V(heads).
    type: list
    elements: str
  branch:
    description:
      - Write only of machines that ever had an event of this branch. Not for V(chain) and V(heads).
    type: str
  writer:
    description:
      - Whose chain to write, for O(format=chain). By default the user and the host that run the module.
      - If not set, the environment variable E(OFFLINE_JOIN_LEDGER_WRITER) is used.
    type: str
  broken:
    description:
      - Write also what is in broken chains; the format V(json) says which they are. A broken chain itself is never
        written.
    type: bool
    default: false
seealso:
  - module: adops.offline_join.ledger_info
  - module: adops.offline_join.ledger_import
"""

EXAMPLES = r"""
- name: Everything about a branch, for the auditors
  adops.offline_join.ledger_export:
    ledger: /srv/rollout/ledger.db
    branch: berlin
    format: json
    dest: /srv/reports/berlin.ledger.json
  delegate_to: localhost
  run_once: true

- name: Take along what this laptop recorded
  adops.offline_join.ledger_export:
    ledger: /home/field/ledger.db
    format: chain
    dest: /media/usb/berlin-laptop.chain.json
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
dest:
  description: The file.
  returned: success
  type: str
  sample: /srv/reports/berlin.ledger.json
sha256:
  description: The SHA-256 of its content; none in check mode where there is no ledger yet.
  returned: success
  type: str
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain, export, state
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.errors import LedgerError
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.exchange import chain_to_json
from ansible_collections.adops.offline_join.plugins.module_utils._storage import secret_file

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger

_WHOLE = ("chain", "heads")

ARGUMENT_SPEC = {
    "dest": {"type": "path", "required": True},
    "format": {
        "type": "str",
        "required": True,
        "choices": ["json", "machines_csv", "events_csv", "chain", "heads"],
    },
    "names": {"type": "list", "elements": "str"},
    "branch": {"type": "str"},
    "writer": access.WRITER_SPEC["writer"],
    "broken": {"type": "bool", "default": False},
}


def write(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    if params["format"] in _WHOLE and (params["names"] is not None or params["branch"] is not None):
        return {
            "failed": True,
            "msg": f"the format {params['format']} is never of some machines; leave out names and branch",
        }
    dest = Path(params["dest"])
    ledger = access.open_ledger(module)
    if ledger is None:
        return {"changed": True, "dest": str(dest), "sha256": None}
    content = text(ledger, params).encode()
    try:
        changed = not dest.exists() or secret_file.read(dest, len(content)) != content
        if changed and not module.check_mode:
            secret_file.write(dest, content)
    except OSError as error:
        return {"failed": True, "msg": f"write {dest}: {error.strerror}; correct dest, or the rights on its directory"}
    return {"changed": changed, "dest": str(dest), "sha256": hashlib.sha256(content).hexdigest()}


def text(ledger: Ledger, params: dict[str, Any]) -> str:
    """
    :raises LedgerError: it cannot be read, or must not be written because somebody changed it
    """
    form, writer = params["format"], access.writer(params)
    act = f"export from the ledger {ledger.name}"
    with ledger.reading() as transaction:
        proof = chain.verify(transaction.links(), transaction.heads())
        broken = [link for link in proof.broken if link.writer == writer or form != "chain"]
        if broken and (form in _WHOLE or not params["broken"]):
            remedy = "find out who changed it; broken exports states and events all the same"
            raise LedgerError(act, f"its chains are broken: {'; '.join(map(str, broken))}", remedy)
        if form == "heads":
            return chain.heads_to_json(proof.heads)
        if form == "chain":
            own = list(transaction.links(writer=writer))
            if not own:
                raise LedgerError(act, f"there is no chain of {writer}", "name the writer, as ledger_info shows it")
            return chain_to_json(own)
        links = list(transaction.links(params["names"], branch=params["branch"]))
    states = state.states(link.event for link in links)
    machines = [states[name] for name in sorted(states)]
    if form == "machines_csv":
        return export.machines_to_csv(machines)
    return export.events_to_csv(links) if form == "events_csv" else export.to_json(machines, links, proof)


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **ARGUMENT_SPEC}, write)


if __name__ == "__main__":
    main()
