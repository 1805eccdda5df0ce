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
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.issuing.issue_record import IssueRecord
from ansible_collections.adops.offline_join.plugins.modules.membership_repair import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._rollout import windows_machines

SECRET = "xQ7-vN2_kT9+wR4=hB6"
CHANNEL = {"verify_status": 0, "flags": 0x80, "connection_status": 0, "channel_status": 0}


# Joined at STARTED, with another package than the one that the tests offer.
JOINED = windows_machines.MEMBER | {"pending_join": windows_machines.PENDING}


class Observed(ActionModule):
    """On a member whose domain is out of reach; it is asked for nothing else."""

    membership: ClassVar[dict[str, Any]] = JOINED
    domain: ClassVar[dict[str, Any]] = {"locator": {"status": 1355}, "channel": CHANNEL}

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        if call["module_name"] == "adops.offline_join.win_machine_info":
            now = windows_machines.clock(time.time() - windows_machines.NOON).utc
            return {**windows_machines.seen(**self.membership), "clock": {"utc": now}}
        assert call["module_name"] == "adops.offline_join.win_domain_info", "it must not leave"
        assert call["module_args"] == {"domain": self._task.args["domain"], "subsets": ["locator", "channel"]}
        return self.domain


class Broken(Observed):
    """Its domain is in reach, and refuses its secret."""

    domain: ClassVar[dict[str, Any]] = {"locator": {"status": 0}, "channel": CHANNEL | {"connection_status": 1789}}


class Filtered(Broken):
    """Ansible's login there has no administrator's rights, and the machine's own Netlogon says so."""

    membership: ClassVar[dict[str, Any]] = JOINED | {"elevated": False}
    domain: ClassVar[dict[str, Any]] = {"locator": {"status": 0}, "channel": CHANNEL | {"verify_status": 5}}


class Left(Observed):
    """It left its domain, and the run was killed there."""

    membership: ClassVar[dict[str, Any]] = {}


class Off(actions.Off, ActionModule):
    pass


def arguments(**further: Any) -> dict[str, Any]:
    return {"name": "BER-PC-001", "domain": "corp.example"} | further


def answer(
    check_mode: bool = False, kind: type[ActionModule] = Observed, user: str = "Admin", **further: Any
) -> dict[str, Any]:
    asked = actions.make(kind, arguments(**further), check_mode=check_mode)
    asked._connection.set_option("remote_user", user)
    answer: dict[str, Any] = asked.run(None, {})
    return answer


def refusal(*how: Any, **further: Any) -> str:
    """What is broken, or wrong with the call."""
    try:
        said = answer(*how, **further)
    except AnsibleActionFail as error:
        return str(error)
    assert said["failed"]
    assert not said["pending"]
    return str(said["msg"])


def pending(*how: Any, **further: Any) -> str:
    """Why nothing is known to be broken."""
    said = answer(*how, **further)
    assert (said["failed"], said["pending"], said["changed"]) == (True, True, False)
    return str(said["msg"])


def write(directory: Path, package: Package | None = None, issued: int | None = None) -> str:
    """A package file; ``issued`` is the FILETIME that the issue record beside it tells."""
    package = package or samples.build()
    path = directory / "package.djoin"
    path.write_bytes(package.to_djoin_file())
    if issued is not None:
        record = IssueRecord(
            machine=package.machine_name,
            domain=package.domain_name,
            distinguished_name="",
            issued="2026-11-21T04:23:31Z",
            password_last_set=issued,
            package_sha256=package.sha256,
        )
        (directory / f"{package.machine_name.upper()}.issue.json").write_text(record.to_json())
    return str(path)


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
    assert refusal(check_mode, Broken).startswith("BER-PC-001: the machine's secret is dead")
    assert pending(check_mode, username="reissue").startswith("BER-PC-001: nothing is known to be broken")


@pytest.mark.parametrize("kind", [Observed, Broken, Left])
def test_a_check_tells_the_way(tmp_path: Path, kind: type[ActionModule]) -> None:
    """The package is not there yet, so it will be a new one."""
    assert answer(True, kind, package=str(tmp_path / "none")) == {"changed": True, "way": "rejoin"}


