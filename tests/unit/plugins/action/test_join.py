# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``join`` does before it looks at its machine: arguments, the package, and a check before there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action.join import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.modules.join import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples


class Off(actions.Off, ActionModule):
    pass


def run(path: Path, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    given = {"name": "BER-PC-001", "package": str(path)} | arguments
    result: dict[str, Any] = actions.make(Off, given, check_mode=check_mode).run(None, {})
    return result


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "BER-PC-001.djoin"
    path.write_bytes(samples.build().to_djoin_file())
    return path


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == {"recipient_passphrase"}


@pytest.mark.parametrize("reboot", [True, False])
def test_a_check_takes_a_package_that_is_not_there_for_one_that_would_be(tmp_path: Path, reboot: bool) -> None:
    found = run(tmp_path / "BER-PC-001.djoin", check_mode=True, reboot=reboot)
    assert found == {
        "changed": True, "restart_required": not reboot, "package_sha256": None, "serial_number": None,
    }  # fmt: skip


def test_a_check_looks_at_the_machine_where_there_is_a_package(package: Path) -> None:
    with pytest.raises(AnsibleConnectionFailure):
        run(package, check_mode=True)


def test_without_a_package_nothing_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "BER-PC-001.djoin"
    with pytest.raises(AnsibleActionFail) as raised:
        run(path)
    assert str(raised.value) == (
        f"BER-PC-001: {path} cannot be read: No such file or directory; issue its package first"
    )


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_no_package_is_refused(tmp_path: Path, check_mode: bool) -> None:
    path = tmp_path / "BER-PC-001.djoin"
    path.write_text(f"no package, but {samples.SECRET}\n")
    with pytest.raises(AnsibleActionFail) as raised:
        run(path, check_mode=check_mode)
    assert str(raised.value).startswith(f"BER-PC-001: {path} ")
    assert str(raised.value).endswith("; issue it again")
    assert samples.SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "arguments", [{"name": None}, {"package": None}, {"rename": "force"}, {"reboot_timeout": "soon"}, {"force": True}]
)
def test_arguments(tmp_path: Path, arguments: dict[str, Any]) -> None:
    given = {"name": "BER-PC-001", "package": str(tmp_path / "x")} | arguments
    given = {key: value for key, value in given.items() if value is not None}
    with pytest.raises(AnsibleActionFail, match=next(iter(arguments))):
        actions.make(ActionModule, given, check_mode=True).run(None, {})


def test_a_machine_that_is_off(package: Path) -> None:
    with pytest.raises(AnsibleConnectionFailure):
        run(package)
    given = {"name": "BER-PC-001", "package": str(package)}
    found = actions.make(Off, given, ignore_unreachable=True).run(None, {})
    assert (found["failed"], found["pending"]) == (True, True)
    assert found["msg"] == (
        "BER-PC-001: cannot be reached (adops.offline_join.win_machine_info); "
        "run again when it is on; if it is, open WinRM or SSH on it"
    )
