# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proving who we are: a simple bind inside TLS, or Kerberos that seals the connection afterwards."""

from __future__ import annotations

import re
from typing import Any

from .errors import BindError, SettingsError
from .libraries import SEALED, gssapi, ldap3, ldap3_exceptions, spnego, versions
from .settings import Settings

# The number behind "data" in the diagnostic text of a refused bind (winerror.h).
_CAUSES = {
    "525": ("there is no such account", "check the user name"),
    "52e": ("user name or password is wrong", "check both; enough wrong tries lock the account"),
    "530": ("the account may not log on at this hour", "use another account or change its logon hours"),
    "531": ("the account may not log on from here", "use another account or change its workstations"),
    "532": ("the password has expired", "set a new password for this account"),
    "533": ("the account is disabled", "enable it or use another account"),
    "701": ("the account has expired", "extend it or use another account"),
    "773": ("the password must be changed before it is used", "change it once, interactively"),
    "775": ("the account is locked out", "wait for the lockout to end or unlock it"),
}
# MIT's name type for user principal names, whose suffix need not be the realm (RFC 6806, section 5).
_ENTERPRISE_NAME = "1.2.840.113554.1.2.2.6"
_MEMORY_CACHE = "MEMORY:adops.offline_join"
_STRONGER_AUTH_REQUIRED = 8
_INVALID_CREDENTIALS = 49


def credentials(settings: Settings) -> dict[str, Any]:
    """The arguments of ``ldap3.Connection`` that say who logs in and how."""
    if settings.auth_protocol == "simple":
        return {"user": settings.username, "password": settings.password, "authentication": ldap3.SIMPLE}
    _require_kerberos(settings)
    return {
        "authentication": ldap3.SASL,
        "sasl_mechanism": ldap3.KERBEROS,
        "session_security": SEALED,
        "sasl_credentials": (None, None, _ticket(settings)),
    }


def smb_credentials(settings: Settings) -> dict[str, Any]:
    """The same for ``smbprotocol``'s Session: Kerberos or NTLM for a password, the ticket itself for Kerberos."""
    if settings.auth_protocol == "simple":
        return {"username": settings.username, "password": settings.password, "auth_protocol": "negotiate"}
    _require_kerberos(settings)
    ticket = _ticket(settings)
    if ticket is None:
        return {"username": settings.username, "auth_protocol": "kerberos"}
    # In this process's memory, because the library takes a cache and not the credential itself.
    gssapi.raw.store_cred_into({b"ccache": _MEMORY_CACHE.encode()}, ticket, usage="initiate", overwrite=True)
    return {"username": spnego.KerberosCCache(_MEMORY_CACHE), "auth_protocol": "kerberos"}


def bind(settings: Settings, connection: Any) -> None:
    """Log in.

    :raises BindError: with the cause that the domain controller gives
    """
    try:
        connection.bind(read_server_info=False)
    except ldap3_exceptions.LDAPOperationResult as error:
        cause, remedy = _cause(error.result, str(error.message))
        raise BindError(_act(settings), cause, remedy, result=error.result) from None
    except (ldap3_exceptions.LDAPExceptionError, OSError) as error:
        remedy = "check that the domain controller still answers"
        raise BindError(_act(settings), f"the connection broke ({type(error).__name__})", remedy) from None
    except Exception as error:
        raise _kerberos_refusal(settings, error) from None


def _act(settings: Settings) -> str:
    return f"log in to {settings.server} as {settings.username or 'the owner of the Kerberos ticket'}"


def _cause(result: int, diagnostic: str) -> tuple[str, str]:
    data = re.search(r"data ([0-9a-f]{3})\b", diagnostic)
    if data and data[1] in _CAUSES:
        return _CAUSES[data[1]]
    if result == _STRONGER_AUTH_REQUIRED:
        return (
            "the domain controller asks for a protected connection",
            "use tls_mode ldaps or start_tls, or Kerberos",
        )
    if result == _INVALID_CREDENTIALS:
        return _CAUSES["52e"]
    return "the domain controller refused the login", "check the account"


def _require_kerberos(settings: Settings) -> None:
    if SEALED is None:
        raise SettingsError(
            _act(settings),
            f"Kerberos needs ldap3 2.10 or later, here is {versions()['ldap3']}",
            "install it with 'pip install --pre \"ldap3>=2.10.2rc1\"', or use auth_protocol simple",
        )
    if gssapi is None:
        raise SettingsError(
            _act(settings),
            "Kerberos needs the Python library gssapi",
            "install it with 'pip install gssapi', or use auth_protocol simple",
        )


def _ticket(settings: Settings) -> Any:
    """A credential in memory for username and password; None stands for the default credential cache."""
    if not settings.password:
        return None
    name = gssapi.Name(settings.username, gssapi.OID.from_int_seq(_ENTERPRISE_NAME))
    try:
        return gssapi.raw.acquire_cred_with_password(name, settings.password.encode(), usage="initiate").creds
    except gssapi.exceptions.GSSError as error:
        raise _kerberos_refusal(settings, error) from None


def _kerberos_refusal(settings: Settings, error: Exception) -> Exception:
    """What to raise for an exception of the Kerberos library; any other is a fault of ours and stays itself."""
    if gssapi is None or not isinstance(error, gssapi.exceptions.GSSError):
        return error
    remedy = "check user name, password or ticket (kinit), clock, DNS and krb5.conf"
    return BindError(_act(settings), f"Kerberos refused: {error.gen_message()}", remedy)
