#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: receipt_import
short_description: Take the receipts of field kits into the ledger
version_added: 0.3.0
description:
  - Reads the receipts that came back with the sticks that M(adops.offline_join.field_kit) made, and takes them into the
    ledger. Each file is a hash chain and becomes the chain of a writer of its own, byte for byte.
  - A receipt that was changed, moved or taken out afterwards breaks its chain; nothing is taken in then. Taken in
    again, receipts change nothing.
  - What they contradict, such as a package that two kits applied, becomes an event V(conflict) of its machine, and that
    machine fails.
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
  src:
    description:
      - Files with receipts, or directories, in which files with the ending C(.jsonl) are looked for at any depth.
    type: list
    elements: path
    required: true
  names:
    description:
      - Names of the machines to answer for, whether they have receipts or not. By default all that have some.
      - The receipts of other machines are taken in, too.
    type: list
    elements: str
    default: []
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
notes:
  - The hashes find what was changed in a file. Who rewrites all of a file can rewrite its hashes, too; hold the code
    that the script showed at the end, which is the beginning of the last hash, against RV(chains).
  - What a machine is, its directory tells. A receipt is the word of the one who had the stick; verify the machine.
seealso:
  - module: adops.offline_join.field_kit
  - module: adops.offline_join.ledger_import
"""

EXAMPLES = r"""
- name: Take in what the sticks brought back
  adops.offline_join.receipt_import:
    ledger: /srv/rollout/ledger.db
    src: [/media/usb/receipts, /srv/mail/berlin.jsonl]
    why: engineer came back from Berlin
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What the receipts tell of each machine, by name.
  returned: unless a file is broken, or the ledger could not be opened or written to
  type: dict
  contains:
    changed:
      description: Whether the ledger got, or in check mode would get, receipts of it.
      type: bool
      returned: always
    receipts:
      description: How many receipts of it there are in the files.
      type: int
      returned: always
    new:
      description: How many of these the ledger had not.
      type: int
      returned: always
    applied:
      description: Whether a receipt says that Windows took its package.
      type: bool
      returned: always
    experimental:
      description: Whether a receipt comes from a kit that was not proved on real Windows.
      type: bool
      returned: always
    state:
      description: What the ledger says of its package then.
      type: str
      returned: always
      sample: applied
    headline:
      description: What happened, in one sentence.
      type: str
      returned: always
      sample: applied at 2026-11-21T12:00:00.000000+00:00 by A. Schmidt
    error:
      description: What the receipts contradict, and what to do.
      type: str
      returned: conflict of this machine
chains:
  description: The files, by path, with the number of receipts and the hash of the last one.
  returned: success
  type: dict
  sample:
    /media/usb/receipts/field-kit-5d0e21c7-9a1b2c3d.jsonl: {"receipts": 4, "hash": "31f097f5..."}
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access, receipts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.receipts import Receipts

ARGUMENT_SPEC = {
    "src": {"type": "list", "elements": "path", "required": True},
    "names": {"type": "list", "elements": "str", "default": []},
}


def take(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    files = receipts.read(Path(path) for path in params["src"])
    answers = receipts.take_in(
        access.open_ledger(module, create=True),
        files,
        params["names"],
        writer=access.writer(params),
        who=access.who(params),
        why=params["why"] or "",
        check_mode=module.check_mode,
    )
    for path, found in files.items():
        if found.cut_off:
            module.warn(f"{path}: its last receipt is cut off and left out; look at that machine")
    return {**to_result(answers), "chains": chains(files)}


def chains(files: Mapping[Path, Receipts]) -> dict[str, Any]:
    return {
        str(path): {"receipts": len(found.links), "hash": found.links[-1].hash}
        for path, found in files.items()
        if found.links
    }


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **access.WRITER_SPEC, **ARGUMENT_SPEC}, take)


if __name__ == "__main__":
    main()
