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
from typing import Any, Protocol

from .._rollout.ledger.errors import LedgerMissing
from .._rollout.ledger.location import embedded_secrets, without_password
from .._rollout.ledger.store import TIMEOUT, Ledger

ENVIRONMENT_PREFIX = "OFFLINE_JOIN_"

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "ledger": {"type": "str", "required": True},
    "ledger_password": {"type": "str", "no_log": True},
    "ledger_timeout": {"type": "int", "default": TIMEOUT},
}
# Of modules that write to it.
WRITER_SPEC: dict[str, dict[str, Any]] = {"writer": {"type": "str"}, "who": {"type": "str"}, "why": {"type": "str"}}


class Module(Protocol):
    """What is needed of Ansible's own."""

    params: dict[str, Any]
    no_log_values: set[str]
    check_mode: bool


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


def open_ledger(module: Module, *, create: bool = False, allow_missing: bool = False) -> Ledger | None:
    """None where there is no ledger: in check mode, where an earlier step would have made it, or where that is allowed.

    :raises LedgerError: it cannot be opened
    """
    try:
        return open_with(module.params, module.no_log_values, create=create and not module.check_mode)
    except LedgerMissing:
        if module.check_mode or allow_missing:
            return None
        raise


def open_with(options: Mapping[str, Any], masked: set[str], *, create: bool = False) -> Ledger:
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


def writer(options: Mapping[str, Any]) -> str:
    """Whose chain it is, by the options of `WRITER_SPEC`, the environment, or the system."""
    named: str = options["writer"] or os.environ.get(environment_variable("ledger_writer"), "")
    return named or f"{user()}@{socket.gethostname()}"


def who(options: Mapping[str, Any]) -> str:
    named: str = options["who"] or ""
    return named or user()


def user() -> str:
    """Who runs this, as far as the system knows; containers run users that have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
