#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Documentation only: the work is done by the action plugin of this name.

from __future__ import annotations

DOCUMENTATION = r"""
module: field_kit
short_description: Make a USB field kit for machines that nobody can reach
version_added: 0.3.0
description:
  - Writes what a person without special knowledge needs to join machines by hand, to a directory such as a USB stick,
    or to a zip file. These are the sealed packages, a manifest that the issuer signs, the PKCS#12 file of the key that
    opens the packages, one script for Windows PowerShell 5.1, what starts it by a double click, and a page to be
    printed, in English and Russian.
  - The script picks the package by the serial number of the device, asks for the key's passphrase and about the clock,
    refuses by the same rules as M(adops.offline_join.join), applies the package in memory, and writes a receipt.
    M(adops.offline_join.receipt_import) takes the receipts into the ledger.
  - The packages stay sealed. The passphrase is not needed here and is never on the stick.
  - It runs on the control node, whatever host the task names.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the packages of the machines.
  idempotent:
    support: full
    details:
      - The same packages keep the kit and its signature.
options:
  machines:
    description:
      - The machines that the kit is for. One that cannot be packed fails for itself, and the kit is made of the others.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The machine's name.
        type: str
        required: true
      serial_number:
        description:
          - Its serial number, by which the script knows the device. Give the one that the package was issued for.
            Without one the script goes by the name that the device has already.
        type: str
  packages:
    description:
      - The directory where M(adops.offline_join.packages) or M(adops.offline_join.ledger_packages) wrote the sealed
        packages and their issue records.
    type: path
    required: true
  dest:
    description:
      - Where the kit is written, a directory or, with the ending C(.zip), a file. Packages of an earlier kit are
        removed from the directory; its receipts stay.
    type: path
    required: true
  branch:
    description:
      - The branch that the kit is for. It stands in the receipts and on the printed page.
    type: str
    default: ""
  contact:
    description:
      - Whom to call, for example a telephone number, on the printed page.
    type: str
    default: ""
  issuer_key:
    description:
      - The issuer's key with its certificate, PEM or PKCS#12. It signs the manifest.
    type: path
    required: true
  issuer_certificate:
    description:
      - The issuer's certificate, where it is not in the file of the key.
    type: path
  issuer_passphrase:
    description:
      - The passphrase of the issuer's key, by default the environment variable C(OFFLINE_JOIN_SEAL_PASSPHRASE) of the
        control node. Callback plugins see the arguments of a task, so the environment is better.
    type: str
  recipient_key:
    description:
      - The PKCS#12 file of the key that opens the packages, as M(adops.offline_join.seal_identity) makes one. It is
        copied as it is. Make one for each kit, so that a lost stick concerns one branch only.
    type: path
    required: true
  recipient_certificate:
    description:
      - The certificate of that key. A package that is not sealed for it is refused.
    type: path
    required: true
  trusted_issuers:
    description:
      - Files with the certificates of further issuers whose packages are among these. The kit follows no CA.
    type: list
    elements: path
    default: []
notes:
  - It is experimental until a run on real Windows is recorded. The script, the printed page and every receipt say so.
  - Whoever can write to the stick can replace the script and learn the passphrase. Tell the engineer
    RV(kit.script_sha256) on another way; the same issuers and the same version of the collection give the same script.
  - Whoever has the stick and the passphrase has all its packages. Revoke them if both are lost.
seealso:
  - module: adops.offline_join.packages
  - module: adops.offline_join.receipt_import
  - module: adops.offline_join.seal_identity
requirements:
  - cryptography >= 45
  - asn1crypto >= 1.5.1
"""

EXAMPLES = r"""
- name: Write the stick for Berlin
  adops.offline_join.field_kit:
    machines:
      - name: BER-PC-001
        serial_number: 5CG1234XYZ
      - name: BER-PC-002
        serial_number: 5CG1234XZA
    packages: /srv/packages/berlin
    dest: /media/usb
    branch: berlin
    contact: "+49 30 1234567"
    issuer_key: /etc/offline_join/issuer.pem
    # The issuer's passphrase comes from OFFLINE_JOIN_SEAL_PASSPHRASE.
    recipient_key: /etc/offline_join/site-ber.p12
    recipient_certificate: /etc/offline_join/site-ber.crt
  run_once: true
"""

RETURN = r"""
machines:
  description: What became of each machine, by the name that was given.
  returned: always
  type: dict
  contains:
    changed:
      description: Whether its package was put onto the stick.
      type: bool
      returned: always
    package_sha256:
      description: The fingerprint of the package inside.
      type: str
      returned: success of this machine
    expires:
      description: Until when its package may be applied, in UTC.
      type: str
      returned: success of this machine
      sample: "2026-12-21T12:00:00Z"
    error:
      description: Why it is not on the stick, and what to do.
      type: str
      returned: failure of this machine
      sample: "BER-PC-002: its package expired at 2026-11-20T12:00:00+00:00; issue it again"
kit:
  description: The kit.
  returned: when at least one machine is on it
  type: dict
  contains:
    id:
      description: Its name in receipts and in the ledger.
      type: str
      returned: always
      sample: 5d0e21c7
    expires:
      description: When its last package expires, in UTC.
      type: str
      returned: always
      sample: "2026-12-21T12:00:00Z"
    script_sha256:
      description: The fingerprint of C(Join-Domain.ps1), to be told on another way than the stick.
      type: str
      returned: always
    experimental:
      description: Whether no run on real Windows is recorded yet.
      type: bool
      returned: always
changed_files:
  description: Files of the kit that were or would be written or removed.
  returned: when at least one machine is on it
  type: list
  elements: str
  sample: [manifest.cms, packages/BER-PC-001.sealed]
"""
