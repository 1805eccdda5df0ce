# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes everything that Ansible tells a callback plugin to $WITNESS_FILE, one JSON object a line."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: witness
type: aggregate
short_description: Writes down what callbacks get
description:
  - Every event with the raw result and task fields, as little processed as JSON allows.
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "witness"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, event: str, **facts: Any) -> None:
        line = json.dumps({"event": event, **facts}, default=repr)
        with open(os.environ["WITNESS_FILE"], "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _result(self, event: str, result: Any) -> None:
        self._write(
            event,
            host=result.host.name,
            task=result.task.get_name(),
            action=result.task.resolved_action,
            result=result.result,
            task_fields=dict(result.task_fields),
            exception=repr(result.exception),
        )

    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._write("start", playbook=vars(playbook))

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._write("play", play=play.dump_attrs())

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._write("task", task=task.dump_attrs())

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._write("begin", host=host.name, task=task.dump_attrs(), variables=host.get_vars())

    def v2_runner_on_ok(self, result: Any) -> None:
        self._result("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._result("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result)

    def v2_on_file_diff(self, result: Any) -> None:
        self._result("diff", result)
