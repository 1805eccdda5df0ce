# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_progress
type: notification
short_description: Tells how far a rollout has come, by branch, and in the end what stops machines
version_added: 0.3.0
description:
  - One line for each step, which is a role, or a task outside of any, with how many machines of each branch are well,
    pending or failed, the time spent, and about how much is left. What only decides or remembers, such as
    M(ansible.builtin.set_fact), is no step.
  - In the end each cause with the machines that it stops, and where the acceptance report is.
  - The branch of a machine is its variable C(machine_branch), as P(adops.offline_join.branch#inventory) sets it.
  - It writes to standard error, so it can be used beside any callback that writes standard output, and with any
    playbook.
  - It shows names of plays, roles, tasks and machines, and the headlines that the playbooks of this collection note. It
    never shows arguments or results of tasks.
  - What breaks in it ends its own telling with one line. The run goes on.
author:
  - adops.offline_join contributors (@adops)
requirements:
  - named in C(ANSIBLE_CALLBACKS_ENABLED), or in C(callbacks_enabled) of ansible.cfg
options:
  quiet:
    description:
      - Tell only the end. So it is by default where E(CI) is true.
    type: bool
    default: false
    env:
      - name: CI
      - name: OFFLINE_JOIN_PROGRESS_QUIET
    ini:
      - section: callback_rollout_progress
        key: quiet
  interval:
    description:
      - After how many seconds a step that takes longer tells how far it is; V(0) waits for its end.
    type: int
    default: 60
    env:
      - name: OFFLINE_JOIN_PROGRESS_INTERVAL
    ini:
      - section: callback_rollout_progress
        key: interval
seealso:
  - module: adops.offline_join.acceptance_report
"""

EXAMPLES = r"""
# ansible.cfg
#
# [defaults]
# callbacks_enabled = adops.offline_join.rollout_progress
#
# [callback_rollout_progress]
# interval = 30
"""

import functools
import time
from collections.abc import Callable, Iterable
from typing import Any

from ansible.playbook.block import Block
from ansible.plugins.callback import CallbackBase
from ansible_collections.adops.offline_join.plugins.module_utils._call.failure import unexpected
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.report.progress import (
    FAILED,
    PENDING,
    Progress,
)

_REPORT = "adops.offline_join.acceptance_report"
_NO_STEPS = frozenset(
    f"ansible.builtin.{name}"
    for name in ("assert", "debug", "meta", "set_fact", "set_stats", "include_tasks", "include_role", "import_role")
)


def _guarded(handler: Callable[..., None]) -> Callable[..., None]:
    """Whatever a playbook or another plugin makes break here never breaks the run, and is said once."""

    @functools.wraps(handler)
    def wrapped(self: CallbackModule, *arguments: Any, **keywords: Any) -> None:
        if self.disabled:
            return
        try:
            handler(self, *arguments, **keywords)
        except Exception as error:
            self.disabled = True
            self._say([f"rollout_progress tells no more of this run ({unexpected(error)}); the run goes on"])

    return wrapped


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "adops.offline_join.rollout_progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._progress = Progress(time.monotonic())

    @_guarded
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._progress = Progress(time.monotonic(), _planned(playbook))

    @_guarded
    def v2_playbook_on_play_start(self, play: Any) -> None:
        # The machines of this play and batch; no part of the play itself says them.
        hosts = play.get_variable_manager()._inventory.get_hosts(play.hosts)
        branches = {host.name: str(host.get_vars().get("machine_branch") or "") for host in hosts}
        self._tell(self._progress.play(play.get_name(), branches, time.monotonic()))

    @_guarded
    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        role = task._role
        if role or task.resolved_action not in _NO_STEPS:
            step = role.get_name(include_role_fqcn=False) if role else task.get_name()
            self._tell(self._progress.task(step, time.monotonic(), once=bool(task.run_once)))

    @_guarded
    def v2_runner_on_ok(self, result: Any) -> None:
        action, said = result.task.resolved_action, result.result
        facts = said.get("ansible_facts")
        if isinstance(facts, dict) and isinstance(facts.get("offline_join_note"), dict):
            self._progress.note(result.host.name, facts["offline_join_note"])
            return
        if action == _REPORT and isinstance(said.get("report"), str):
            self._progress.report = said["report"]
        self._answer(result, acted=action not in _NO_STEPS)

    @_guarded
    def v2_runner_on_skipped(self, result: Any) -> None:
        self._answer(result, acted=False)

    @_guarded
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if ignore_errors:
            self._answer(result, acted=True)
        else:
            self._progress.stop(result.host.name, FAILED, f"failed in: {result.task.get_name()}")

    @_guarded
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._progress.stop(result.host.name, PENDING, "cannot be reached; run again when it is on")

    @_guarded
    def v2_playbook_on_stats(self, stats: Any) -> None:
        steps, end = self._progress.end(time.monotonic())
        self._tell(steps)
        self._say(end)

    def _answer(self, result: Any, *, acted: bool) -> None:
        interval = self.get_option("interval")
        self._tell(self._progress.answer(result.host.name, time.monotonic(), interval, acted=acted))

    def _tell(self, lines: Iterable[str]) -> None:
        told = [*lines]
        if not self.get_option("quiet"):
            self._say(told)

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._display.display(line, stderr=True)


def _planned(playbook: Any) -> tuple[int, ...]:
    """How many tasks of each play run where nothing fails; nothing where that cannot be told before."""
    try:
        return tuple(_tasks(play.compile()) for play in playbook.get_plays())
    except Exception:  # whatever a play cannot compile is said when that play begins
        return ()


def _tasks(parts: list[Any]) -> int:
    return sum(
        _tasks([*part.block, *part.always])
        if isinstance(part, Block)
        else int(bool(part._role) or part.resolved_action not in _NO_STEPS)
        for part in parts
    )
