#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ledger_info
short_description: Tell what the ledger knows of machines, and prove that nobody changed it
version_added: 0.2.0
description:
  - Derives the state of machines from their events, and returns as many of the events as asked for.
  - With O(verify) it walks the hash chains of all writers and names the first link of each that does not hold.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes
  - adops.offline_join._attributes.ledger_group
  - adops.offline_join._ledger
options:
  names:
    description:
      - The machines to tell of. By default all that the ledger knows, or those of O(branch).
    type: list
    elements: str
  branch:
    description:
      - Tell only of machines whose last known branch is this one.
    type: str
  last_events:
    description:
      - How many of each machine's last events to return. V(0) returns none, which is right for thousands of machines.
    type: int
    default: 0
  verify:
    description:
      - Walk all chains. The module does not fail where a chain is broken; look at RV(verification).
    type: bool
    default: false
  allow_missing:
    description:
      - Take a ledger that is not there for an empty one, as it is before the first event.
    type: bool
    default: false
    version_added: 0.3.0
  noted_heads:
    description:
      - Heads that were returned at some time before and kept somewhere else. A chain that was cut off or written anew
        since, head and all, is found only by them.
    type: list
    elements: dict
    default: []
    suboptions:
      writer:
        description:
          - The name of the writer.
        type: str
        required: true
      sequence:
        description:
          - The number of its last event then.
        type: int
        required: true
      hash:
        description:
          - The hash of that event.
        type: str
        required: true
notes:
  - Without O(allow_missing) a ledger that is not there is an error, because a wrong path would otherwise look like
    machines without events. In check mode it counts as empty.
seealso:
  - module: adops.offline_join.ledger_entry
"""

EXAMPLES = r"""
- name: Ask how far a branch is, and whether the ledger is sound
  adops.offline_join.ledger_info:
    ledger: /srv/rollout/ledger.db
    branch: berlin
    verify: true
  delegate_to: localhost
  run_once: true
  register: known

- name: Stop if somebody changed history
  ansible.builtin.assert:
    that: known.verification.valid
    fail_msg: "{{ known.verification.broken }}"
"""

RETURN = r"""
machines:
  description: What is known of each machine, by the name that was given or that the ledger has.
  returned: success
  type: dict
  contains:
    state:
      description:
        - That of the package that was issued last. One of V(not_issued), V(issued), V(carried), V(applied),
          V(verified), V(retired), V(promoted), V(accepted), V(revoked), V(expired), V(conflict).
      type: str
      returned: always
      sample: verified
    package_sha256:
      description: Fingerprint of that package, or none.
      type: str
      returned: always
    branch:
      description: What was recorded last, or none; likewise the following three.
      type: str
      returned: always
      sample: berlin
    inventory_tag:
      description: The machine's inventory tag.
      type: str
      returned: always
    serial_number:
      description: The machine's serial number.
      type: str
      returned: always
    organizational_unit:
      description: Where the account is.
      type: str
      returned: always
    times:
      description: When each kind of event happened first to that package, in UTC.
      type: dict
      returned: always
      sample:
        issued: "2026-11-21T04:23:31.000000+00:00"
        applied: "2026-11-22T09:00:02.250000+00:00"
    problems:
      description: What makes it a conflict, a sentence each.
      type: list
      elements: str
      returned: always
    used_twice:
      description: Whether that package was applied by two writers or to two serial numbers.
      type: bool
      returned: always
    event_count:
      description: How many events the machine has.
      type: int
      returned: always
    events:
      description: Its last events, the latest at the end, with all fields as they were recorded and their hash.
      type: list
      elements: dict
      returned: when O(last_events) is not V(0)
heads:
  description: The end of each writer's chain. Keep them elsewhere, signed if you like, and give them as O(noted_heads).
  returned: success
  type: list
  elements: dict
  contains:
    writer:
      description: The name of the writer.
      type: str
      returned: always
    sequence:
      description: The number of its last event.
      type: int
      returned: always
    hash:
      description: The hash of that event.
      type: str
      returned: always
