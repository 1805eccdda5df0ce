# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How every Python module of this collection runs: one act, one result, one handler for whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from ._directory import settings
from ._directory.errors import DirectoryError
from ._directory.libraries import LDAP3_IMPORT_ERROR
from ._failure import unexpected
from ._package.errors import PackageError

Act = Callable[[AnsibleModule], dict[str, Any]]


def run(argument_spec: dict[str, Any], act: Act) -> None:
    """Run the act; a result with ``failed`` fails the module."""
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True)
    try:
        result = act(module)
    # Without exception=None the pending exception's text would go along where tracebacks are displayed.
    except (DirectoryError, PackageError) as error:
        module.fail_json(msg=str(error), exception=None)
    except Exception as error:
        module.fail_json(msg=unexpected(error), exception=None)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def directory_argument_spec(*, optional: bool = False) -> dict[str, dict[str, Any]]:
    """The connection options, each with its environment variable as a last resort.

    ``optional`` is for a module that also works without the directory: it asks when a server is named.
    """
    spec = {
        option: {**spec, "fallback": (env_fallback, [settings.environment_variable(option)])}
        for option, spec in settings.ARGUMENT_SPEC.items()
    }
    return {**spec, "server": {**spec["server"], "required": False}} if optional else spec


def directory_settings(module: AnsibleModule) -> settings.Settings:
    """The checked connection settings; ends the module where ldap3 is missing.

    :raises SettingsError: the options contradict each other or are unsafe
    """
    if LDAP3_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("ldap3"), exception=LDAP3_IMPORT_ERROR)
    return settings.Settings.from_options(module.params)
