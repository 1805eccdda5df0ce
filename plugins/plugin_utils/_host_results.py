# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of a host's steps, out of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.adops.offline_join.plugins.module_utils._rollout.results.machine import VARIABLES, Results
from ansible_collections.adops.offline_join.plugins.plugin_utils._host_variables import unresolved


def read(host: str, hostvars: Mapping[str, Mapping[str, Any]]) -> Results:
    """A variable that cannot be resolved failed its own machine already, and must not keep the others from theirs."""
    variables = hostvars[host]
    found = {name: variables[name] for name in VARIABLES if name in variables}
    return Results.read(host, {name: one for name, one in found.items() if not unresolved(one)})
