#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: provisioned_packages
short_description: Issue packages that a Windows host makes, with machine certificates
version_added: 0.3.0
description:
  - Lets one member of the domain that runs Windows make the computer accounts and provisioning packages of a list of
    machines, as C(djoin /provision) does. It is for what only Windows can put into a package, certificates of an
    enterprise CA (DirectAccess with PKI, 802.1X, device tunnels). M(adops.offline_join.packages) does the rest faster
    and without Windows.
  - The packages come back in memory, are sealed on the control node, and lie there with their issue records as those
    of M(adops.offline_join.packages) do. No file with a package is written on the Windows host.
  - Everything is judged on the control node before Windows is asked. Each machine gets its own answer; what fails for
    one does not stop another.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
  - adops.offline_join._attributes.windows
  - adops.offline_join._issuing
  - adops.offline_join._sealing
attributes:
  check_mode:
    support: full
    details:
      - The host is looked at, and Windows is not asked for anything.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  machines:
    description:
      - The machines to issue packages for.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name, at most 15 letters, digits and hyphens.
        type: str
        required: true
      path:
        description:
          - Distinguished name of the organizational unit of this machine, by default O(path).
        type: str
      serial_number:
        description:
          - Its serial number, where it is known. A sealed package is refused on a machine that tells another one.
        type: str
      netbios_name:
        description:
          - Its NetBIOS name, where that is not its name.
        type: str
  accounts:
    description:
      - What the directory says of the machines now, C(machines) as M(adops.offline_join.computer_info) returned it with
        the same O(dest). An account is reused, and a record is completed, only by what stands here.
    type: dict
    required: true
  domain:
    description:
      - DNS name of the domain, by default that of the Windows host.
    type: str
  domain_controller:
    description:
      - The domain controller that makes the accounts, by default one that Windows chooses. With the one that
        M(adops.offline_join.computer_info) asks, no issue record waits for replication.
    type: str
  certificate_templates:
    description:
      - Names of certificate templates. Windows enrolls a certificate of each for every machine, and puts it with its
        private key into the package, together with the root certificates.
      - A package that comes back without a certificate is not taken.
    type: list
    elements: str
    default: []
  policy_names:
    description:
      - Display names of group policy objects whose registry policies the packages bring.
    type: list
    elements: str
    default: []
  policy_paths:
    description:
      - Registry policy files (C(Registry.pol)) on the Windows host, or on a share, whose policies the packages bring.
    type: list
    elements: str
    default: []
  host_root_ca_certificates:
    description:
      - Let the packages bring all root certificates that the Windows host trusts. O(certificate_templates) do so
        anyway.
    type: bool
    default: false
  site:
    description:
      - The Active Directory site that the machines look for domain controllers in first.
    type: str
  persistent_site:
    description:
      - The machines keep O(site) for good, as with C(djoin /psite), instead of finding their own (C(/dsite)).
    type: bool
    default: false
  primary_dns_suffix:
    description:
      - The machines' primary DNS suffix, where it is not the domain's name.
    type: str
notes:
  - Run it once for all machines, on the Windows host. That host must be able to act as the login in the domain, which a
    network logon cannot; use C(become) with C(become_method=runas) and a domain user, CredSSP, or Kerberos with
    delegation. The login needs the rights of M(adops.offline_join.packages) and the right to enroll for the templates.
  - The connection must be encrypted. Over plain HTTP with Basic authentication nothing is asked for.
  - A package tells neither when its password was set nor, mostly, the account's objectGUID. Look at the accounts again
    and call this once more with the new O(accounts). It then completes the issue records and asks Windows for nothing.
    Until then RV(machines.incomplete) is there, and M(adops.offline_join.audit) says unknown of the machine. Of the
    claims of a sealed package, C(password_last_set) and C(key_version) are 1, and C(object_guid) is zero.
  - Windows itself holds the rule of account re-use (KB5020276). Preparations that somebody left on an account are not
    looked for, as M(adops.offline_join.packages) does.
  - The default password and the way of older domain controllers (C(/defpwd), C(/downlevel)) are not offered.
  - "Documented by Microsoft and not yet proved by us on a real Windows: the whole call, what it answers where a
    certificate cannot be enrolled, and that Windows Server 2016 names the account in its packages. One that does not is
    not taken."
requirements:
  - Windows 10, Windows Server 2016 or later, member of the domain, with Windows PowerShell 5.1
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.computer_info
  - module: adops.offline_join.win_provision_package
"""

EXAMPLES = r"""
- name: Look at the accounts
  adops.offline_join.computer_info:
    server: dc1.corp.example
    ca_cert: /etc/ssl/corp-ca.pem
    username: issue@corp.example
    # The password comes from OFFLINE_JOIN_DIRECTORY_PASSWORD.
    names: [BER-PC-001, BER-PC-002]
    dest: /srv/packages/berlin
  delegate_to: localhost
  run_once: true
  register: accounts

- name: Let the remote access server issue packages with machine certificates
  adops.offline_join.provisioned_packages:
    machines:
      - name: BER-PC-001
        serial_number: 5CG1234XYZ
      - name: BER-PC-002
    accounts: "{{ accounts.machines }}"
    dest: /srv/packages/berlin
    path: OU=Staging,DC=corp,DC=example
    certificate_templates: [DirectAccessMachine]
    policy_names: [DirectAccess Client Settings]
    issuer_key: /etc/offline_join/issuer.pem
    recipients: [/etc/offline_join/berlin.crt]
  delegate_to: ras1.corp.example
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine, by the name that was given.
  returned: always, unless the call ends before the first machine
  type: dict
  contains:
    act:
      description: What was done, V(create), V(reissue) or V(keep).
      type: str
      returned: success of this machine
      sample: create
    changed:
      description: Whether a package was issued, or its issue record completed.
      type: bool
      returned: always
      sample: true
    error:
      description: Why this machine has no package, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-001: Windows made no package: the account belongs to somebody else ..."
    incomplete:
      description: What its issue record lacks, and why.
      type: str
      returned: when its issue record does not hold yet what the directory said
      sample: its issue record lacks what the directory says; run again with its new entry of computer_info
    distinguished_name:
      description: The computer account.
      type: str
      returned: success of this machine, where it is known
      sample: CN=BER-PC-001,OU=Staging,DC=corp,DC=example
    object_guid:
      description: The account's objectGUID.
      type: str
      returned: success of this machine, where it is known
      sample: 0b7c5ee4-4d8a-4c3f-9f0b-3a3a3d1d5a11
    sid:
      description: The account's security identifier.
      type: str
      returned: success of this machine, unknown in check mode before it is issued
      sample: S-1-5-21-1-2-3-1104
    package:
      description: The package file.
      type: str
      returned: success of this machine
      sample: /srv/packages/berlin/BER-PC-001.sealed
    package_sha256:
      description: Fingerprint of the package inside.
      type: str
      returned: success of this machine, unknown in check mode before it is issued
      sample: 8226b561daa94047f7262f08acf24b96730f02231facb9a1f54f23d71baf681a
    issue_record:
      description: What the directory said right after issuing, as a JSON file without secrets.
      type: str
      returned: success of this machine
      sample: /srv/packages/berlin/BER-PC-001.issue.json
"""
