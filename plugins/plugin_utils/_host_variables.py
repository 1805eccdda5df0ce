# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of hosts, as filters see them in ``hostvars``."""

from __future__ import annotations

from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars

try:
    from jinja2 import Undefined, UndefinedError
except ImportError as error:
    raise ImportError("variables that cannot be resolved are known by jinja2, which ansible-core brings") from error


def unresolved(value: Any) -> bool:
    """Whether the variable is there, and its template cannot be resolved."""
    return isinstance(value, Undefined)


def given_with_e() -> frozenset[str]:
    """The names of the variables of ``-e``, which outrank what an inventory, a play or a task says."""
    return frozenset(load_extra_vars(DataLoader()))


def text(value: Any) -> str | None:
    """A variable's value to compare; None where it, or something in it, cannot be resolved."""
    try:
        return None if unresolved(value) else str(value)
    # What stands in a list is resolved only as it is read.
    except UndefinedError:
        return None
