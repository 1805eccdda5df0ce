# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that every module with the ledger takes, and how they become an open ledger.

The documentation is doc_fragments/_ledger.py. A password never stays in the URL: out of the environment it is moved
to its own option, which is masked; in the option itself it is refused.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from .._rollout.ledger.errors import LedgerMissing
from .._rollout.ledger.location import embedded_secrets, without_password
from .._rollout.ledger.store import TIMEOUT, Ledger

ENVIRONMENT_PREFIX = "OFFLINE_JOIN_"

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "ledger": {"type": "str", "required": True},
    "ledger_password": {"type": "str", "no_log": True},
    "ledger_timeout": {"type": "int", "default": TIMEOUT},
}


def environment_variable(option: str) -> str:
    return ENVIRONMENT_PREFIX + option.upper()


def argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """The options with their environment variables; ``env_fallback`` is Ansible's own, which also says "not there"."""

    def fallback(option: str) -> str:
        value = from_environment(option, os.environ)
        return env_fallback() if value is None else value

    return {option: {**spec, "fallback": (fallback, [option])} for option, spec in ARGUMENT_SPEC.items()}


def from_environment(option: str, environment: Mapping[str, str]) -> str | None:
    """What the environment says of an option; a password in OFFLINE_JOIN_LEDGER counts as ``ledger_password``."""
    value = environment.get(environment_variable(option))
    location = environment.get(environment_variable("ledger"))
    if option == "ledger" and value is not None:
        return without_password(value)[0]
    if option == "ledger_password" and value is None and location is not None:
        return without_password(location)[1]
    return value


def open_ledger(options: Mapping[str, Any], masked: set[str], *, create: bool = False) -> Ledger:
    """``masked`` gets every secret that stands in the URL, before anything about it can be said.

    :raises LedgerError: it cannot be opened
    """
    masked.update(embedded_secrets(options["ledger"]))
    return Ledger.open(
        options["ledger"],
        password=options["ledger_password"],
        timeout=options["ledger_timeout"],
        create=create,
    )


def open_if_there(options: Mapping[str, Any], masked: set[str]) -> Ledger | None:
    """For check mode, where a step before this one would have made the ledger.

    :raises LedgerError: it is there, but cannot be opened
    """
    try:
        return open_ledger(options, masked)
    except LedgerMissing:
        return None


def user() -> str:
    """Who runs this, as far as the system knows; containers run users that have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def default_writer() -> str:
    return f"{user()}@{socket.gethostname()}"
