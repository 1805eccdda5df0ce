# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a login was refused, in words; and what Kerberos needs."""

from __future__ import annotations

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import login
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import BindError, SettingsError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.libraries import (
    SEALED,
    ldap3,
    ldap3_exceptions,
)
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import Settings

SECRET = "xQ7-vN2_kT9+wR4=hB6"
# As Windows and Samba word it.
DIAGNOSTIC = "80090308: LdapErr: DSID-0C090569, comment: AcceptSecurityContext error, data {}, v4563"


def settings(**given: object) -> Settings:
    values = {
        "server": "dc1.corp.example",
        "port": 636,
        "tls_mode": "ldaps",
        "auth_protocol": "simple",
        "username": "issue@corp.example",
        "password": SECRET,
        "ca_cert": None,
        "cert_validation": "always",
        "connection_timeout": 10,
        "allow_tier0": False,
    }
    return Settings(**(values | given))


class Refusing:
    """A connection whose login the domain controller answers with one of ldap3's own exceptions."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def bind(self, **_options: object) -> None:
        raise self._error


def refusal(result: int, diagnostic: str) -> BindError:
    error = ldap3_exceptions.LDAPOperationResult(result=result, description="refused", message=diagnostic)
    with pytest.raises(BindError) as raised:
        login.bind(settings(), Refusing(error))
    return raised.value


@pytest.mark.parametrize(
    ("data", "cause", "remedy"),
    [
        ("525", "there is no such account", "check the user name"),
        ("52e", "user name or password is wrong", "lock the account"),
        ("530", "may not log on at this hour", "logon hours"),
        ("531", "may not log on from here", "workstations"),
        ("532", "the password has expired", "set a new password"),
        ("533", "the account is disabled", "enable it"),
        ("701", "the account has expired", "extend it"),
        ("773", "must be changed before it is used", "change it once"),
        ("775", "the account is locked out", "unlock it"),
    ],
)
def test_cause_behind_data(data: str, cause: str, remedy: str) -> None:
    error = refusal(49, DIAGNOSTIC.format(data))
    assert cause in error.cause
    assert remedy in error.remedy
    assert error.result == 49
    assert error.act == "log in to dc1.corp.example as issue@corp.example"
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("result", "diagnostic", "cause"),
    [
        (49, "", "user name or password is wrong"),
        (49, DIAGNOSTIC.format("999"), "user name or password is wrong"),
        (49, DIAGNOSTIC.format("52ef"), "user name or password is wrong"),
        (8, "BindSimple: Transport encryption required.", "asks for a protected connection"),
        (8, "00002028: LdapErr: DSID-0C090343, data 0, v4563", "asks for a protected connection"),
        (53, "", "the domain controller refused the login"),
        (53, DIAGNOSTIC.format("533"), "the account is disabled"),
        (53, DIAGNOSTIC.format("52e"), "user name or password is wrong"),
    ],
)
def test_cause_without_data(result: int, diagnostic: str, cause: str) -> None:
    error = refusal(result, diagnostic)
    assert cause in error.cause
    assert f"(LDAP result {result})" in str(error)


@pytest.mark.parametrize("error", [ldap3_exceptions.LDAPSocketReceiveError("x" + SECRET), ConnectionResetError(SECRET)])
def test_broken_connection_is_told_by_its_kind(error: Exception) -> None:
    with pytest.raises(BindError) as raised:
        login.bind(settings(), Refusing(error))
    assert f"the connection broke ({type(error).__name__})" in str(raised.value)
    assert SECRET not in str(raised.value)
    assert raised.value.__suppress_context__


def test_fault_of_ours_stays_itself() -> None:
    with pytest.raises(KeyError):
        login.bind(settings(), Refusing(KeyError("x")))


def test_simple_login() -> None:
    assert login.credentials(settings()) == {
        "user": "issue@corp.example",
        "password": SECRET,
        "authentication": ldap3.SIMPLE,
    }


def test_kerberos_asks_by_name_for_what_is_missing() -> None:
    assert SEALED is None, "the tests run with the stable ldap3"
    with pytest.raises(SettingsError) as raised:
        login.credentials(settings(auth_protocol="kerberos", username=None, password=None))
    assert f"Kerberos needs ldap3 2.10 or later, here is {ldap3.__version__}" in str(raised.value)
    assert "pip install" in raised.value.remedy
    assert raised.value.act.endswith("as the owner of the Kerberos ticket")
