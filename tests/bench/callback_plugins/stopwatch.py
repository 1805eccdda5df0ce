# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes when plays and tasks began, and on how many hosts a task ran, to $STOPWATCH_FILE, one JSON object a line."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: stopwatch
type: aggregate
short_description: Writes down what takes how long
description:
  - A line for each play and each task when the next one begins, so that with the linear strategy its seconds are known.
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[str, Any] | None = None
        self._began = 0.0
        self._play = ""

    def _next(self, running: dict[str, Any] | None) -> None:
        now = time.monotonic()
        if self._running is not None:
            line = json.dumps({**self._running, "seconds": now - self._began})
            with open(os.environ["STOPWATCH_FILE"], "a", encoding="utf-8") as file:
                file.write(line + "\n")
        self._running, self._began = running, now

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play.get_name()
        # What is done before the first task: hosts that leave the play.
        self._next({"play": self._play, "role": "", "task": "", "once": False, "runs": 0})

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        role = task._role.get_name() if task._role else ""
        task_name, once = task.get_name(), bool(task.run_once)
        self._next({"play": self._play, "role": role, "task": task_name, "once": once, "runs": 0})

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._next(None)

    def _ran(self) -> None:
        if self._running is not None:
            self._running["runs"] += 1

    def v2_runner_on_ok(self, result: Any) -> None:
        self._ran()

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._ran()

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._ran()

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._ran()
