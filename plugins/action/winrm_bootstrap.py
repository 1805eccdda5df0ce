# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write, on the control node, the script that opens WinRM on fresh machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining import winrm_bootstrap
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.joining.winrm_bootstrap import BootstrapError
from ansible_collections.adops.offline_join.plugins.module_utils._storage import closed_places, secret_file
from ansible_collections.adops.offline_join.plugins.plugin_utils._hand import guarded

ARGUMENT_SPEC = {
    "dest": {"type": "path", "required": True},
    "control_nodes": {"type": "list", "elements": "str", "required": True},
    "password_file": {"type": "path", "required": True},
    "hours": {"type": "int", "default": 12},
}
TEMPLATE = Path(__file__).parents[1] / "plugin_utils" / "_bootstrap" / "open_winrm.ps1"
_LARGEST = 65536


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True

    @guarded
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validation, arguments = self.validate_argument_spec(ARGUMENT_SPEC)
        dest, password_file = Path(arguments["dest"]), Path(arguments["password_file"])
        try:
            changed = self._write(dest, password_file, arguments)
        except BootstrapError as error:
            raise AnsibleActionFail(f"{dest}: {error}") from None
        except OSError as error:
            cause = f"{error.filename or dest}: {error.strerror}"
            raise AnsibleActionFail(f"{cause}; look who may read and write there") from None
        after = f"{', '.join(arguments['control_nodes'])} for {arguments['hours']} hours\n"
        return {
            **result,
            "changed": bool(changed),
            "dest": str(dest),
            "account": winrm_bootstrap.ACCOUNT,
            "diff": {
                "before_header": str(dest),
                "after_header": str(dest),
                "before": "" if changed else after,
                "after": after,
            },
        }

    def _write(self, dest: Path, password_file: Path, arguments: dict[str, Any]) -> dict[Path, bytes]:
        """Write what is not there yet as it should be; returns it.

        :raises BootstrapError: the script cannot be made, or others could read it
        """
        for fault in (
            closed_places.directory_fault(dest.parent),
            closed_places.directory_fault(password_file.parent),
            closed_places.file_fault(dest),
            closed_places.file_fault(password_file),
        ):
            if fault:
                raise BootstrapError(fault)
        password = _read(password_file)
        text = (password or b"").decode(errors="replace").strip() or winrm_bootstrap.make_password()
        template = TEMPLATE.read_text(encoding="ascii")
        script = winrm_bootstrap.script(template, arguments["control_nodes"], text, arguments["hours"])
        wanted = {password_file: password or f"{text}\n".encode(), dest: script.replace("\n", "\r\n").encode("ascii")}
        changed = {path: content for path, content in wanted.items() if _read(path) != content}
        if not self._task.check_mode:
            for path, content in changed.items():
                secret_file.make_directory(path.parent)
                secret_file.write(path, content)
        return changed


def _read(path: Path) -> bytes | None:
    try:
        return secret_file.read(path, _LARGEST)
    except FileNotFoundError:
        return None
