# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What opens WinRM on a fresh Windows, and whether it may be taken back over the connection that is in use."""

from __future__ import annotations

import ipaddress
import json
import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ACCOUNT = "offline-join"
LONGEST_HOURS = 336
_SETTINGS = "@'\n{}\n'@\n"  # the place in the script
_PASSWORD_LENGTH = 32
# No character that a shell, YAML, XML or PowerShell would read as its own.
_ALPHABET = string.ascii_letters + string.digits + "-_."
_SHORTEST_PASSWORD = 16


class BootstrapError(Exception):
    """The script cannot be made. The message holds no password."""


def make_password() -> str:
    """A random password with all the kinds of characters that Windows may ask for."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _position in range(_PASSWORD_LENGTH))
        if password_fault(password) is None:
            return password


def password_fault(password: str) -> str | None:
    """Why Windows, or the script, could not take it."""
    if len(password) < _SHORTEST_PASSWORD:
        return f"it has fewer than {_SHORTEST_PASSWORD} characters"
    if not all(character in string.printable[:95] for character in password):
        return "it has characters other than printable ASCII"
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    if not all(any(character in kind for character in password) for kind in kinds):
        return "it lacks a small letter, a capital or a digit"
    return None


def script(template: str, control_nodes: Iterable[str], password: str, hours: int) -> str:
    """The script for a kit. ``control_nodes`` are the addresses that may come in.

    :raises BootstrapError: it would let in anybody, nobody, or for too long
    """
    if not 1 <= hours <= LONGEST_HOURS:
        raise BootstrapError(f"hours is {hours}; give 1 to {LONGEST_HOURS}")
    if fault := password_fault(password):
        raise BootstrapError(f"the password is not usable: {fault}; remove its file for a new one")
    if template.count(_SETTINGS) != 1:
        raise BootstrapError("the script has no place for its settings; install the collection again")
    settings = {"control_nodes": _addresses(control_nodes), "password": password, "hours": hours}
    # One line of ASCII, so nothing in it can end the text that it stands in.
    return template.replace(_SETTINGS, _SETTINGS.replace("{}", json.dumps(settings, sort_keys=True)))


def _addresses(control_nodes: Iterable[str]) -> list[str]:
    found = []
    for text in control_nodes:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise BootstrapError(f"{text} is no address; give the address of each control node, not a name") from None
        if address.is_unspecified or address.is_multicast or address.is_loopback:
            raise BootstrapError(f"{text} is no address of a control node; give the one that the machines see")
        found.append(str(address))
    if not found:
        raise BootstrapError("nobody could come in; give the address of each control node")
    return found


def refusal(seen: Mapping[str, Any], port: int | None) -> str | None:
    """Why what opened WinRM must not be taken back over this connection, as a sentence.

    ``seen`` is what ``win_winrm_teardown`` saw, ``port`` that of the connection in use; None where it is not
    WinRM's, so that nothing of it is taken away.
    """
    if not any(part["before"] for part in seen["parts"]):
        return None
    if seen["account_sid"] and seen["caller_sid"] == seen["account_sid"]:
        return f"the login is the account that is to be removed ({ACCOUNT}); log in with an account of the domain"
    if port is None:
        return None
    if seen["listener_port"] == port:
        return f"this connection comes in by port {port}, which is to be closed; connect to the domain's listener"
    if not seen["other_listeners"]:
        return "nothing else would let anybody in; let a policy of the domain open WinRM first"
    return None


def left(seen: Mapping[str, Any]) -> list[str]:
    """The parts that are still there after they were removed."""
    return [part["name"] for part in seen["parts"] if part["after"]]


def in_words(parts: Sequence[Mapping[str, Any]], when: str) -> str:
    """For a diff: one line for each part that is there; ``when`` is before or after."""
    return "".join(f"{part['name']}\n" for part in parts if part[when])
