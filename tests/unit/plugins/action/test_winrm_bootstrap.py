# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``winrm_bootstrap`` writes for its owner alone, and refuses what it cannot use without showing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.adops.offline_join.plugins.action.winrm_bootstrap import ARGUMENT_SPEC, ActionModule
from ansible_collections.adops.offline_join.plugins.modules.winrm_bootstrap import DOCUMENTATION
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions

PASSWORD = "kV7-mQ2_zT9.wR4-hB6"


def run(kit: Path, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = {
        "dest": str(kit / "open_winrm.ps1"),
        "password_file": str(kit / "winrm.password"),
        "control_nodes": ["192.0.2.10"],
    }
    answer: dict[str, Any] = actions.make(ActionModule, given | options, check_mode=check).run(None, {})
    return answer


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def test_documentation_says_what_it_takes() -> None:
    assert actions.options(DOCUMENTATION) == actions.spec(ARGUMENT_SPEC)


def test_a_password_that_is_there_is_used_and_kept(kit: Path) -> None:
    file = kit / "winrm.password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    answer = run(kit)
    assert answer["changed"]
    assert PASSWORD not in str(answer)
    assert f'"password": "{PASSWORD}"' in (kit / "open_winrm.ps1").read_text()
    assert file.read_text() == PASSWORD
    assert not run(kit)["changed"]


def test_lines_end_as_windows_wants_them(kit: Path) -> None:
    run(kit)
    script = (kit / "open_winrm.ps1").read_bytes()
    assert script.count(b"\n") == script.count(b"\r\n") > 100


@pytest.mark.parametrize(
    ("name", "content", "mode", "words"),
    [
        ("winrm.password", "too-Short_1", 0o600, "the password is not usable: it has fewer than 16 characters"),
        ("winrm.password", PASSWORD, 0o640, r"can be read by others \(mode 0640\): chmod 0600"),
        ("open_winrm.ps1", PASSWORD, 0o604, r"can be read by others \(mode 0604\)"),
    ],
)
def test_files_that_it_refuses(kit: Path, name: str, content: str, mode: int, words: str) -> None:
    (kit / name).write_text(content)
    (kit / name).chmod(mode)
    with pytest.raises(AnsibleActionFail, match=words) as raised:
        run(kit)
    assert content not in str(raised.value)
    assert [file.name for file in kit.iterdir()] == [name]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"control_nodes": ["control.corp.example"]}, "is no address"),
        ({"control_nodes": []}, "nobody could come in"),
        ({"hours": 1000}, "hours is 1000"),
        ({"password": PASSWORD}, "password"),
    ],
)
def test_arguments(kit: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(AnsibleActionFail, match=words):
        run(kit, **options)
    assert list(kit.iterdir()) == []


def test_check_mode_writes_nothing(kit: Path) -> None:
    assert run(kit, check=True)["changed"]
    assert list(kit.iterdir()) == []