@pytest.mark.parametrize("kind", [Observed, Broken])
def test_a_package_that_is_not_there(tmp_path: Path, kind: type[ActionModule]) -> None:
    path = tmp_path / "BER-PC-001.djoin"
    assert refusal(kind=kind, package=str(path)) == (
        f"BER-PC-001: {path} cannot be read: No such file or directory; issue its package first"
    )


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("user", [r"CORP\admin", "admin@corp.example", r"BER-PC-002\admin"])
def test_a_login_of_the_domain_is_not_lost(tmp_path: Path, user: str, check_mode: bool) -> None:
    said = refusal(check_mode, Broken, user, package=write(tmp_path))
    assert said.startswith(f"BER-PC-001: Ansible is logged in as {user}, ")


@pytest.mark.parametrize("user", ["admin", r".\admin", r"BER-PC-001\admin", r"ber-pc-001\admin"])
def test_a_login_of_the_machine_itself_may_leave(tmp_path: Path, user: str) -> None:
    said = answer(True, Broken, user, package=write(tmp_path))
    assert said == {"changed": True, "way": "rejoin"}


def test_a_machine_that_has_left_has_no_password_to_reset() -> None:
    assert refusal(kind=Left, username="reissue") == (
        "BER-PC-001: the machine is no member of a domain; set package to a newly issued one"
    )


@pytest.mark.parametrize("means", [{}, {"username": "reissue"}, {"package": "/nowhere"}])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_session_without_rights_says_nothing_of_the_secret(means: dict[str, str], check_mode: bool) -> None:
    said = refusal(check_mode, Filtered, **means)
    assert said.startswith("BER-PC-001: the session is not elevated (ERROR_ELEVATION_REQUIRED, 740); log in with")


class TestPackageOfYesterday:
    """The machine was joined since, and may have changed its password: a package in its folder proves nothing."""

    OLDER, NEWER = windows_machines.APPLIED - 1, windows_machines.APPLIED + 1

    @pytest.mark.parametrize("check_mode", [True, False])
    @pytest.mark.parametrize("issued", [None, OLDER])
    def test_out_of_reach_it_takes_nobody_out_of_the_domain(
        self, tmp_path: Path, issued: int | None, check_mode: bool
    ) -> None:
        assert pending(check_mode, package=write(tmp_path, issued=issued)).startswith(
            "BER-PC-001: nothing is known to be broken: the domain or its controllers were not found "
        )

    def test_issued_since_it_shows_that_the_secret_is_dead(self, tmp_path: Path) -> None:
        said = answer(True, package=write(tmp_path, issued=self.NEWER))
        assert said == {"changed": True, "way": "rejoin"}

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_a_dead_secret_does_not_make_it_a_new_one(self, tmp_path: Path, check_mode: bool) -> None:
        assert refusal(check_mode, Broken, package=write(tmp_path, issued=self.OLDER)) == (
            "BER-PC-001: the package was issued before the machine was joined; issue a new one "
            "(prepare with package_issue_regenerate=always, and the machine in package_issue_live_machines)"
        )


@pytest.mark.parametrize("check_mode", [True, False])
class TestPackageThatMustNotCostTheDomain:
    def test_it_cannot_be_read(self, tmp_path: Path, check_mode: bool) -> None:
        path = tmp_path / "BER-PC-001.djoin"
        path.write_text("no package")
        assert refusal(check_mode, package=str(path)).endswith("; issue it again")

    def test_it_is_for_another_machine(self, tmp_path: Path, check_mode: bool) -> None:
        account = dataclasses.replace(samples.ACCOUNT, machine_name="BER-PC-002")
        path = write(tmp_path, Package.build(account, samples.DOMAIN, samples.CONTROLLER, Password(SECRET)))
        assert refusal(check_mode, package=path) == (
            "BER-PC-001: the package is for BER-PC-002, not for BER-PC-001; look which file package names"
        )

    def test_it_is_for_another_domain(self, tmp_path: Path, check_mode: bool) -> None:
        assert refusal(check_mode, Left, package=write(tmp_path), domain="other.example") == (
            "BER-PC-001: the package is for corp.example, not for other.example; look which file package names"
        )

    def test_only_one_that_is_right_makes_it_leave(self, tmp_path: Path, check_mode: bool) -> None:
        package = write(tmp_path)
        if check_mode:
            assert answer(True, Broken, package=package) == {"changed": True, "way": "rejoin"}
            return
        with pytest.raises(AnsibleActionFail, match=r"unexpected AssertionError at test_membership_repair\.py"):
            answer(kind=Broken, package=package)
