# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GUIDs by which access control entries name classes, attributes, property sets and rights.

They are the same in every forest: schemaIDGUID, attributeSecurityGUID or rightsGuid (MS-ADSC, MS-ADA1 to 3, MS-ADTS
5.1.3.2.1 and 5.1.3.2.2).
"""

from __future__ import annotations

import uuid

COMPUTER = uuid.UUID("bf967a86-0de6-11d0-a285-00aa003049e2")
GROUP = uuid.UUID("bf967a9c-0de6-11d0-a285-00aa003049e2")
RECOVERY_INFORMATION = uuid.UUID("ea715d30-8f53-40d0-bd1e-6109186d782c")

RESET_PASSWORD = uuid.UUID("00299570-246d-11d0-a768-00aa006e0529")

ACCOUNT_RESTRICTIONS = uuid.UUID("4c164200-20c0-11d0-a768-00aa006e0529")
PUBLIC_INFORMATION = uuid.UUID("e48d0154-bcf8-11d1-8702-00c04fb96050")
MEMBERSHIP = uuid.UUID("bc0ac240-79a9-11d0-9020-00c04fc2d4cf")

# Attributes; the first two are validated writes of the same GUID, too.
DNS_HOST_NAME = uuid.UUID("72e39547-7b18-11d1-adef-00c04fd8d5cd")
SERVICE_PRINCIPAL_NAME = uuid.UUID("f3a64788-5306-11d1-a9c5-0000f80367c1")
USER_ACCOUNT_CONTROL = uuid.UUID("bf967a68-0de6-11d0-a285-00aa003049e2")
NAME = uuid.UUID("bf967a0e-0de6-11d0-a285-00aa003049e2")
COMMON_NAME = uuid.UUID("bf96793f-0de6-11d0-a285-00aa003049e2")
DESCRIPTION = uuid.UUID("bf967950-0de6-11d0-a285-00aa003049e2")
MEMBER = uuid.UUID("bf9679c0-0de6-11d0-a285-00aa003049e2")

_WORDS = {
    COMPUTER: "computer",
    GROUP: "group",
    RECOVERY_INFORMATION: "msFVE-RecoveryInformation",
    RESET_PASSWORD: "Reset-Password",
    ACCOUNT_RESTRICTIONS: "User-Account-Restrictions",
    PUBLIC_INFORMATION: "Public-Information",
    MEMBERSHIP: "Membership",
    DNS_HOST_NAME: "dNSHostName",
    SERVICE_PRINCIPAL_NAME: "servicePrincipalName",
    USER_ACCOUNT_CONTROL: "userAccountControl",
    NAME: "name",
    COMMON_NAME: "cn",
    DESCRIPTION: "description",
    MEMBER: "member",
}


def told(schema_id: uuid.UUID) -> str:
    """The name of what this GUID stands for, or the GUID itself."""
    return _WORDS.get(schema_id, str(schema_id))
