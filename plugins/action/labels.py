# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write labels for the boxes of machines and the packing list of each branch, on the control node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report import plain
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.label import CODES, read_labels
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.machine import ReportError
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.texts import LANGUAGES
from ansible_collections.adops.offline_join.plugins.plugin_utils import _labels_page
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded
from ansible_collections.adops.offline_join.plugins.plugin_utils._report_files import keep, octal

ARGUMENT_SPEC = {
    "machines": {"type": "raw", "required": True},
    "dest": {"type": "path", "required": True},
    "code": {"type": "str", "choices": [*CODES], "default": "inventory_tag"},
    "title": {"type": "str"},
    "language": {"type": "str", "choices": [*LANGUAGES], "default": "en"},
    "mode": {"type": "str", "default": "0600"},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        if _labels_page.segno is None:
            raise AnsibleActionFail(_labels_page.MISSING)
        try:
            loads, left_out = read_labels(arguments["machines"], arguments["code"])
            mode = octal(arguments["mode"])
        except (ReportError, ValueError) as error:
            raise AnsibleActionFail(str(error)) from None
        dest = Path(arguments["dest"])
        page = _labels_page.render(loads, arguments["language"], plain.line(arguments["title"] or ""))
        try:
            changed = keep(dest, page, mode, dry=self._task.check_mode)
        except OSError as error:
            cause = f"write {error.filename or dest}: {error.strerror}"
            raise AnsibleActionFail(f"{cause}; correct dest, or the rights on its directory") from None
        return {
            **result,
            **({"warnings": [f"no label shows {', '.join(left_out)}; leave it out"]} if left_out else {}),
            "changed": changed,
            "labels": str(dest),
            "branches": {load.branch: len(load.labels) for load in loads},
        }
