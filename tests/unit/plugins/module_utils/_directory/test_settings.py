# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection settings: defaults, and every combination that would be unsafe or cannot work."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._directory import settings
from ansible_collections.adops.offline_join.plugins.module_utils._directory.errors import SettingsError
from ansible_collections.adops.offline_join.plugins.module_utils._directory.settings import Settings

SECRET = "xQ7-vN2_kT9+wR4=hB6"
SIMPLE = {"server": "dc1.corp.example", "username": "issue@corp.example", "password": SECRET}


def options(**given: Any) -> dict[str, Any]:
    """What AnsibleModule hands over: every option, with its default or None."""
    return {name: spec.get("default") for name, spec in settings.ARGUMENT_SPEC.items()} | given


@pytest.mark.parametrize(
    ("given", "tls_mode", "port"),
    [
        (SIMPLE, "ldaps", 636),
        (SIMPLE | {"tls_mode": "ldaps"}, "ldaps", 636),
        (SIMPLE | {"tls_mode": "start_tls"}, "start_tls", 389),
        (SIMPLE | {"tls_mode": "start_tls", "port": 3389}, "start_tls", 3389),
        (SIMPLE | {"port": 3269}, "ldaps", 3269),
        ({"server": "dc1", "auth_protocol": "kerberos"}, "none", 389),
        ({"server": "dc1", "auth_protocol": "kerberos", "tls_mode": "none"}, "none", 389),
        (SIMPLE | {"auth_protocol": "kerberos"}, "none", 389),
        ({"server": "dc1", "auth_protocol": "kerberos", "username": "issue@CORP.EXAMPLE"}, "none", 389),
    ],
)
def test_defaults(given: dict[str, Any], tls_mode: str, port: int) -> None:
    made = Settings.from_options(options(**given))
    assert (made.tls_mode, made.port) == (tls_mode, port)
    assert made.cert_validation == "always"
    assert made.connection_timeout == 10
    assert made.server == given["server"]


@pytest.mark.parametrize(
    ("given", "cause", "remedy"),
    [
        (SIMPLE | {"tls_mode": "none"}, "plain LDAP would send the password readable", "set tls_mode to ldaps"),
        (SIMPLE | {"server": ""}, "no server is named", "set server"),
        (SIMPLE | {"port": -1}, "port -1", "from 1 to 65535"),
        (SIMPLE | {"connection_timeout": 0}, "connection_timeout 0", "at least one second"),
        (SIMPLE | {"server": "ldaps://dc1"}, "server is a host name, not a URL", "leave out the scheme"),
        ({"server": "dc1"}, "a simple bind needs username and password", "set both"),
        ({"server": "dc1", "username": "issue"}, "a simple bind needs username and password", "set both"),
        ({"server": "dc1", "password": SECRET}, "a simple bind needs username and password", "set both"),
        # An empty password would be an anonymous bind (RFC 4513 5.1.2), which succeeds.
        (SIMPLE | {"password": ""}, "a simple bind needs username and password", "set both"),
        (SIMPLE | {"username": ""}, "a simple bind needs username and password", "set both"),
        (SIMPLE | {"auth_protocol": "kerberos", "tls_mode": "ldaps"}, "Kerberos encrypts by itself", "leave out tls"),
        (SIMPLE | {"auth_protocol": "kerberos", "tls_mode": "start_tls"}, "Kerberos encrypts by itself", "leave out"),
        (
            {"server": "dc1", "auth_protocol": "kerberos", "password": SECRET},
            "a password without a username",
            "set username",
        ),
    ],
)
def test_refusals(given: dict[str, Any], cause: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_options(options(**given))
    assert cause in raised.value.cause
    assert remedy in raised.value.remedy
    assert raised.value.act == f"connect to {given['server']}"
    assert SECRET not in str(raised.value)


def test_plain_ldap_is_the_first_thing_told() -> None:
    with pytest.raises(SettingsError, match="plain LDAP"):
        Settings.from_options(options(server="dc1", tls_mode="none"))


def test_settings_do_not_show_their_password() -> None:
    assert SECRET not in repr(Settings.from_options(options(**SIMPLE)))


def test_password_is_the_one_secret() -> None:
    assert [name for name, spec in settings.ARGUMENT_SPEC.items() if spec.get("no_log")] == ["password"]


def test_environment_variables_are_named_after_their_option() -> None:
    assert settings.environment_variable("ca_cert") == "OFFLINE_JOIN_DIRECTORY_CA_CERT"
