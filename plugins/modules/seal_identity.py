#!/usr/bin/python
# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: seal_identity
short_description: Make an identity that issues or opens sealed packages
version_added: 0.2.0
description:
  - Makes an RSA key with a self-signed certificate, for teams without a public key infrastructure. Certificates that
    exist work as well, and need no module.
  - An issuer signs sealed packages. Whoever opens them has the issuer's certificate among the trusted issuers.
  - A recipient opens sealed packages. Whoever seals them has the recipient's certificate.
  - An identity does one of the two, so that who can open packages cannot forge them.
  - An identity that is there and valid is kept. Nothing is ever overwritten.
author:
  - adops.offline_join contributors (@adops)
extends_documentation_fragment:
  - adops.offline_join._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - Whose identity it is, the common name of its certificate, at most 64 characters.
    type: str
    required: true
  purpose:
    description:
      - V(issuer) makes a certificate for signing, V(recipient) one for opening.
    type: str
    choices: [issuer, recipient]
    required: true
  key_file:
    description:
      - The file with the encrypted private key and its certificate, on the host that runs the module, with mode 0600.
        Its directory must exist.
    type: path
    required: true
  certificate_file:
    description:
      - The file with the certificate alone in PEM, which holds no secret and is handed to the others. It is made with
        mode 0600.
    type: path
    required: true
  passphrase:
    description:
      - Encrypts the private key, or opens that of the identity that exists. At least 12 printable ASCII characters.
      - If not set, the environment variable E(OFFLINE_JOIN_SEAL_PASSPHRASE) is used.
    type: str
    required: true
  format:
    description:
      - The form of O(key_file). V(pem) is text, an encrypted PKCS8 key and the certificate. V(pkcs12) is what Windows
        imports.
      - Both are encrypted with AES-256 (PBES2 with SHA-256). Windows reads such PKCS12 files from Windows 10 1709 and
        Windows Server 2019 on; older ones say that the password is wrong.
      - A passphrase is tried faster on V(pkcs12) than on V(pem); give it a longer one.
      - It counts for a new identity only.
    type: str
    choices: [pem, pkcs12]
    default: pem
  days:
    description:
      - For how many days the certificate is valid. Packages whose lifetime ends later than their issuer's certificate
        are not sealed.
      - It counts for a new identity only.
    type: int
    default: 730
  key_size:
    description:
      - The number of bits of the RSA key. It counts for a new identity only.
    type: int
    choices: [3072, 4096]
    default: 3072
notes:
  - The certificate is valid from a day before it is made, for machines whose clock is behind.
  - Keep the files of an identity that expired until no package is sealed for it any more.
  - Tell the fingerprint to the other side on another way than the certificate.
seealso:
  - module: adops.offline_join.packages
requirements:
  - Python 3.11 or later on the host that runs the module
  - cryptography >= 45
  - asn1crypto >= 1.5.1
"""

EXAMPLES = r"""
- name: Make the identity that signs this team's packages
  adops.offline_join.seal_identity:
    name: Offline join issuer Berlin
    purpose: issuer
    key_file: /etc/offline_join/issuer.pem
    certificate_file: /etc/offline_join/issuer.crt
    # The passphrase comes from OFFLINE_JOIN_SEAL_PASSPHRASE.
  delegate_to: localhost
  run_once: true
  register: issuer

- name: Make the identity of the laptop at the site, to be imported on Windows
  adops.offline_join.seal_identity:
    name: Site laptop BER
    purpose: recipient
    format: pkcs12
    key_file: /etc/offline_join/site-ber.p12
    certificate_file: /etc/offline_join/site-ber.crt
    passphrase: "{{ vault_site_ber_passphrase }}"
  delegate_to: localhost
  run_once: true
  no_log: true
"""

RETURN = r"""
fingerprint:
  description: SHA-256 of the certificate, to be compared by people on another way.
  returned: success, except in check mode before it is made
  type: str
  sample: 31f097f531f6fb1780cfc334a8a350577f81dda09bdd0de042cd43730e1a347c
subject:
  description: The certificate's subject.
  returned: success, except in check mode before it is made
  type: str
  sample: CN=Offline join issuer Berlin
not_before:
  description: From when on the certificate is valid, in UTC.
  returned: success, except in check mode before it is made
  type: str
  sample: "2026-11-20T12:00:00Z"
not_after:
  description: Until when the certificate is valid, in UTC.
  returned: success, except in check mode before it is made
  type: str
  sample: "2028-11-20T12:00:00Z"
purpose:
  description: The duty of the identity, as it was asked for.
  returned: success
  type: str
  sample: issuer
key_file:
  description: The file with the encrypted key and its certificate.
  returned: success
  type: str
  sample: /etc/offline_join/issuer.pem
certificate_file:
  description: The file with the certificate alone.
  returned: success
  type: str
  sample: /etc/offline_join/issuer.crt
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ansible.module_utils.basic import env_fallback
from ansible_collections.adops.offline_join.plugins.module_utils._call import modules
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.identities import KEY_SIZES, Purpose
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.times import written
from ansible_collections.adops.offline_join.plugins.module_utils._storage.identity_files import (
    FORMS,
    IdentityFiles,
    Wanted,
)

if TYPE_CHECKING:
    from typing import Any

    from ansible.module_utils.basic import AnsibleModule
    from ansible_collections.adops.offline_join.plugins.module_utils._storage.identity_files import Outcome

ARGUMENT_SPEC = {
    "name": {"type": "str", "required": True},
    "purpose": {"type": "str", "choices": [purpose.value for purpose in Purpose], "required": True},
    "key_file": {"type": "path", "required": True},
    "certificate_file": {"type": "path", "required": True},
    "passphrase": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["OFFLINE_JOIN_SEAL_PASSPHRASE"]),
    },
    "format": {"type": "str", "choices": list(FORMS), "default": "pem"},
    "days": {"type": "int", "default": 730},
    "key_size": {"type": "int", "choices": list(KEY_SIZES), "default": KEY_SIZES[0]},
}


def ensure(module: AnsibleModule) -> dict[str, Any]:
    modules.require_sealing(module)
    params = module.params
    files = IdentityFiles(Path(params["key_file"]), Path(params["certificate_file"]))
    wanted = Wanted(
        name=params["name"],
        purpose=Purpose(params["purpose"]),
        days=params["days"],
        key_size=params["key_size"],
        form=params["format"],
    )
    try:
        outcome = files.ensure(wanted, params["passphrase"], datetime.now(UTC), check_mode=module.check_mode)
    except OSError as error:
        remedy = "name files that you may read and write"
        return {"failed": True, "msg": f"{error.filename or files.key_file}: {error.strerror}; {remedy}"}
    if outcome.warning:
        module.warn(outcome.warning)
    return {
        "changed": bool(outcome.changes),
        "purpose": params["purpose"],
        "key_file": str(files.key_file),
        "certificate_file": str(files.certificate_file),
        "diff": [
            {"before_header": file, "after_header": file, "before": f"{before}\n", "after": f"{after}\n"}
            for file, before, after in outcome.changes
        ],
        **describe(outcome),
    }


def describe(outcome: Outcome) -> dict[str, Any]:
    if outcome.identity is None:
        return {}
    certificate = outcome.identity.certificate
    return {
        "fingerprint": outcome.identity.fingerprint,
        "subject": certificate.subject.rfc4514_string(),
        "not_before": written(certificate.not_valid_before_utc),
        "not_after": written(certificate.not_valid_after_utc),
    }


def main() -> None:
    modules.run(ARGUMENT_SPEC, ensure)


if __name__ == "__main__":
    main()
