#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: audit
short_description: Tell what became of the packages of a list of machines, with evidence
version_added: 0.2.0
description:
  - Holds what every writable domain controller shows of the accounts of a list of machines against their issue records,
    and tells for each machine whether its package was used, by whom it may have been, and what speaks for it.
  - It reads only, over one connection, and leaves no trace in the directory. Each machine gets its own answer; what is
    wrong with the arguments of one does not stop another.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes.reads
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._attributes
  - adops.offline_join._directory
options:
  machines:
    description:
      - The machines, with what is known of them elsewhere, for example in the ledger.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      serial_number:
        description:
          - The serial number of the machine that the package is meant for.
        type: str
      issued:
        description:
          - When the package was issued, ISO 8601 with its offset, as for example the ledger knows. A machine of which
            that is known and that has no issue record is V(unrecorded); in check mode an earlier step would have
            fetched it.
        type: str
        version_added: 0.6.0
      carried:
        description:
          - When the package left the house, ISO 8601 with its offset. Whatever used it before was not its machine.
        type: str
      applied:
        description:
          - Every time that a machine was seen to apply it.
        type: list
        elements: dict
        default: []
        suboptions:
          time:
            description:
              - When, ISO 8601 with its offset.
            type: str
            required: true
          serial_number:
            description:
              - The serial number that this machine told.
            type: str
  dest:
    description:
      - Where M(adops.offline_join.packages) and M(adops.offline_join.revocation) wrote their records. Without an issue
        record nothing is known of a machine's account.
    type: path
    required: true
  staging_ous:
    description:
      - Distinguished names of the organizational units where accounts wait until they are promoted.
    type: list
    elements: str
    default: []
  overdue_after:
    description:
      - Days that an account may wait in one of O(staging_ous).
    type: int
    default: 30
  first_contact_within:
    description:
      - Days in which a machine that applied its package has to be seen by the domain.
    type: int
    default: 14
  device_keys:
    description:
      - Machines of this domain register one key credential of their own, as they do with Credential Guard. Without it,
        a key credential on any account is suspicious.
    type: bool
    default: false
notes:
  - lastLogon and logonCount are not replicated, so a domain controller that does not answer leaves V(unknown) what the
    others do not prove.
  - A package that was applied where there is no network leaves no trace until the machine meets its domain.
seealso:
  - module: adops.offline_join.computer_info
  - module: adops.offline_join.expiry
  - module: adops.offline_join.revocation
"""

EXAMPLES = r"""
- name: What became of the packages of a branch?
  adops.offline_join.audit:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    dest: /srv/packages/berlin
    staging_ous: ["OU=Staging,DC=corp,DC=example"]
    machines:
      - name: BER-PC-001
        serial_number: 5CG1234XYZ
        carried: "2026-11-20T08:00:00+00:00"
        applied:
          - time: "2026-11-21T09:12:00+00:00"
            serial_number: 5CG1234XYZ
      - name: BER-PC-002
  delegate_to: localhost
  run_once: true
  register: audit
"""

RETURN = r"""
machines:
  description: What was found about each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    state:
      description:
        - V(not issued), V(unused), V(applied) (a machine applied it, and the domain has not seen it yet), V(used),
          V(retired) (its password was set after its machine logged on), V(revoked), V(overdue), V(unknown),
          V(unrecorded) (its package was issued, and nothing says how its account looked then) or V(suspicious).
      type: str
      returned: success of this machine
      sample: used
    evidence:
      description: What this rests on, one sentence each.
      type: list
      elements: str
      returned: success of this machine
      sample: ["it logged on on dc1.corp.example, last at 2026-11-21T09:12:44+00:00"]
    overdue:
      description: Whether it waits for longer than it should, whatever its state.
      type: bool
      returned: success of this machine
    distinguished_name:
      description: The computer account; none where the login sees none.
      type: str
      returned: success of this machine
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    traces:
      description:
        - Traces of its use by writable domain controller, none for one that did not answer. Times are FILETIMEs.
      type: dict
      returned: success of this machine
      sample:
        dc1.corp.example:
          last_logon: 134082000000000000
          last_logon_timestamp: 134082000000000000
          logon_count: 3
          operating_system: Windows 11 Enterprise
          password_last_set: 134081000000000000
    error:
      description: Why nothing is known of this machine, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: carried is 'yesterday', which is no time with an offset; write it like ..."
numbers:
  description: How many machines are in each state.
  returned: always, unless the directory cannot be asked
  type: dict
  sample: {"unused": 212, "used": 41, "suspicious": 1}
"""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import failure
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._inspection.auditing import Auditor
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.package_life.audit import (
    Applied,
    Rules,
    Subject,
)
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.times import with_offset
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.module_utils._storage.revocation_store import RevocationStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._inspection.auditing import Audited

ARGUMENT_SPEC = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "serial_number": {"type": "str"},
            "issued": {"type": "str"},
            "carried": {"type": "str"},
            "applied": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {"time": {"type": "str", "required": True}, "serial_number": {"type": "str"}},
            },
        },
    },
    "dest": {"type": "path", "required": True},
    "staging_ous": {"type": "list", "elements": "str", "default": []},
    "overdue_after": {"type": "int", "default": 30},
    "first_contact_within": {"type": "int", "default": 14},
    "device_keys": {"type": "bool", "default": False},
}


def look(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    subjects: dict[str, Subject] = {}
    errors: dict[str, str] = {}
    for machine in params["machines"]:
        try:
            subjects[machine["name"]] = subject(machine, check_mode=module.check_mode)
        except ValueError as error:
            errors[machine["name"]] = f"{machine['name']}: {error}"
    rules = Rules(
        now=datetime.now(UTC),
        overdue_after=timedelta(days=params["overdue_after"]),
        first_contact_within=timedelta(days=params["first_contact_within"]),
        device_keys=params["device_keys"],
    )
    dest = Path(params["dest"])
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        packages, revocations = PackageStore(dest), RevocationStore(dest)
        auditor = Auditor(connection, domain, packages, revocations, rules, params["staging_ous"])
        audited = auditor.audit(subjects)
    numbers = Counter(one.finding.state.value for one in audited)
    machines = {one.name: describe(one) for one in audited} | {name: {"error": errors[name]} for name in errors}
    return {"machines": machines, "numbers": dict(numbers)} | failure([*errors.values()], len(params["machines"]))


def subject(machine: dict[str, Any], *, check_mode: bool) -> Subject:
    """
    :raises ValueError: a time cannot be read
    """
    issued, carried = (time(one, machine[one]) if machine[one] else None for one in ("issued", "carried"))
    return Subject(
        account=None,
        # Where records are fetched first, a check has fetched none.
        issued=None if check_mode else issued,
        carried=carried,
        applied=tuple(Applied(time("applied", one["time"]), one["serial_number"] or "") for one in machine["applied"]),
        serial_number=machine["serial_number"] or "",
    )


def time(option: str, text: str) -> datetime:
    """A time with its offset.

    :raises ValueError: it is none
    """
    read = with_offset(text)
    if read is None:
        example = "write it like 2026-11-21T09:12:00+00:00"
        raise ValueError(f"{option} is {text!r}, which is no time with an offset; {example}")
    return read


def describe(audited: Audited) -> dict[str, Any]:
    return {
        "state": audited.finding.state.value,
        "evidence": list(audited.finding.evidence),
        "overdue": audited.finding.overdue,
        "distinguished_name": audited.distinguished_name,
        "traces": {host: traces and asdict(traces) for host, traces in audited.traces.items()},
    }


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, look)


if __name__ == "__main__":
    main()
