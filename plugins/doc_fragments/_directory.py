# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of module_utils/_directory/settings.py, documented once."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  server:
    description:
      - Host name of the domain controller, as its certificate names it.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_SERVER) is used.
    type: str
    required: true
  port:
    description:
      - Port of the domain controller, by default 636 for LDAPS and 389 otherwise.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_PORT) is used.
    type: int
  tls_mode:
    description:
      - How the connection is encrypted. The default is V(ldaps) for O(auth_protocol=simple) and V(none) for
        O(auth_protocol=kerberos), which encrypts by itself.
      - A simple bind with V(none) is refused before anything is sent.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_TLS_MODE) is used.
    type: str
    choices: [ldaps, start_tls, none]
  ca_cert:
    description:
      - PEM file with the certificate of the CA that issued the domain controller's certificate, by default the
        CAs that the system trusts.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_CA_CERT) is used.
    type: path
  cert_validation:
    description:
      - V(always) checks the certificate and the host name in it, V(ignore_hostname) only the certificate.
      - V(ignore) lets anybody between you and the domain controller read your password and every package.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_CERT_VALIDATION) is used.
    type: str
    choices: [always, ignore_hostname, ignore]
    default: always
  auth_protocol:
    description:
      - V(simple) sends user name and password inside TLS and works with every ldap3.
      - V(kerberos) needs ldap3 2.10 or later and the Python library gssapi.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_AUTH_PROTOCOL) is used.
    type: str
    choices: [simple, kerberos]
    default: simple
  username:
    description:
      - Who logs in, for example V(issue@corp.example). With Kerberos and without a user name the default
        credential cache is used.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_USERNAME) is used.
    type: str
  password:
    description:
      - The password of O(username). Prefer the environment - callback plugins that store task arguments see it here,
        even under C(no_log).
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_PASSWORD) is used.
    type: str
  password_variable:
    description:
      - The name of another environment variable with the password, which goes before O(password). So each step of one
        run logs in with the account of its own duty.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_PASSWORD_VARIABLE) is used.
    type: str
    version_added: 0.3.0
  connection_timeout:
    description:
      - Seconds to wait for a connection.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_CONNECTION_TIMEOUT) is used.
    type: int
    default: 10
  allow_tier0:
    description:
      - Accept a login that commands the whole domain, such as a domain administrator's, for work that a delegated
        account can do. Whoever gets hold of such a credential on the control node owns the domain.
      - Reading is never refused.
      - If not set, the environment variable E(OFFLINE_JOIN_DIRECTORY_ALLOW_TIER0) is used.
    type: bool
    default: false
requirements:
  - Python 3.11 or later on the host that runs the module
  - ldap3 2.9.1 or later on the host that runs the module, which is the Ansible control node as a rule
  - ldap3 2.10 or later and gssapi for Kerberos
  - smbprotocol 1.13 or later where group policies are read from SYSVOL, with pyspnego[kerberos] for Kerberos
"""
