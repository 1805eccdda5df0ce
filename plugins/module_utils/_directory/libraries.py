# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The third-party libraries behind the directory, imported in this one place.

ldap3 speaks LDAP (2.9.1 for simple binds inside TLS, 2.10 or later for sealed Kerberos); gssapi gets Kerberos
tickets; smbprotocol reads SYSVOL. Without ldap3 ``LDAP3_IMPORT_ERROR`` holds the traceback and nothing else of this
room may be called.
"""

from __future__ import annotations

import traceback

try:
    import ldap3
    from ldap3.core import exceptions as ldap3_exceptions
    from ldap3.operation.add import add_operation
    from ldap3.operation.modify import modify_operation
    from ldap3.protocol.formatters.formatters import format_sid
    from ldap3.protocol.microsoft import security_descriptor_control
    from ldap3.utils.conv import escape_filter_chars
    from ldap3.utils.dn import escape_rdn
except ImportError:
    LDAP3_IMPORT_ERROR: str | None = traceback.format_exc()
    # The names must be there to be imported; nothing behind them is called then.
    ldap3 = ldap3_exceptions = None  # type: ignore[assignment]
    add_operation = modify_operation = None  # type: ignore[assignment]
    escape_filter_chars = escape_rdn = format_sid = security_descriptor_control = None  # type: ignore[assignment]
else:
    LDAP3_IMPORT_ERROR = None

try:
    import gssapi
except ImportError:
    gssapi = None

try:
    import smbprotocol
    import smbprotocol.connection
    import smbprotocol.exceptions
    import smbprotocol.open
    import smbprotocol.session
    import smbprotocol.tree
    import spnego
except ImportError:
    smbprotocol = spnego = None  # type: ignore[assignment]

__all__ = [
    "LDAP3_IMPORT_ERROR",
    "SEALED",
    "add_operation",
    "escape_filter_chars",
    "escape_rdn",
    "format_sid",
    "gssapi",
    "ldap3",
    "ldap3_exceptions",
    "modify_operation",
    "security_descriptor_control",
    "smbprotocol",
    "spnego",
]

# How a connection is asked to encrypt after a Kerberos login; None before ldap3 2.10, which cannot.
SEALED = getattr(ldap3, "ENCRYPT", None)


def versions() -> dict[str, str | None]:
    return {
        "ldap3": getattr(ldap3, "__version__", None),
        "gssapi": getattr(gssapi, "__version__", "unknown") if gssapi else None,
    }