verification:
  description: What the chains prove.
  returned: when O(verify) is set
  type: dict
  contains:
    valid:
      description: Whether all chains hold.
      type: bool
      returned: always
    events:
      description: How many events were looked at.
      type: int
      returned: always
    broken:
      description: The first broken link of each chain that does not hold.
      type: list
      elements: dict
      returned: always
      contains:
        writer:
          description: Whose chain it is.
          type: str
          returned: always
        sequence:
          description: The number of the event.
          type: int
          returned: always
        cause:
          description: What is wrong there.
          type: str
          returned: always
          sample: its fields do not belong to its hash; it or the one before it was changed
"""

from dataclasses import asdict
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._ledger import access
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger import chain, timeline
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.chain import Head
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import to_fields
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.state import MachineState, derive

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.events import Event
    from ansible_collections.adops.offline_join.plugins.module_utils._rollout.ledger.store import Ledger

ARGUMENT_SPEC = {
    "names": {"type": "list", "elements": "str"},
    "branch": {"type": "str"},
    "last_events": {"type": "int", "default": 0},
    "verify": {"type": "bool", "default": False},
    "allow_missing": {"type": "bool", "default": False},
    "noted_heads": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "writer": {"type": "str", "required": True},
            "sequence": {"type": "int", "required": True},
            "hash": {"type": "str", "required": True},
        },
    },
}


def look(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    if params["last_events"] < 0:
        return {"failed": True, "msg": "last_events is negative; give how many of each machine's last events to return"}
    ledger = access.open_ledger(module, allow_missing=params["allow_missing"])
    return read(ledger, params) if ledger else nothing(params)


def read(ledger: Ledger, params: dict[str, Any]) -> dict[str, Any]:
    noted = [Head(**head) for head in params["noted_heads"]]
    with ledger.reading() as transaction:
        links = list(transaction.links(params["names"], branch=params["branch"]))
        heads = transaction.heads()
        proof = chain.verify(transaction.links(), heads, noted) if params["verify"] else None
    own = timeline.by_machine(link.event for link in links)
    hashes = {(link.event.writer, link.event.sequence): link.hash for link in links} if params["last_events"] else {}
    machines = {}
    for name, name_events in _asked(own, params["names"]):
        state = derive(name_events) if name_events else MachineState(name)
        if params["branch"] is None or state.branch == params["branch"]:
            last = name_events[-params["last_events"] :] if params["last_events"] else None
            machines[name] = describe(state, last, hashes)
    result: dict[str, Any] = {"machines": machines, "heads": [asdict(head) for head in heads]}
    if proof is not None:
        broken = [asdict(link) for link in proof.broken]
        result["verification"] = {"valid": proof.valid, "events": proof.events, "broken": broken}
    return result


def nothing(params: dict[str, Any]) -> dict[str, Any]:
    """What an empty ledger says."""
    machines = {
        name: describe(MachineState(name), [] if params["last_events"] else None, {})
        for name in params["names"] or []
        if params["branch"] is None
    }
    result: dict[str, Any] = {"machines": machines, "heads": []}
    if params["verify"]:
        result["verification"] = {"valid": True, "events": 0, "broken": []}
    return result


def _asked(own: dict[str, list[Event]], names: list[str] | None) -> list[tuple[str, list[Event]]]:
    """By the names that were given, or as they were recorded last."""
    if names is None:
        return [(events[-1].machine, events) for events in own.values()]
    return [(name, own.get(name.lower(), [])) for name in names]


def describe(state: MachineState, events: list[Event] | None, hashes: dict[tuple[str, int], str]) -> dict[str, Any]:
    described = {
        "state": str(state.state),
        "package_sha256": state.sha256 or None,
        "branch": state.branch or None,
        "inventory_tag": state.inventory_tag or None,
        "serial_number": state.serial_number or None,
        "organizational_unit": state.organizational_unit or None,
        "times": dict(state.times),
        "problems": list(state.problems),
        "used_twice": state.used_twice,
        "event_count": state.events,
    }
    if events is not None:
        described["events"] = [{**to_fields(one), "hash": hashes[one.writer, one.sequence]} for one in events]
    return described


def main() -> None:
    modules.run({**access.argument_spec(env_fallback), **ARGUMENT_SPEC}, look)


if __name__ == "__main__":
    main()
