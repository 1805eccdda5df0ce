# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How every Python module of this collection runs: one act, one result, one handler for whatever goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from .._directory import settings
from .._directory.errors import DirectoryError, SettingsError
from .._directory.libraries import LDAP3_IMPORT_ERROR
from .._package.errors import PackageError
from .._rollout import sealing
from .._rollout.ledger.errors import LedgerError
from .._rollout.sealing import SealError
from .._storage import seal_options
from .._storage.package_form import PackageForm
from .failure import unexpected

Act = Callable[[AnsibleModule], dict[str, Any]]


def run(argument_spec: dict[str, Any], act: Act, **rules: Any) -> None:
    """Run the act; a result with ``failed`` fails the module. ``rules`` hold between options (``required_if`` ...)."""
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        result = act(module)
    # Without exception=None the pending exception's text would go along where tracebacks are displayed.
    except (DirectoryError, LedgerError, PackageError, SealError) as error:
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
    return settings.Settings.from_options({**module.params, **_password(module)})


def _password(module: AnsibleModule) -> dict[str, str]:
    """The password out of the variable that is named, masked in whatever is said from now on."""
    variable = module.params["password_variable"]
    if not variable:
        return {}
    if not os.environ.get(variable):
        raise SettingsError(
            f"connect to {module.params['server']}",
            f"the environment variable {variable} has no password",
            "set it where ansible-playbook is started, or leave out password_variable",
        )
    module.no_log_values.add(os.environ[variable])
    return {"password": os.environ[variable]}


def package_form(module: AnsibleModule, serial_numbers: Mapping[str, str]) -> PackageForm:
    """The form that the options of ``_storage.seal_options`` ask for; ends the module where a library is missing.

    :raises SealError: nobody could seal or open with them
    """
    if module.params["seal"] != "none":
        require_sealing(module)
    return seal_options.form(module.params, serial_numbers)


def require_sealing(module: AnsibleModule) -> None:
    """End the module where a library that seals and opens packages is missing."""
    if lacking := sealing.missing():
        module.fail_json(msg=missing_required_lib(lacking[0]), exception=lacking[1])
