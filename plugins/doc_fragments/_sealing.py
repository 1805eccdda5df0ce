# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which packages are sealed."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  seal:
    description:
      - V(cms) signs and encrypts every package together with its claims (CMS, RFC 5652), so that only the recipients
        can use it, on this machine, and until it expires. Plaintext never leaves the module.
      - V(none) writes plaintext in the form that C(djoin /loadfile) reads.
    type: str
    choices: [cms, none]
    default: cms
  issuer_key:
    description:
      - The issuer's key with its certificate, PEM or PKCS#12, as M(adops.offline_join.seal_identity) makes one.
    type: path
  issuer_certificate:
    description:
      - The issuer's certificate, where it is not in the file of the key.
    type: path
  issuer_passphrase:
    description:
      - The passphrase of the issuer's key, by default the environment variable C(OFFLINE_JOIN_SEAL_PASSPHRASE).
    type: str
  recipients:
    description:
      - Files with the certificates of those who may open the packages, PEM or DER.
    type: list
    elements: path
    default: []
  issuer_may_read:
    description:
      - Allow a recipient that has the issuer's key. Whoever steals that key can read packages and forge them.
    type: bool
    default: false
  lifetime:
    description:
      - Days until a sealed package must not be applied any more.
    type: int
    default: 30
"""
