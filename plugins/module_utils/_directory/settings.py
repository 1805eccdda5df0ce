# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach the directory: the options that every module of the action group takes, and what they mean.

Names and meanings follow microsoft.ad's LDAP plugins; the documentation is doc_fragments/_directory.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .errors import SettingsError

ENVIRONMENT_PREFIX = "OFFLINE_JOIN_DIRECTORY_"
_PORTS = {"ldaps": 636, "start_tls": 389, "none": 389}

# Every option may come from the environment, so that no secret has to stand in a playbook.
ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int"},
    "tls_mode": {"type": "str", "choices": ["ldaps", "start_tls", "none"]},
    "ca_cert": {"type": "path"},
    "cert_validation": {
        "type": "str",
        "choices": ["always", "ignore_hostname", "ignore"],
        "default": "always",
    },
    "auth_protocol": {"type": "str", "choices": ["simple", "kerberos"], "default": "simple"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "password_variable": {"type": "str", "no_log": False},
    "connection_timeout": {"type": "int", "default": 10},
    "allow_tier0": {"type": "bool", "default": False},
}


# What is not a field of the settings as it is.
_WORKED_OUT = ("port", "tls_mode", "password_variable")


def environment_variable(option: str) -> str:
    return ENVIRONMENT_PREFIX + option.upper()


@dataclass(frozen=True)
class Settings:
    """Checked settings of one connection. Making one refuses whatever would send a credential in the clear."""

    server: str
    port: int
    tls_mode: str
    auth_protocol: str
    username: str | None
    password: str | None = field(repr=False)
    ca_cert: str | None
    cert_validation: str
    connection_timeout: int
    allow_tier0: bool

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Settings:
        """Check the options; nothing is sent.

        :raises SettingsError: naming the option to change
        """
        tls_mode = options["tls_mode"] or ("none" if options["auth_protocol"] == "kerberos" else "ldaps")
        settings = cls(
            **{option: options[option] for option in ARGUMENT_SPEC if option not in _WORKED_OUT},
            port=options["port"] or _PORTS[tls_mode],
            tls_mode=tls_mode,
        )
        for applies, cause, remedy in settings._refusals():
            if applies:
                raise SettingsError(f"connect to {settings.server}", cause, remedy)
        return settings

    def _refusals(self) -> list[tuple[bool, str, str]]:
        simple, sealed = self.auth_protocol == "simple", self.auth_protocol == "kerberos"
        return [
            (not self.server, "no server is named", "set server to the host name of a domain controller"),
            (
                not 0 < self.port < 65536 or self.connection_timeout < 1,
                f"port {self.port} or connection_timeout {self.connection_timeout} is impossible",
                "give a port from 1 to 65535 and at least one second",
            ),
            (
                "://" in self.server,
                "server is a host name, not a URL",
                "leave out the scheme; tls_mode chooses it",
            ),
            (
                simple and self.tls_mode == "none",
                "plain LDAP would send the password readable over the network",
                "set tls_mode to ldaps or start_tls",
            ),
            (
                simple and not (self.username and self.password),
                "a simple bind needs username and password",
                "set both (the password in OFFLINE_JOIN_DIRECTORY_PASSWORD), or use auth_protocol kerberos",
            ),
            (
                sealed and self.tls_mode != "none",
                "Kerberos encrypts by itself on port 389, and domain controllers refuse that inside TLS",
                "leave out tls_mode",
            ),
            (
                sealed and bool(self.password) and not self.username,
                "a password without a username",
                "set username, or leave out both to use the credential cache",
            ),
        ]
