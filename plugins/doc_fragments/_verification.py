# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verification expects of a machine, documented once: the options of plugin_utils/_membership.py."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description:
      - The machine's name as the inventory has it.
    type: str
    required: true
  domain:
    description:
      - DNS name of the domain.
    type: str
    required: true
  account:
    description:
      - The machine's entry of C(machines) as M(adops.offline_join.computer_info) returned it, with all its subsets.
      - A dictionary with only the key C(error) says why the directory did not tell, and is the check's evidence.
    type: dict
    required: true
  serial_number:
    description:
      - The serial number that the inventory has. By default, or where the machine has none, it is not compared.
    type: str
  dns_servers:
    description:
      - The addresses of the domain's DNS servers. One adapter at least has to use them.
    type: list
    elements: str
    default: []
  organizational_units:
    description:
      - Distinguished names of organizational units, one of which the account has to be in.
    type: list
    elements: str
    default: []
  groups:
    description:
      - Groups that the account has to be in, also through other groups, each by its distinguished or common name.
    type: list
    elements: str
    default: []
  policies:
    description:
      - Group policies that have to be applied, each by its display name or GUID.
    type: list
    elements: str
    default: []
  policy_values:
    description:
      - Registry values that policies have to have set.
    type: list
    elements: dict
    default: []
    suboptions:
      key:
        description:
          - The key, without C(HKLM) in front.
        type: str
        required: true
      name:
        description:
          - The name of the value.
        type: str
        required: true
      data:
        description:
          - What it has to be. Without this there must be no such value.
        type: raw
  certificates:
    description:
      - Certificates that the machine has to have with their private keys, and valid now.
    type: list
    elements: dict
    default: []
    suboptions:
      issuer:
        description:
          - A part of the issuer's name.
        type: str
      key_usage:
        description:
          - Object identifier of an extended key usage.
        type: str
      template:
        description:
          - Object identifier of the template.
        type: str
  directaccess:
    description:
      - The status numbers of C(MSFT_DAConnectionStatus) that count as connected. By default DirectAccess is not looked
        at. Microsoft does not document the numbers, so take those of a machine that is connected.
    type: list
    elements: int
    default: []
  laps:
    description:
      - Whether LAPS has to have set a password after the join. Only its expiry is read.
    type: bool
    default: false
  laps_age_days:
    description:
      - For how many days a LAPS password is valid, as its policy says.
    type: int
    default: 30
  bitlocker:
    description:
      - With V(escrowed) every fixed volume that is encrypted needs a recovery password whose recovery object is below
        the machine's account; where there is none, the machine is told to back it up. With V(required) every fixed
        volume has to be encrypted as well.
      - A volume that Windows encrypted by itself and does not protect yet (device encryption) is pending until the
        policy that stores its key has run. Where BitLocker does not tell its volumes, the finding is unknown, which
        stops nobody with V(escrowed), and pending with V(required).
      - With V(ignore) encryption is not looked at, for virtual machines for example.
    type: str
    choices: [ignore, escrowed, required]
    default: escrowed
  administrators:
    description:
      - The SIDs of exactly those who have to be direct members of the local group of administrators. V(machine-500)
        stands for a SID of the machine itself, V(domain-512) for one of its domain.
      - By default they are not looked at.
    type: list
    elements: str
  without_bootstrap:
    description:
      - Whether what opened WinRM on the fresh machine has to be taken back - full rights of local accounts over the
        network, unencrypted traffic, and basic authentication.
    type: bool
    default: false
  remains_paths:
    description:
      - Where else on the machine a package may have been left behind. Windows' answer files are always looked at. What
        cannot be read is unknown.
    type: list
    elements: path
    default: []
  tolerate:
    description:
      - Checks whose failure is told and stops nobody.
    type: list
    elements: str
    default: []
    choices:
      - identity
      - membership
      - address
      - dns_servers
      - domain_controller
      - clock
      - clock_source
      - name
      - account
      - doubles
      - replication
      - secure_channel
      - organizational_unit
      - groups
      - policy
      - policy_values
      - certificates
      - directaccess
      - laps
      - bitlocker
      - administrators
      - remains
      - bootstrap
"""
