# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS whose certificate and host name are checked by Python itself, which knows IP addresses and server name
indication on every version; ldap3 does its own checks only partly."""

from __future__ import annotations

import ssl
from typing import Any

from .errors import SettingsError
from .libraries import ldap3
from .settings import Settings


class VerifiedTls(ldap3.Tls if ldap3 else object):  # type: ignore[misc]  # the base depends on what is installed
    """``refusal`` holds OpenSSL's words when the certificate was not trusted: ldap3 loses the exception."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.refusal: str | None = None
        self._timeout = settings.connection_timeout
        self._context = _context(settings)

    def wrap_socket(self, connection: Any, do_handshake: bool = True) -> None:
        usual_timeout = connection.socket.gettimeout()
        connection.socket.settimeout(self._timeout)
        try:
            connection.socket = self._context.wrap_socket(
                connection.socket,
                server_hostname=connection.server.host,
                do_handshake_on_connect=do_handshake,
            )
        except ssl.SSLCertVerificationError as error:
            self.refusal = error.verify_message
            raise
        connection.socket.settimeout(usual_timeout)


def _context(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_cert)
    except (OSError, ssl.SSLError):
        raise SettingsError(
            f"connect to {settings.server}",
            f"ca_cert {settings.ca_cert} cannot be read as PEM certificates",
            "name the file with the certificate of the CA that issued the domain controller's",
        ) from None
    if settings.cert_validation != "always":
        context.check_hostname = False
    if settings.cert_validation == "ignore":
        context.verify_mode = ssl.CERT_NONE
    return context
