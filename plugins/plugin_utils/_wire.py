# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a module's arguments stay between control node and machine: no file there, nothing readable on the way."""

from __future__ import annotations

from typing import Any

from ansible import constants
from ansible.plugins.connection import ConnectionBase

_WITHOUT_ENCRYPTION = {"basic", "plaintext", "certificate", "ssl"}


def exposure(connection: ConnectionBase) -> str | None:
    """Why a secret may not be sent over this connection, and what to change; None when it may."""
    if constants.DEFAULT_KEEP_REMOTE_FILES or not connection.is_pipelining_enabled():
        return (
            "pipelining is off, so the package would become a temporary file on the host; "
            "set ansible_pipelining to true and unset ANSIBLE_KEEP_REMOTE_FILES"
        )
    if connection.transport.rpartition(".")[2] in ("winrm", "psrp") and _readable_on_the_way(connection):
        return (
            "the connection is not encrypted, so the package could be read on the way; "
            "use HTTPS (port 5986), or NTLM or Kerberos with message encryption"
        )
    return None


def _readable_on_the_way(connection: Any) -> bool:
    # Both plugins resolve their options when they connect; before that, what they would choose is asked for.
    if connection.transport.rpartition(".")[2] == "psrp":
        protocol, methods = connection.get_option("protocol"), [connection.get_option("auth")]
        encryption = connection.get_option("message_encryption")
        protocol = protocol or ("http" if connection.get_option("port") == 5985 else "https")
    else:
        protocol, methods = connection._winrm_scheme, connection._winrm_transport
        encryption = connection._winrm_kwargs.get("message_encryption", "auto")
    if protocol == "https":
        return False
    return encryption == "never" or bool(_WITHOUT_ENCRYPTION & {str(method).lower() for method in methods})
