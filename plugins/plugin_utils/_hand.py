# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an action plugin calls a hand: a module that runs on the machine, looks or acts, and judges nothing."""

from __future__ import annotations

import functools
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.plugins.connection import ConnectionBase
from ansible_collections.adops.offline_join.plugins.module_utils._call.failure import unexpected
from ansible_collections.adops.offline_join.plugins.module_utils._rollout.clock import Reading
from ansible_collections.adops.offline_join.plugins.plugin_utils import _wire

Run = Callable[..., dict[str, Any]]
_COLLECTION = "adops.offline_join"
_REFUSED = re.compile("credentials were rejected|authenticat|auth failure", re.IGNORECASE)


class Hand:
    """The hands on one machine, on behalf of one action plugin."""

    def __init__(self, action: ActionBase, machine_name: str, task_vars: dict[str, Any] | None) -> None:
        self.machine_name = machine_name
        self._action = action
        self._task_vars = task_vars or {}

    def machine(self, subsets: Sequence[str], **arguments: Any) -> tuple[dict[str, Any], Reading]:
        """What ``win_machine_info`` sees, and its clock beside ours.

        :raises AnsibleActionFail: the hand failed
        """
        before = time.time()
        seen = self.call("win_machine_info", subsets=[*subsets, "clock"], **arguments)
        return seen, Reading(seen["clock"]["utc"], before, time.time())

    def call(self, hand: str, **arguments: Any) -> dict[str, Any]:
        """
        :raises AnsibleActionFail: the hand failed
        """
        return self._run(f"{_COLLECTION}.{hand}", arguments)

    def call_secretly(self, hand: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """With a secret in its arguments or its answer: nothing of it is logged or written to a file.

        :raises AnsibleActionFail: the hand failed, or Ansible would show its arguments to a file or the network
        """
        exposure = _wire.exposure(self._action._connection)
        if exposure:
            raise AnsibleActionFail(f"{self.machine_name}: {exposure}")
        # From -vvvvv on, connection plugins show what a module answered, unless their play context forbids it.
        with _hidden(self._action._task), _hidden(self._action._connection._play_context):
            return self._run(f"{_COLLECTION}.{hand}", arguments)

    def _run(self, module: str, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._action._execute_module(
                module_name=module, module_args=arguments, task_vars=self._task_vars
            )
        except AnsibleConnectionFailure:
            raise
        except Exception as error:
            if not _broke_below(error, self._action._connection):
                raise
            # The plugins winrm and psrp let pass whatever their libraries raise once a module runs.
            raise AnsibleConnectionFailure(f"the connection broke while {module} ran") from None
        if answer.get("failed"):
            # A crashed module's output may quote its arguments, so only a message that it chose is passed on.
            words = answer.get("msg", "") if "module_stdout" not in answer else "it could not be run there"
            raise AnsibleActionFail(f"{self.machine_name}: {module}: {words}")
        return answer


@contextmanager
def _hidden(what: Any) -> Iterator[None]:
    before, what.no_log = what.no_log, True
    try:
        yield
    finally:
        what.no_log = before


def guarded(run: Run) -> Run:
    """Turn any exception of an action's ``run`` into a failure without its text, which may quote a secret.

    A machine that cannot be reached is a failure, too, where the play ignores unreachable machines: only a failure
    leads to its ``rescue``, and ``pending`` tells it that nothing is broken.
    """

    @functools.wraps(run)
    def wrapped(self: ActionBase, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            return run(self, tmp, task_vars)
        except AnsibleActionFail:
            raise
        except AnsibleConnectionFailure as error:
            if not self._task.ignore_unreachable:
                raise
            name = self._task.args.get("name") or (task_vars or {}).get("inventory_hostname", "the machine")
            return {"failed": True, **_unreached(name, " ".join(str(error).split()))}
        except Exception as error:
            raise AnsibleActionFail(unexpected(error)) from None

    return wrapped


def login_refused(cause: object) -> bool:
    """Whether a connection failed because the machine, which is there, does not accept the login."""
    return _REFUSED.search(str(cause)) is not None


def _unreached(name: str, cause: str) -> dict[str, Any]:
    """``unreached`` says why in words, and tells such a result from one about the machine."""
    refused = login_refused(cause)
    unreached = f"the login was refused ({cause})" if refused else f"cannot be reached ({cause})"
    remedy = "correct its user or password" if refused else "run again when it is on; if it is, open WinRM or SSH on it"
    return {"pending": not refused, "unreached": unreached, "msg": f"{name}: {unreached}; {remedy}"}


def _broke_below(error: Exception, connection: ConnectionBase) -> bool:
    """Whether an exception came up through the connection plugin."""
    plugin = sys.modules[type(connection).__module__].__file__
    return any(frame.f_code.co_filename == plugin for frame, _line in traceback.walk_tb(error.__traceback__))
