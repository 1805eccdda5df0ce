# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret in anything that a run of ours shows, writes or keeps, whatever goes wrong."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.adops.offline_join.plugins.module_utils._package.password import Password

from tests.integration.branch import Branch
from tests.integration.spy import Spy, indiscreet_collection

_TRAP = Path(__file__).parent / "trap"
# What makes our tools keep their secrets, and what would be there without it.
_DISCRETION = {
    "roles/package_issue/defaults/main.yml": ("secure_logging: true", "secure_logging: false"),
    "plugins/module_utils/_directory/settings.py": (
        '"password": {"type": "str", "no_log": True}',
        '"password": {"type": "str"}',
    ),
    "roles/samba_join/tasks/main.yml": ("ansible_pipelining: true", "ansible_pipelining: false"),
    "plugins/plugin_utils/_wire.py": (
        "if constants.DEFAULT_KEEP_REMOTE_FILES or not connection.is_pipelining_enabled():",
        "if False:",
    ),
}


@pytest.fixture
def spy(make_branch: Callable[[int], Branch]) -> Spy:
    """Looks at a branch of two Samba members."""
    branch = make_branch(2)
    branch.members()
    return Spy(branch)


def test_first_run_and_second_run(spy: Spy) -> None:
    assert spy.play("rollout").returncode == 0
    assert spy.play("rollout").returncode == 0
    assert len(spy.secrets()) == 1 + 2 * len(spy.branch.names)
    assert spy.findings() == []
    results = [event["result"] for event in spy.witness.results("adops.offline_join.packages")]
    assert len(results) == 2
    assert {key for result in results for key in result} == {
        "_ansible_no_log", "censored", "changed", "_ansible_delegated_vars"
    }  # fmt: skip


@pytest.mark.thorough
def test_check_mode(spy: Spy) -> None:
    spy.branch.issue(spy.branch.names[0])
    assert spy.play("rollout", "--check").returncode == 0
    assert spy.findings() == []


def test_wrong_password(spy: Spy) -> None:
    wrong = spy.canaries["wrong password"] = Password.generate().reveal()
    done = spy.play("rollout", environment={"OFFLINE_JOIN_DIRECTORY_PASSWORD": wrong})
    assert done.returncode == 2
    assert "log in to dc1.corp.example" in done.stdout
    assert spy.findings() == []


@pytest.mark.thorough
def test_samba_does_not_take_the_package(spy: Spy) -> None:
    """Also where Samba itself is told to log a lot."""
    for name, level in zip(spy.branch.names, (0, 10), strict=True):
        member = spy.branch.member(name)
        member.smb_conf.write_text(f"{member.smb_conf.read_text()}  log level = {level}\n")
        (member.private_dir / "secrets.tdb").mkdir()
    assert spy.play("rollout").returncode == 2
    assert all("Samba did not take the package" in note["headline"] for note in spy.branch.report().values())
    assert spy.findings() == []


def _set_trap(spy: Spy, trap: str) -> dict[str, str]:
    text = spy.canaries["text of the exception"] = Password.generate().reveal()
    return {
        "PYTHONPATH": str(_TRAP),
        "TRAP": trap,
        "TRAP_TEXT": f"{text} {spy.secrets()['login']}",
        "TRAP_SPRUNG": str(spy.branch.directory / "sprung"),
    }


def _sprung(spy: Spy) -> bool:
    return (spy.branch.directory / "sprung").exists()


@pytest.mark.parametrize(
    ("stage", "trap"),
    [
        ("prepare", "os.replace@secret_file.py:3"),
        ("join", "base64.b64encode@_package/text.py:1"),
        ("join", "os.memfd_create@samba_join_package.py:1"),
    ],
    ids=["module", "action", "hand"],
)
def test_crash(spy: Spy, stage: str, trap: str) -> None:
    """An exception that nobody expected, its text full of secrets."""
    if stage == "join":
        spy.branch.issue()
    assert spy.play(stage, environment=_set_trap(spy, trap)).returncode == 2
    assert _sprung(spy)
    assert {note["stage"] for note in spy.branch.report().values()} == {stage}
    assert spy.findings() == []


def _playbook(spy: Spy, module: str, options: dict, **keywords: object) -> str:
    """One task that uses a module of ours by itself, as its EXAMPLES do."""
    task = {module: options, "no_log": True, "vars": {"ansible_pipelining": True}, **keywords}
    file = spy.branch.directory / "alone.json"
    file.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]))
    return str(file)


def _packages(spy: Spy) -> dict:
    # A member's Python has no ldap3.
    spy.branch.host_variables = {}
    spy.branch.variables["ansible_python_interpreter"] = "{{ ansible_playbook_python }}"
    machines = [{"name": name} for name in spy.branch.names]
    place = {"path": spy.branch.lab.staging_ou, "dest": str(spy.branch.dest), "seal": "none"}
    return {**spy.branch.connection(), **place, "machines": machines}


def test_crash_of_packages_alone(spy: Spy) -> None:
    """Without the role's ``failed_when: false``, which keeps an exception from being shown."""
    playbook = _playbook(spy, "adops.offline_join.packages", _packages(spy), run_once=True)
    assert spy.play(playbook, environment=_set_trap(spy, "os.replace@secret_file.py:3")).returncode == 2
    assert _sprung(spy)
    assert spy.findings() == []


def test_crash_of_the_acting_hand_alone(spy: Spy) -> None:
    spy.branch.issue()
    package = f"{{{{ lookup('ansible.builtin.file', '{spy.branch.dest}/' ~ inventory_hostname ~ '.djoin') }}}}"
    options = {"package": package, "package_sha256": secrets.token_hex(32)}
    playbook = _playbook(spy, "adops.offline_join.samba_join_package", options)
    environment = _set_trap(spy, "os.memfd_create@samba_join_package.py:1")
    assert spy.play(playbook, environment=environment).returncode == 2
    assert _sprung(spy)
    # The package is the task's own argument here, which callbacks get to see; the crash must add nothing.
    assert [found for found in spy.findings() if found.canary == "text of the exception"] == []


def test_callbacks_see_a_password_that_is_a_task_argument(spy: Spy, tmp_path: Path) -> None:
    """Ansible hides the results of tasks, not their arguments, so our playbooks pass the password by environment."""
    file = tmp_path / "password"
    file.write_text(spy.secrets()["login"])
    options = _packages(spy) | {"password": f"{{{{ lookup('ansible.builtin.file', '{file}') }}}}"}
    assert spy.play(_playbook(spy, "adops.offline_join.packages", options, run_once=True)).returncode == 0
    assert {found.place.rpartition("/")[2] for found in spy.findings()} == {"witness"}
    [result] = spy.witness.results("adops.offline_join.packages")
    assert result["task_fields"]["args"]["password"] == spy.secrets()["login"]


def test_spy_finds_what_an_indiscreet_collection_shows(spy: Spy, tmp_path: Path) -> None:
    assert spy.play("rollout", environment=indiscreet_collection(tmp_path, _DISCRETION)).returncode == 0
    places: dict[str, set[str]] = {}
    for found in spy.findings():
        places.setdefault(found.canary, set()).add(found.place.partition(",")[0].rpartition("/")[2])
    assert places["login"] == {"run 0: stdout", "log", "witness"}
    for name in spy.branch.names:
        for secret in (f"package of {name}", f"password of {name}"):
            # On a busy machine only the file that it is copied from may be seen before both are gone.
            assert any(place.startswith(("AnsiballZ_samba_join_package", "tmp")) for place in places[secret]), secret
