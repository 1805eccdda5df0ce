#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_entry
short_description: Record what happened to machines and their packages in the ledger
version_added: 0.2.0
description:
  - Appends events of a list of machines to the ledger in one transaction, and keeps sealed packages there, so that a
    job in another container finds them by machine.
  - The ledger only grows. Each writer has a hash chain of its own, in which M(adops.offline_join.ledger_info) finds
    whatever was changed, moved or taken out afterwards.
  - The ledger is made if it is not there.
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
    support: partial
    details:
      - Not with O(repeat).
options:
  events:
    description:
      - What happened, in this order. If one event of a machine is wrong, none of that machine's is recorded.
    type: list
    elements: dict
    required: true
    suboptions:
      machine:
        description:
          - The machine's name.
        type: str
        required: true
      kind:
        description:
          - What happened. V(carried) is a package that left for its site, V(delivered) one that was handed to its
            machine, V(applied) one that the machine took.
        type: str
        required: true
        choices:
          - planned
          - issued
          - sealed
          - carried
          - delivered
          - applied
          - verified
          - retired
          - promoted
          - accepted
          - repaired
          - revoked
          - expired
          - conflict
      time:
        description:
          - When it happened, in ISO 8601 with an offset from UTC, for example V(2026-11-21T04:23:31Z). By default now.
        type: str
      who:
        description:
          - Who did it, by default O(who).
        type: str
      why:
        description:
          - Why it was done, by default O(why).
        type: str
      branch:
        description:
          - The machine's branch, by default O(branch).
        type: str
      inventory_tag:
        description:
          - The machine's inventory tag.
        type: str
      serial_number:
        description:
          - The machine's serial number. At V(issued) the one that the package is meant for, at V(applied) the one that
            was found.
        type: str
      organizational_unit:
        description:
          - Distinguished name of the organizational unit that the account is in.
        type: str
      sha256:
        description:
          - Fingerprint of the package. An event without one is about the package that was issued last.
        type: str
      details:
        description:
          - Anything else worth keeping, at most 64 KiB as JSON. Whoever reads the ledger reads it; put no secret here.
        type: dict
        default: {}
      sealed_package:
        description:
          - File with the sealed package of O(events[].sha256), to be kept in the ledger. What is not sealed is refused.
        type: path
      issue_record:
        description:
          - File with the issue record of the package, to be kept in O(events[].details). It holds no secret.
          - It also says the default of O(events[].organizational_unit).
        type: path
        version_added: 0.3.0
  writer:
    description:
      - Whose chain the events are appended to. Give each place that writes a name of its own that stays; several
        processes may use one at the same time.
      - By default the user and the host that run the module. In an execution environment the host has another name in
        every job, so set it there.
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
  branch:
    description:
      - The branch of machines whose event names none.
    type: str
  repeat:
    description:
      - Record an event also if the last one of its kind of the same machine said the same, apart from time and person.
        Without it a run that is repeated records nothing twice.
    type: bool
    default: false
notes:
  - To let a PostgreSQL login add to history but not change it, grant it SELECT and INSERT on the tables
    C(offline_join_*) and UPDATE on C(offline_join_heads) only.
seealso:
  - module: adops.offline_join.ledger_info
"""

EXAMPLES = r"""
- name: Record what was issued, in one call for all machines
  adops.offline_join.ledger_entry:
    ledger: /srv/rollout/ledger.db
    branch: berlin
    why: rollout of november
    events:
      - machine: BER-PC-001
        kind: issued
        serial_number: 5CG1234XYZ
        organizational_unit: OU=Staging,DC=corp,DC=example
        sha256: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
      - machine: BER-PC-001
        kind: sealed
        sha256: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
        sealed_package: /srv/packages/berlin/BER-PC-001.sealed
  delegate_to: localhost
  run_once: true

- name: Record in a database that several control nodes share
  adops.offline_join.ledger_entry:
    ledger: postgresql://rollout@db.corp.example/offline_join?sslrootcert=/etc/ssl/corp-ca.pem
    # The password comes from OFFLINE_JOIN_LEDGER_PASSWORD.
    writer: awx
    who: "{{ awx_user_name }}"
    events: "{{ promoted | map('combine', {'kind': 'promoted'}) }}"
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of the events of each machine, by the name that was given.
  returned: always, unless the ledger could not be opened or written to
  type: dict
  contains:
    changed:
      description: Whether anything was recorded.
      type: bool
      returned: always
    recorded:
      description: The events that were recorded, or in check mode would be.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: What happened.
          type: str
          returned: always
          sample: issued
        time:
          description: When, in UTC.
          type: str
          returned: always
          sample: "2026-11-21T04:23:31.000000+00:00"
        sequence:
          description: Its number in the writer's chain.
          type: int
          returned: unless in check mode
          sample: 17
        hash:
          description: Its hash, which speaks for all events of the chain up to it.
          type: str
          returned: unless in check mode
    repeated:
      description: How many events were left out because the ledger has them already.
      type: int
      returned: always
    package_kept:
      description: Whether a sealed package was put into the ledger, or in check mode would be.
      type: bool
      returned: always
    error:
      description: Why nothing was recorded for this machine, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: sha256 has 64 digits and small letters a to f; give the package's fingerprint as it was told"
writer:
  description: Whose chain was appended to.
  returned: success
  type: str
  sample: rollout@control
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._ledger.recording import Wanted, record
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Entry, Kind, now

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

_TEXTS = ("who", "why", "branch", "inventory_tag", "serial_number", "organizational_unit", "sha256")

ARGUMENT_SPEC = {
    "events": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "machine": {"type": "str", "required": True},
            "kind": {"type": "str", "required": True, "choices": [str(one) for one in Kind if one != Kind.IMPORTED]},
            "time": {"type": "str"},
            **{name: {"type": "str"} for name in _TEXTS},
            "details": {"type": "dict", "default": {}},
            "sealed_package": {"type": "path"},
            "issue_record": {"type": "path"},
        },
    },
    "branch": {"type": "str"},
    "repeat": {"type": "bool", "default": False},
}


def write(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    writer = access.writer(params)
    defaults = {"who": access.who(params), "why": params["why"], "branch": params["branch"]}
    began = now()
    wanted = [event(one, defaults, began) for one in params["events"]]
    ledger = access.open_ledger(module, create=True)
    answers = record(ledger, wanted, writer=writer, repeat=params["repeat"], check_mode=module.check_mode)
    return {**to_result(answers), "writer": writer}


def event(one: dict[str, Any], defaults: dict[str, str | None], began: str) -> Wanted:
    texts = {name: one[name] if one[name] is not None else defaults.get(name) or "" for name in _TEXTS}
    entry = Entry(
        kind=one["kind"], machine=one["machine"], time=one["time"] or began, details=one["details"] or {}, **texts
    )
    files = {option: Path(one[option]) for option in ("sealed_package", "issue_record") if one[option]}
    return Wanted(entry, **files)


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **access.WRITER_SPEC, **ARGUMENT_SPEC}, write)


if __name__ == "__main__":
    main()
