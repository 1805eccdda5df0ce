# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the hand calls which of Samba's tools; what they say to a real domain, ``test_road.py`` sees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.adops.offline_join.plugins.modules import samba_member_password

PROVE = "rpc testjoin -w corp.example"
CHANGE = "ads changetrustpw"


class Tool:
    """Stands where ``net`` is looked for, notes how it is called, and refuses what it is told to."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.refuses("nothing")

    def refuses(self, word: str) -> None:
        script = self._directory / "net"
        script.write_text(
            f'#!/bin/sh\necho "$*" >> {self._directory}/calls\necho " it was asked "\n'
            f'case "$*" in *{word}*) echo refused >&2; exit 255;; esac\n'
        )
        script.chmod(0o700)

    def calls(self) -> list[str]:
        return (self._directory / "calls").read_text().splitlines()


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Tool(tmp_path)


def run(capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    with patch_module_args({"domain": "corp.example"} | options), pytest.raises(SystemExit):
        samba_member_password.main()
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_proved_and_changed(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys)
    assert tool.calls() == [PROVE, CHANGE]
    assert answer["changed"]
    assert answer["channel"] == answer["changetrustpw"] == {"return_code": 0, "output": "it was asked"}


@pytest.mark.parametrize(
    ("options", "changed"), [({"change": False}, False), ({"_ansible_check_mode": True}, True)], ids=["told", "check"]
)
def test_only_proved(tool: Tool, capsys: pytest.CaptureFixture[str], options: dict[str, Any], changed: bool) -> None:
    answer = run(capsys, **options)
    assert tool.calls() == [PROVE]
    assert answer["changed"] is changed
    assert answer["changetrustpw"] is None


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_is_changed_where_the_channel_is_broken(
    tool: Tool, capsys: pytest.CaptureFixture[str], check_mode: bool
) -> None:
    tool.refuses("testjoin")
    answer = run(capsys, _ansible_check_mode=check_mode)
    assert tool.calls() == [PROVE]
    assert not answer["changed"]
    assert answer["channel"] == {"return_code": 255, "output": "it was asked \nrefused"}
    assert answer["changetrustpw"] is None


def test_change_that_is_refused(tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
    tool.refuses("changetrustpw")
    answer = run(capsys)
    assert not answer["changed"]
    assert "failed" not in answer
    assert answer["changetrustpw"]["return_code"] == 255
