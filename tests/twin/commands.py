# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script texts that Ansible's own actions send: those of ansible.windows.win_reboot, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .machine import TwinMachine

Answer = tuple[int, str, str]
# shutdown.exe: ERROR_SHUTDOWN_IN_PROGRESS after ERROR_SHUTDOWN_IS_SCHEDULED, ERROR_NO_SHUTDOWN_IN_PROGRESS
_SCHEDULED, _NOT_SCHEDULED = 1190, 1116


def run(machine: TwinMachine, text: str) -> Answer:
    """Exit code, standard output, standard error."""
    for pattern, answer in _COMMANDS:
        if found := pattern.search(text):
            return answer(machine, found)
    return 1, "", f"The twin knows no command {text.strip()[:80]}\r\n"


def _boot_time(machine: TwinMachine, _found: re.Match[str]) -> Answer:
    return 0, f"{machine.last_boot}\r\n", ""


def _restart(machine: TwinMachine, _found: re.Match[str]) -> Answer:
    started = machine.restart()
    said = "" if started else "A system shutdown has already been scheduled.(1190)"
    answer = {"stdout": "", "stderr": said, "rc": 0 if started else _SCHEDULED}
    return 0, json.dumps(answer) + "\r\n", ""


def _abort(machine: TwinMachine, _found: re.Match[str]) -> Answer:
    return (0 if machine.abort_shutdown() else _NOT_SCHEDULED), "", ""


def _logon_screen(_machine: TwinMachine, found: re.Match[str]) -> Answer:
    return 0, f"{found[1]}\r\n", ""


_COMMANDS: tuple[tuple[re.Pattern[str], Callable[[TwinMachine, re.Match[str]], Answer]], ...] = (
    (re.compile(r"LastBootUpTime\)\s*\.LastBootUpTime\.ToFileTime\(\)"), _boot_time),
    (re.compile(r"shutdown\.exe /r /t \d+", re.IGNORECASE), _restart),
    (re.compile(r"shutdown\.exe /a", re.IGNORECASE), _abort),
    (re.compile(r"AutoLogonChecked' -ErrorAction Stop; '(success-[0-9a-f-]+)'"), _logon_screen),
)
