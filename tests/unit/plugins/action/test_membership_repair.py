# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``membership_repair`` does before it changes its machine: arguments, and what must not make it leave."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.adops.offline_join.plugins.action.membership_repair import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password
from ansible_collections.adops.offline_join.plugins.modules.membership_repair import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import windows_machines

SECRET = "xQ7-vN2_kT9+wR4=hB6"
CHANNEL = {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0}


class Observed(ActionModule):
    """On a member whose channel is broken and whose domain is out of reach; it is asked for nothing else."""

    membership: ClassVar[dict[str, Any]] = windows_machines.MEMBER

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        if call["module_name"] == "adops.offline_join.win_machine_info":
            now = windows_machines.clock(time.time() - windows_machines.NOON).utc
            return {**windows_machines.seen(**self.membership), "clock": {"utc": now}}
        assert call["module_name"] == "adops.offline_join.win_domain_info", "it must not leave"
        assert call["module_args"] == {"domain": self._task.args["domain"], "subsets": ["locator", "channel"]}
        return {"locator": {"status": 1355}, "channel": CHANNEL}


class Left(Observed):
    """It left its domain, and the run was killed there."""

    membership: ClassVar[dict[str, Any]] = {}


class Off(actions.Off, ActionModule):
    pass


def arguments(**further: Any) -> dict[str, Any]:
    return {"name": "BER-PC-001", "domain": "corp.example"} | further


def refusal(check_mode: bool = False, kind: type[ActionModule] = Observed, **further: Any) -> str:
    with pytest.raises(AnsibleActionFail) as raised:
        actions.make(kind, arguments(**further), check_mode=check_mode).run(None, {})
    return str(raised.value)


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)
    assert actions.secrets(ARGUMENT_SPEC) == {"password", "recipient_passphrase"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "PC-1"}, "domain"),
        ({"domain": "corp.example"}, "name"),
        (arguments(reboot_timeout="soon"), "reboot_timeout"),
        (arguments(force=True), "force"),
    ],
)
def test_arguments(given: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words) as raised:
        actions.make(ActionModule, given | {"password": SECRET}).run(None, {})
    assert SECRET not in str(raised.value)


def test_a_machine_that_is_off() -> None:
    with pytest.raises(AnsibleConnectionFailure):
        actions.make(Off, arguments()).run(None, {})
    assert actions.make(Off, arguments(), ignore_unreachable=True).run(None, {})["pending"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_refusal_names_the_machine(check_mode: bool) -> None:
    assert refusal(check_mode).startswith("BER-PC-001: the domain or its controllers were not found")
    assert refusal(check_mode, username="reissue").endswith(
        "give a new package (package), because no domain controller answers"
    )


def test_a_check_tells_the_way(tmp_path: Path) -> None:
    asked = actions.make(Observed, arguments(package=str(tmp_path / "none")), check_mode=True)
    assert asked.run(None, {}) == {"changed": True, "way": "rejoin"}


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "BER-PC-001.djoin"
    assert refusal(package=str(path)) == (
        f"BER-PC-001: {path} cannot be read: No such file or directory; issue its package first"
    )


def test_a_login_of_the_domain_is_not_lost(tmp_path: Path) -> None:
    asked = actions.make(Observed, arguments(package=str(tmp_path / "none")))
    asked._connection.set_option("remote_user", r"CORP\admin")
    with pytest.raises(AnsibleActionFail, match=r"BER-PC-001: Ansible is logged in as CORP"):
        asked.run(None, {})


def test_a_machine_that_has_left_has_no_password_to_reset() -> None:
    assert refusal(kind=Left, username="reissue") == (
        "BER-PC-001: the machine is no member of a domain; give a new package (package)"
    )


@pytest.mark.parametrize("check_mode", [True, False])
class TestPackageThatMustNotCostTheDomain:
    def test_it_cannot_be_read(self, tmp_path: Path, check_mode: bool) -> None:
        path = tmp_path / "BER-PC-001.djoin"
        path.write_text("no package")
        assert refusal(check_mode, package=str(path)).endswith("; issue it again")

    def test_it_is_for_another_machine(self, tmp_path: Path, check_mode: bool) -> None:
        account = dataclasses.replace(samples.ACCOUNT, machine_name="BER-PC-002")
        path = self.write(tmp_path, Package.build(account, samples.DOMAIN, samples.CONTROLLER, Password(SECRET)))
        assert refusal(check_mode, package=str(path)) == (
            "BER-PC-001: the package is for BER-PC-002, not for BER-PC-001; look which file package names"
        )

    def test_it_is_for_another_domain(self, tmp_path: Path, check_mode: bool) -> None:
        path = self.write(tmp_path, samples.build())
        assert refusal(check_mode, Left, package=str(path), domain="other.example") == (
            "BER-PC-001: the package is for corp.example, not for other.example; look which file package names"
        )

    def test_only_one_that_is_right_makes_it_leave(self, tmp_path: Path, check_mode: bool) -> None:
        asked = actions.make(
            Observed, arguments(package=str(self.write(tmp_path, samples.build()))), check_mode=check_mode
        )
        if check_mode:
            assert asked.run(None, {}) == {"changed": True, "way": "rejoin"}
            return
        with pytest.raises(AnsibleActionFail, match=r"unexpected AssertionError at test_membership_repair\.py"):
            asked.run(None, {})

    @staticmethod
    def write(directory: Path, package: Package) -> Path:
        path = directory / "package.djoin"
        path.write_bytes(package.to_djoin_file())
        return path
