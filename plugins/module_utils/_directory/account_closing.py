# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account shut against everybody who has a password of it.

After one reset the old password still opens NTLM and LDAP simple binds (on Windows for 60 minutes, KB906305), so it
takes two: the second pushes it out of the previous one's place, too.
"""

from __future__ import annotations

import hashlib
from typing import Any

from .computer_writing import password_value
from .connection import DirectoryConnection, Entry
from .domain import number
from .errors import ModifyError, ResetError
from .libraries import ldap3_exceptions
from .protection import DISABLED
from .refusals import Causes, Refusal, told

KEY_CREDENTIALS, CERTIFICATES = "msDS-KeyCredentialLink", "userCertificate"
ATTRIBUTES = ["userAccountControl", "pwdLastSet", KEY_CREDENTIALS, CERTIFICATES]


def disable_with_password(connection: DirectoryConnection, dn: str, password: str) -> None:
    """Disable an account that ``protection`` does not refuse, and set a new password, in one operation.

    :raises ResetError: nothing was changed
    :raises ConnectionLost: it may or may not have been changed
    """
    _write(connection, dn, {"userAccountControl": [str(DISABLED)], "unicodePwd": [password_value(password)]})


def set_password(connection: DirectoryConnection, dn: str, password: str) -> None:
    """Raises as ``disable_with_password``."""
    _write(connection, dn, {"unicodePwd": [password_value(password)]})


def disable(connection: DirectoryConnection, dn: str) -> None:
    """Raises as ``disable_with_password``."""
    _write(connection, dn, {"userAccountControl": [str(DISABLED)]})


def clear(connection: DirectoryConnection, dn: str, attribute: str) -> None:
    """Remove all values of a way in that outlives any password.

    :raises ModifyError: they are still there
    """
    with told(ModifyError, f"clear {attribute} of {dn}", dn, remedy="clear it with a login that may write it"):
        connection.replace(dn, {attribute: []})


def password_last_set(connection: DirectoryConnection, dn: str) -> int:
    """A FILETIME.

    :raises SearchError: the account is not there any more
    """
    return number(connection.read(dn, ["pwdLastSet"]), "pwdLastSet") or 0


def fingerprints(entry: Entry) -> list[str]:
    """The SHA-256 fingerprints of the certificates in the account, as ``openssl x509 -fingerprint`` counts them."""
    return [hashlib.sha256(value).hexdigest() for value in entry.get(CERTIFICATES, [])]


def _write(connection: DirectoryConnection, dn: str, changes: dict[str, list[Any]]) -> None:
    causes: Causes = {
        ldap3_exceptions.LDAPInsufficientAccessRightsResult: Refusal(
            "the login may not reset its password or write its userAccountControl",
            "delegate it both on this account's OU, or use the login whose duty this is",
        )
    }
    with told(ResetError, f"revoke {dn}", dn, causes):
        connection.replace(dn, changes)
