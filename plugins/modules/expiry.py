#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: expiry
short_description: Revoke the packages of a list of machines that are late and that nobody used
version_added: 0.2.0
description:
  - Revokes, as M(adops.offline_join.revocation) does, every package whose time is over and that every source says is
    unused - its issue record, every writable domain controller, and what is known of its way.
  - Whatever is not proved to be unused stays untouched, and is told with the reason. That is no failure.
  - All machines share one connection. Each gets its own answer; what fails for one does not stop another.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.directory_group
  - adops.offline_join._directory
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  machines:
    description:
      - The machines whose packages may expire.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, without the dollar sign at the end of its account name.
        type: str
        required: true
      underway:
        description:
          - Why its package may be on its way or applied, completing "it is untouched, because ..."; for example an
            event of the ledger. Empty where it is known that it is not, such as by a ledger that has it as issued only.
          - Without it nobody knows, and the package stays V(unknown), because an offline join leaves no trace in the
            directory.
        type: str
  dest:
    description:
      - Where M(adops.offline_join.packages) wrote the packages and their issue records. Nothing expires without its
        record.
    type: path
    required: true
  lifetime:
    description:
      - Days until a package that is not sealed expires. A sealed one tells its own end. By default it never does.
    type: int
  strand:
    description:
      - Let packages expire that are O(machines[].underway), or of which nobody knows that, too, if the machine is named
        in O(strand_machines). A machine that applied one has to join again.
    type: bool
    default: false
  strand_machines:
    description:
      - Names of machines that may be stranded.
    type: list
    elements: str
    default: []
  controllers:
    description:
      - Host names of the domain controllers that must show the revocation. By default every writable one that answers.
    type: list
    elements: str
notes:
  - One writable domain controller that does not answer leaves every package V(unknown), because the machine may have
    logged on there, and nowhere else.
seealso:
  - module: adops.offline_join.revocation
  - module: adops.offline_join.audit
"""

EXAMPLES = r"""
- name: Let late packages of a branch expire
  adops.offline_join.expiry:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: reissue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    dest: /srv/packages/berlin
    machines:
      - name: BER-PC-001
        underway: "" # still in the safe
      - name: BER-PC-002
        underway: it was carried on 2026-11-20
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine's package, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether it was revoked now.
      type: bool
      returned: always
    changes:
      description: What was changed, as M(adops.offline_join.revocation) tells it.
      type: list
      elements: dict
      returned: always
    state:
      description:
        - V(valid), V(used), V(underway) or V(unknown) of one that stays untouched; V(revoked) of one that expired, in
          check mode V(to be revoked).
      type: str
      returned: always
      sample: valid
    reason:
      description: What the state rests on.
      type: str
      returned: always
      sample: it is good until 2026-12-21T04:23:31+00:00
    controllers:
      description:
        - By domain controller whether it shows the revocation, none for one that did not answer.
      type: dict
      returned: when it is revoked
      sample: {"dc1.corp.example": true}
    cut_off:
      description: What does not work any more, and where that was seen.
      type: list
      elements: str
      returned: when it is revoked
    outlives:
      description: What is good still, and has to be revoked elsewhere or waited for.
      type: list
      elements: str
      returned: when it is revoked
    revocation_record:
      description:
        - The revocation record, as it lies beside the issue record. The playbooks put it into the ledger, from where
          M(adops.offline_join.ledger_packages) fetches it. It holds no secret.
      type: dict
      returned: when it is revoked
    error:
      description: Why something was not done, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: revoke CN=BER-PC-001,OU=Staging,DC=corp,DC=example: the login may not ..."
    distinguished_name:
      description: The computer account.
      type: str
      returned: when it is revoked
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: when it is revoked
"""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
from ansible_collections.adops.offline_join.plugins.module_utils._revocation.expiring import Expirer, Machine
from ansible_collections.adops.offline_join.plugins.module_utils._revocation.revoking import Order, Revoker
from ansible_collections.adops.offline_join.plugins.module_utils._storage.package_store import PackageStore
from ansible_collections.adops.offline_join.plugins.module_utils._storage.revocation_store import RevocationStore

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule

ARGUMENT_SPEC = {
    "machines": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "underway": {"type": "str"}},
    },
    "dest": {"type": "path", "required": True},
    "lifetime": {"type": "int"},
    "strand": {"type": "bool", "default": False},
    "strand_machines": {"type": "list", "elements": "str", "default": []},
    "controllers": {"type": "list", "elements": "str"},
}


def expire(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    dest = Path(params["dest"])
    if not dest.is_absolute():
        return {"failed": True, "msg": f"dest {dest} is relative, so records could land anywhere; give the whole path"}
    stranded = {name.lower() for name in params["strand_machines"]} if params["strand"] else set()
    machines = [Machine(one["name"], one["underway"], one["name"].lower() in stranded) for one in params["machines"]]
    lifetime = None if params["lifetime"] is None else timedelta(days=params["lifetime"])
    # No incident and nobody named: it can never revoke a machine that lives.
    order = Order("its package expired", controllers=params["controllers"] or None)
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        evidence = Evidence(PackageStore(dest))
        store = RevocationStore(dest)
        revoker = Revoker(connection, domain, caller, evidence, store, order, check_mode=module.check_mode)
        try:
            return to_result(Expirer(connection, domain, evidence, store, revoker, lifetime).expire(machines))
        except OSError as error:
            remedy = "name a directory that you may write to"
            return {"failed": True, "msg": f"{dest} cannot be written to: {error.strerror}; {remedy}"}


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, expire)


if __name__ == "__main__":
    main()
