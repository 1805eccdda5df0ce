#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: revocation
short_description: Make every copy of the packages of a list of machines worthless
version_added: 0.2.0
description:
  - Disables the computer accounts of a list of machines, sets two new random passwords that nobody knows, clears their
    key credentials, removes the packages from O(dest), and reads back from the domain controllers that it arrived.
  - Two passwords, because after one reset the old one still opens NTLM and LDAP simple binds.
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
      - The machines whose packages are to be revoked.
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
          - Why its package may be applied although the directory does not show it, such as C(it was applied on
            2026-11-20); an offline join leaves no trace there before the network is. The account then counts as one
            that lives. Empty where nobody knows of that.
        type: str
        default: ''
        version_added: 0.6.0
  reason:
    description:
      - Why. It goes into the revocation record.
    type: str
    required: true
  dest:
    description:
      - Where M(adops.offline_join.packages) wrote the packages and their issue records. Without a record, every machine
        counts as one that lives.
      - The packages in it are removed, the issue records stay, and beside them comes C(NAME.revoked.json), the
        revocation record.
    type: path
    required: true
  incident:
    description:
      - Something happened that is worse than machines without a domain. Allows to revoke machines that live, or may
        live, if they are named in O(live_machines), too.
    type: bool
    default: false
  live_machines:
    description:
      - Names of machines that lose their membership in an O(incident). After that they have to join again.
    type: list
    elements: str
    default: []
  controllers:
    description:
      - Host names of the domain controllers that must show the revocation, read-only ones too; one that does not
        answer is a failure. By default every writable one that answers.
    type: list
    elements: str
notes:
  - Nothing is written to managed service accounts, domain controllers, protected accounts, accounts that are trusted
    for delegation, and whatever else is no plain workstation account. No option overrides this.
  - The login needs the rights to reset the password and to write userAccountControl of computers in the
    organizational unit where the accounts are, and to write msDS-KeyCredentialLink if that is to be cleared; without
    the last, key credentials are only reported.
  - Certificates in the account are reported, not removed. What opens is their key; the certification authority has to
    revoke them.
  - Until the change has replicated, other domain controllers accept the old password. Run it again until it succeeds.
  - M(adops.offline_join.packages) does not issue again for an account that is disabled. Enable it with
    M(adops.offline_join.computers), then issue with O(adops.offline_join.packages#module:live_machines).
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.computers
  - module: adops.offline_join.audit
"""

EXAMPLES = r"""
- name: A stick with the packages of three machines was lost on its way
  adops.offline_join.revocation:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: reissue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    dest: /srv/packages/berlin
    reason: "ticket 4711: USB stick lost"
    controllers: [dc1.corp.example, dc-berlin.corp.example]
    machines:
      - name: BER-PC-001
      - name: BER-PC-002
  delegate_to: localhost
  run_once: true

- name: Somebody else uses the package of this machine, which is in production already
  adops.offline_join.revocation:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: reissue@corp.example
    dest: /srv/packages/berlin
    reason: "ticket 4712: second machine under this name"
    incident: true
    live_machines: [BER-PC-003]
    machines:
      - name: BER-PC-003
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether anything of it was changed; with an error, part of it may have been.
      type: bool
      returned: always
    changes:
      description: What was changed, in this order.
      type: list
      elements: dict
      returned: always
      contains:
        what:
          description: One of V(enabled), V(password), V(key_credentials), V(package).
          type: str
          returned: always
          sample: password
        before:
          description: How it was; the number of key credentials, the file of a package.
          type: str
          returned: always
          sample: set at FILETIME 134082000000000000
        after:
          description: How it is. An empty text stands for nothing.
          type: str
          returned: always
          sample: two new random ones that nobody knows
    state:
      description: V(revoked), V(refused), or in check mode V(to be revoked).
      type: str
      returned: always
      sample: revoked
    reason:
      description: Why it was revoked; of one that was revoked before, the reason of then.
      type: str
      returned: unless it was refused
    controllers:
      description:
        - By domain controller whether it shows the revocation, none for one that did not answer.
      type: dict
      returned: when it is revoked
      sample: {"dc1.corp.example": true, "dc2.corp.example": null}
    cut_off:
      description: What does not work any more, and where that was seen.
      type: list
      elements: str
      returned: when it is revoked
      sample:
        - Kerberos, NTLM and LDAP logons with the password of any copy of its package, on dc1.corp.example
    outlives:
      description: What is good still, and has to be revoked elsewhere or waited for.
      type: list
      elements: str
      returned: when it is revoked
      sample:
        - a ticket-granting ticket from before opens services for up to 20 minutes more
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
      sample: "BER-PC-001: revoke CN=BER-PC-001,OU=Staging,DC=corp,DC=example: the machine is treated as live, ..."
    distinguished_name:
      description: The computer account.
      type: str
      returned: when there is an account
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: when there is an account
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.adops.offline_join.plugins.module_utils._accounts.evidence import Evidence
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._call.answers import to_result
from ansible_collections.adops.offline_join.plugins.module_utils._directory.caller import Caller
from ansible_collections.adops.offline_join.plugins.module_utils._directory.connection import connect
from ansible_collections.adops.offline_join.plugins.module_utils._directory.domain import Domain
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
        "options": {"name": {"type": "str", "required": True}, "underway": {"type": "str", "default": ""}},
    },
    "reason": {"type": "str", "required": True},
    "dest": {"type": "path", "required": True},
    "incident": {"type": "bool", "default": False},
    "live_machines": {"type": "list", "elements": "str", "default": []},
    "controllers": {"type": "list", "elements": "str"},
}


def revoke(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    dest = Path(params["dest"])
    if not dest.is_absolute():
        return {"failed": True, "msg": f"dest {dest} is relative, so records could land anywhere; give the whole path"}
    if not params["reason"].strip():
        return {"failed": True, "msg": "reason is empty; say why, whoever finds a dead package will ask"}
    order = Order(params["reason"], params["incident"], params["live_machines"], params["controllers"] or None)
    with connect(modules.directory_settings(module)) as connection:
        domain = Domain.read(connection)
        caller = Caller.read(connection)
        caller.require_delegated(domain.sid, allow_tier0=connection.settings.allow_tier0)
        evidence = Evidence(PackageStore(dest), {one["name"]: one["underway"] for one in params["machines"]})
        store = RevocationStore(dest)
        revoker = Revoker(connection, domain, caller, evidence, store, order, check_mode=module.check_mode)
        try:
            return to_result(revoker.revoke([machine["name"] for machine in params["machines"]]))
        except OSError as error:
            remedy = "name a directory that you may write to"
            return {"failed": True, "msg": f"{dest} cannot be written to: {error.strerror}; {remedy}"}


def main() -> None:
    modules.run({**modules.directory_argument_spec(), **ARGUMENT_SPEC}, revoke)


if __name__ == "__main__":
    main()
