# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say what packages tell and bring along beside the join."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  root_ca_files:
    description:
      - Files with further CA certificates for the packages, PEM or DER. A certificate that names itself as its issuer
        becomes a trusted root, any other an intermediate. One that is expired, damaged or not that of a CA is refused.
    type: list
    elements: path
    default: []
    version_added: 0.3.0
  client_certificate_passphrase:
    description:
      - The passphrase of client certificates, by default the environment variable
        C(OFFLINE_JOIN_CLIENT_CERTIFICATE_PASSPHRASE).
    type: str
    version_added: 0.3.0
  site:
    description:
      - The Active Directory site that the package tells the machine it is in. Windows finds its true site at the first
        start with a network, unless O(persistent_site) is set.
      - By default the package names the site that the domain controller counts the control node to, as a hint only.
    type: str
  persistent_site:
    description:
      - The machine keeps O(site) for good, as with C(djoin /psite), instead of finding its own (C(/dsite)). It asks
        domain controllers of that site wherever it is moved, until C(SiteName) is removed from Netlogon's parameters.
    type: bool
    default: false
    version_added: 0.3.0
  primary_dns_suffix:
    description:
      - The primary DNS suffix that the machine takes, as with C(djoin /primarydns), where it is not the domain's name.
      - The account is made with the domain's name. The machine can change that itself only where
        C(msDS-AllowedDNSSuffixes) of the domain holds the suffix.
    type: str
    version_added: 0.3.0
  provision_options:
    description:
      - The options number that the package records, the C(NETSETUP_PROVISION) flags of lmjoin.h. It describes how the
        account was made and changes nothing; V(0) is right for a new account with a random password.
    type: int
    default: 0
  join4:
    description:
      - Add the part JOIN4, which names the account's objectGUID, as Windows 11 24H2 does. Windows that does not know
        it skips it, as far as is documented; no package made by Windows with this part was at hand to compare.
    type: bool
    default: false
"""

    # What only a domain controller can tell, and what goes with it.
    FROM_DIRECTORY = r"""
options:
  root_ca_certificates:
    description:
      - Put the CA certificates that the directory publishes for all its members into the packages, so that a machine
        trusts them before it sees a domain controller. C(djoin /rootcacerts) takes those of the computer it runs on.
      - Roots are read from C(CN=Certification Authorities), intermediates from C(CN=AIA), both below C(CN=Public Key
        Services) of the configuration. Those that are out of date are left out with a warning, because a CA's former
        certificates stay there; what is damaged or not that of a CA is refused.
      - A package that is kept keeps the certificates that it was issued with.
    type: bool
    default: false
    version_added: 0.3.0
  policy_names:
    description:
      - Display names of group policy objects whose registry values for computers the packages bring along, as
        C(djoin /policynames) does. The machine has them from its first start on, before it sees a domain controller.
      - They are read from SYSVOL of O(server), over SMB (port 445) with the login of the other options, which must be
        named as C(user@domain) or C(DOMAIN\\user) then. This needs the Python library smbprotocol 1.13 or later, and
        C(pyspnego[kerberos]) with O(auth_protocol=kerberos).
      - Only values of the registry are taken - no scripts, no security settings, no preferences.
    type: list
    elements: str
    default: []
    version_added: 0.3.0
  policy_paths:
    description:
      - C(Registry.pol) files on the host that runs the module, whose values the packages bring along after those of
        O(policy_names), as C(djoin /policypaths) does.
    type: list
    elements: path
    default: []
    version_added: 0.3.0
  unsupported_policy:
    description:
      - What to do with a policy that deletes values or keys, or changes the rights on keys. A package can only set
        values.
      - V(refuse) issues no package at all, V(skip) leaves these directives out, warns, and names them in RV(policies).
    type: str
    choices: [refuse, skip]
    default: refuse
    version_added: 0.3.0
"""
