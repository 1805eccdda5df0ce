# Copyright (c) 2026 adops.offline_join contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host that makes packages: its name, and that nothing shows what it answers, whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.adops.offline_join.plugins.module_utils._package.package import Package
from ansible_collections.adops.offline_join.plugins.plugin_utils._provisioning_host import (
    ProvisioningError,
    ProvisioningHost,
    object_guid,
)
from ansible_collections.adops.offline_join.tests.unit.plugins.action import actions
from ansible_collections.adops.offline_join.tests.unit.plugins.module_utils._package import samples

REQUEST = {"machine_name": "BER-PC-001", "domain": "corp.example", "certificate_templates": []}


class Action(ActionBase):
    """Its host answers ``answer``."""

    answer: Any

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().run(tmp, task_vars)

    def _execute_module(self, **_call: Any) -> dict[str, Any]:
        self.seen = (self._task.no_log, self._connection._play_context.no_log)
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


def make(answer: Any, **keywords: Any) -> tuple[ProvisioningHost, Any]:
    action = actions.make(Action, {}, **keywords)
    action.answer = answer
    return ProvisioningHost(action, {"inventory_hostname": "ber-pc-001"}), action


def test_it_is_the_host_that_the_task_is_delegated_to() -> None:
    assert make({})[0].name == "ber-pc-001"
    assert make({}, delegate_to="ras1")[0].name == "ras1"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [({"status": 5, "package": None}, ProvisioningError), (RuntimeError("a fault of ours"), RuntimeError)],
)
def test_nothing_shows_the_answer_and_all_is_as_before_then(answer: Any, failure: type[Exception]) -> None:
    host, action = make(answer)
    with pytest.raises(failure):
        host.provision(REQUEST)
    assert action.seen == (True, True)
    assert not action._task.no_log
    assert not action._connection._play_context.no_log


def test_only_some_packages_tell_the_guid() -> None:
    assert object_guid(samples.build()) is None
    assert object_guid(samples.build(join4=True)) == str(samples.ACCOUNT.object_guid)
    assert object_guid(Package.read(samples.WINDOWS)) is None
