# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which a sealed package is opened."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  recipient_key:
    description:
      - The key of one recipient with its certificate, PEM or PKCS#12, to open a sealed package.
    type: path
  recipient_certificate:
    description:
      - The recipient's certificate, where it is not in the file of the key.
    type: path
  recipient_passphrase:
    description:
      - The passphrase of the key, by default the environment variable C(OFFLINE_JOIN_SEAL_PASSPHRASE) of the control
        node. Callback plugins see the arguments of a task, so the environment is better.
    type: str
  trusted_issuers:
    description:
      - Files with the certificates of issuers whose packages count, or of CAs that issue certificates for signing
        documents.
    type: list
    elements: path
    default: []
"""
