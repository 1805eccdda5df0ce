# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verify that a Windows machine is a working member of its domain, and tell the first cause where it is not."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._membership import ARGUMENT_SPEC, Look


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        look = Look(self, arguments, task_vars)
        return {**result, **look.result(look.escrowed(look.outcome()))}
